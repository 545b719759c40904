/** What an allow rule's pattern lets pass of addresses: compared by scheme, labels of the host, port and path. Pure. */
import { matchesGlob } from "./glob.ts";

const SHAPE = /^([a-z][a-z0-9+.-]*|\*):\/\/([^/?#@\\]+)([/?#].*)?$/i;

/**
 * `https://*.example.com/docs/*`. A star in the host stands for whole labels, one or more at its beginning and else one;
 * without a port the scheme's own is meant; without a path, or with `/*`, every path. A path's star never goes up.
 */
export function matchesAddress(pattern: string, subject: string): boolean {
  const shape = SHAPE.exec(pattern);
  const url = /\s/.test(subject) ? null : URL.parse(subject);
  if (shape === null || url === null || url.username !== "" || url.password !== "" || subject.includes("\\")) {
    return false;
  }
  const [, scheme = "", authority = "", path = "/*"] = shape;
  const { host, port } = splitPort(authority.toLowerCase());
  if (scheme !== "*" && `${scheme.toLowerCase()}:` !== url.protocol) return false;
  if (scheme === "*" && !/^https?:$/.test(url.protocol)) return false;
  if (port !== "*" && (port === DEFAULT_PORTS[url.protocol] ? "" : port) !== url.port) return false;
  return matchesHost(host, url.hostname.replace(/\.+$/, "")) && matchesPath(path, url);
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443", "ftp:": "21" };

function splitPort(authority: string): { readonly host: string; readonly port: string } {
  const [, host = authority, port = ""] = /^(.*?)(?::(\d+|\*))?$/.exec(authority) ?? [];
  return { host, port };
}

function matchesHost(pattern: string, host: string): boolean {
  if (pattern.startsWith("[") || host.startsWith("[")) return pattern === host; // an IPv6 address has no labels
  const [wanted, given] = [pattern.split("."), host.split(".")];
  if (wanted[0] === "*" && wanted.length > 1) {
    const rest = wanted.slice(1);
    return given.length > rest.length && !/^[\d.]+$/.test(host) && labelsFit(rest, given.slice(-rest.length));
  }
  return wanted.length === given.length && labelsFit(wanted, given);
}

function labelsFit(wanted: readonly string[], given: readonly string[]): boolean {
  return wanted.every((label, at) => label === "*" || label === given[at]);
}

function matchesPath(pattern: string, url: URL): boolean {
  const given = `${url.pathname}${url.search}`;
  // The parser has worked out `..`; what a server may still take for it matches no star.
  if (/%2e|%2f|%5c/i.test(url.pathname) || url.pathname.includes("//")) return pattern === given;
  const bare = pattern.startsWith("/") ? pattern : `/${pattern}`;
  return matchesGlob(bare.split("*"), given);
}
