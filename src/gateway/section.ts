/** The feature's section of the configuration: whether the gateway listens, where, and which other origins reach it. */
import * as v from "valibot";
import { group, section, type SectionValues, setting } from "../config/section.ts";

const ORIGIN = /^https?:\/\/(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::\d{1,5})?$/;
// deno-lint-ignore no-control-regex
const FILE = /^\/[^\u0000-\u001f\u007f,]*[^\u0000-\u001f\u007f,/]$/;

/** An address as browsers write it: Host is compared with it, and what means the same has no other spelling. */
function isCanonical(address: string): boolean {
  if (!/^(?:[0-9.]+|[0-9a-f:]*:[0-9a-f:]*)$/.test(address)) return false;
  const host = urlHost(address);
  return URL.canParse(`http://${host}/`) && new URL(`http://${host}/`).hostname === host;
}

function isLoopback(address: string): boolean {
  return isCanonical(address) && (address === "::1" || address.startsWith("127."));
}

/** One that others reach, and none that stands for all addresses of this machine; no address of IPv4 within IPv6. */
function isOuter(address: string): boolean {
  return isCanonical(address) && !isLoopback(address) && !/^(?:0\.|::$|::ffff:)/.test(address);
}

/** As browsers write one: no path, no name in capitals, no port that the scheme has anyway. */
function isOrigin(text: string): boolean {
  return ORIGIN.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

export const gatewaySection = section("gateway", {
  enabled: setting(v.boolean(), false, {
    title: "Gateway",
    means: "Serves the page, and the protocol over WebSocket and HTTP, to programs of this machine that have a token.",
    must: "true or false",
    applies: "restart",
  }),
  host: setting(v.pipe(v.string(), v.check(isLoopback)), "127.0.0.1", {
    title: "Its address",
    means: "Where it listens, and nowhere else but for `gateway.lan`.",
    must: "a literal loopback address: 127.0.0.1 or ::1",
    applies: "restart",
    example: '"::1"',
  }),
  port: setting(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)), 18_790, {
    title: "Its port",
    means: "The same for all addresses.",
    must: "a whole number from 1 to 65535",
    applies: "restart",
    example: "18791",
  }),
  allowed_origins: setting(v.pipe(v.array(v.pipe(v.string(), v.check(isOrigin))), v.maxLength(32)), [], {
    title: "Other origins",
    means:
      "Origins under which you reach the gateway by a proxy of yours, like Tailscale serve; all others are refused.",
    must: "an array of origins as browsers write them, like https://laptop.example.ts.net",
    applies: "restart",
    example: '["https://laptop.example.ts.net"]',
  }),
  lan: group({
    address: setting(v.nullable(v.pipe(v.string(), v.check(isOuter))), null, {
      title: "Address in the network",
      means:
        "Listens there too, with TLS: whoever is in that network reaches the gateway, and needs a token. Needs both files.",
      must: "a literal address of this machine in its shortest form, or null",
      applies: "restart",
      example: '"192.0.2.10"',
    }),
    cert_file: setting(v.nullable(v.pipe(v.string(), v.regex(FILE))), null, {
      title: "Its certificate",
      means: "The certificate with its chain for `gateway.lan.address`, PEM.",
      must: "an absolute path, or null",
      applies: "restart",
      example: '"/home/u/tls/cert.pem"',
    }),
    key_file: setting(v.nullable(v.pipe(v.string(), v.regex(FILE))), null, {
      title: "Its key",
      means: "The private key for `gateway.lan.address`, PEM.",
      must: "an absolute path, or null",
      applies: "restart",
      example: '"/home/u/tls/key.pem"',
    }),
  }),
});

export type GatewaySettings = SectionValues<typeof gatewaySection>;

export interface Lan {
  readonly address: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** All three or none: undefined where it is none, or (`problem`) not all. */
export function lanOf({ lan }: GatewaySettings): { readonly lan?: Lan; readonly problem?: string } {
  const { address, cert_file: certFile, key_file: keyFile } = lan;
  if (address !== null && certFile !== null && keyFile !== null) return { lan: { address, certFile, keyFile } };
  if (address === null && certFile === null && keyFile === null) return {};
  return { problem: "gateway.lan needs all three: address, cert_file and key_file" };
}

/** As a part of a URL: an IPv6 address in brackets. */
export function urlHost(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
