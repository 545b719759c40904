/** Addresses of hosts that are sent to: by TLS and a name, or on this machine. Pure. */

/** A name of DNS with a dot in it, whose last part is no number: `ntfy.sh`, and neither `localhost` nor an address. */
const DNS_NAME = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;
const LOOPBACK = /^http:\/\/(?:127(?:\.\d{1,3}){3}|\[::1\]):[1-9]\d{0,4}$/;
const MAX_LENGTH = 2000;

/** What a setting must be whose value is such an origin or address; completes "must be …". */
export const HOST_MUST =
  "an address with https:// and the name of a host, or with http:// and a literal loopback address";

/** The origin of a server, as browsers write it: `https://ntfy.sh`, `http://127.0.0.1:8080`. */
export function isHostOrigin(text: string): boolean {
  return isHostAddress(text) && new URL(text).origin === text;
}

/** An address there, in its one spelling, without a name and a password in it, and without a fragment. */
export function isHostAddress(text: string): boolean {
  if (text.length > MAX_LENGTH || !URL.canParse(text)) return false;
  const { href, origin, protocol, hostname, username, password, hash } = new URL(text);
  if (username !== "" || password !== "" || hash !== "") return false;
  if (href !== text && origin !== text) return false;
  return protocol === "https:" ? DNS_NAME.test(hostname) : LOOPBACK.test(origin);
}

/** The host as the sandbox names it. @param address one that {@link isHostAddress} takes */
export function sandboxHost(address: string): string {
  const { hostname, port, protocol } = new URL(address);
  return `${hostname}:${port === "" ? (protocol === "https:" ? 443 : 80) : port}`;
}

/** As people see it: the path behind it may be a secret. */
export function shownHost(address: string): string {
  return new URL(address).origin;
}
