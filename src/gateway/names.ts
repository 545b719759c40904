/** By which names a listener of the gateway is reached: the values of Host, and the origins of its own page. Pure. */
import type { GuardOptions } from "./guard.ts";
import { urlHost } from "./section.ts";

interface ReachedAt {
  /** The address at which it listens. */
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** Those of the configuration. */
  readonly origins: readonly string[];
}

/** What this machine calls itself, whichever of its loopback addresses listens. */
const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

export function names({ host, port, tls, origins }: ReachedAt): Pick<GuardOptions, "hosts" | "origins"> {
  const scheme = tls ? "https" : "http";
  const isUsual = port === (tls ? 443 : 80);
  const ours = [...new Set([urlHost(host), ...(tls ? [] : LOOPBACK)])];
  const authorities = ours.flatMap((name) => isUsual ? [name, `${name}:${port}`] : [`${name}:${port}`]);
  return {
    hosts: new Set([...authorities, ...origins.map((origin) => origin.replace(/^\w+:\/\//, ""))]),
    // A browser leaves out the usual port.
    origins: new Set([...ours.map((name) => `${scheme}://${name}${isUsual ? "" : `:${port}`}`), ...origins]),
  };
}
