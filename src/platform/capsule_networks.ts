/** The networks around this machine, and which of them a grant of `host:port` reaches. Pure. */

/**
 * Networks of this machine and around it, closed whatever a granted name leads to: Deno checks the address that was found.
 * It takes no networks of IPv6 there, only addresses, and it compares an IPv4 address that is written as IPv6
 * (`::ffff:127.0.0.1`) with none of IPv4, nor with itself (tried with 2.9.6): a name that leads to one passes.
 */
export const CLOSED_NETWORKS: readonly string[] = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/3",
  "[::]",
  "[::1]",
];

/** Those that stay closed: not the ones that a granted host is literally in. */
export function closedNetworks(net: readonly string[]): readonly string[] {
  const opened = new Set(net.flatMap(openedNetworks));
  return CLOSED_NETWORKS.filter((network) => !opened.has(network));
}

/** The closed networks that a grant of `host:port` opens, because it names an address in them. */
export function openedNetworks(hostAndPort: string): readonly string[] {
  const host = hostAndPort.slice(0, hostAndPort.lastIndexOf(":"));
  if (host === "localhost" || host.endsWith(".localhost")) return ["127.0.0.0/8", "[::1]"];
  if (host.startsWith("[")) return CLOSED_NETWORKS.filter((network) => network === new URL(`http://${host}`).hostname);
  const address = addressOf(host);
  return address === undefined ? [] : CLOSED_NETWORKS.filter((network) => contains(network, address));
}

/** Networks of IPv6 that lie around this machine; nothing closes them. */
const LOCAL_IPV6: readonly (readonly [string, RegExp])[] = [
  ["fc00::/7", /^\[f[cd]/],
  ["fe80::/10", /^\[fe[89ab]/],
];

/** The network around this machine that the granted IPv6 address lies in; undefined for any other host. */
export function localIpv6Network(hostAndPort: string): string | undefined {
  const address = ipv6Of(hostAndPort);
  // The first group of such an address has all its four digits.
  const first = /^\[[0-9a-f]{4}:/.test(address ?? "") ? address ?? "" : "";
  return LOCAL_IPV6.find(([, pattern]) => pattern.test(first))?.[0];
}

/** Whether the host is a bracketed IPv6 address. */
export function isIpv6(hostAndPort: string): boolean {
  return ipv6Of(hostAndPort) !== undefined;
}

/** Whether the host is an IPv4 address that is written as IPv6: `[::ffff:127.0.0.1]`. */
export function isMapped(hostAndPort: string): boolean {
  return /^\[::ffff:[0-9a-f]{1,4}:[0-9a-f]{1,4}\]$/.test(ipv6Of(hostAndPort) ?? "");
}

/** In its shortest form, with its brackets. */
function ipv6Of(hostAndPort: string): string | undefined {
  const url = `http://${hostAndPort}`;
  return hostAndPort.startsWith("[") && URL.canParse(url) ? new URL(url).hostname : undefined;
}

/** As a number; undefined for a name. What URLs take for an address is one: `127.1`, `0x7f.0.0.1`. */
function addressOf(host: string): number | undefined {
  const named = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : host;
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(named)) return undefined;
  return named.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function contains(network: string, address: number): boolean {
  const [base = "", bits] = network.split("/");
  const first = addressOf(base);
  if (first === undefined || bits === undefined) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(address / size) === Math.floor(first / size);
}
