/** The daemon's own command line: `daemon [--socket PATH] [--ephemeral] …`. */
import { parseArgs } from "@std/cli/parse-args";
import { ConsoleError } from "../protocol/errors.ts";
import { LIMITS, type Limits } from "../protocol/limits.ts";

export interface DaemonOptions {
  readonly home?: string;
  readonly socket?: string;
  /** Ends when the last client has left. */
  readonly ephemeral: boolean;
  /** The folder that this daemon was started for; shown in `status`. */
  readonly workspace?: string;
  /** The id of this run, where whoever starts it wants to recognise it; else a random one. */
  readonly session?: string;
  /** The folder or file of the program as people run it: no rule lets an agent's call reach it. */
  readonly program?: string;
  /** The idempotency key of the event for which a hook started this daemon: that hook's process lived beside it. */
  readonly event?: string;
  /** Log at level debug, and to stderr too. */
  readonly verbose: boolean;
  /** Ends when stdin ends: the process that started it is gone. */
  readonly tied: boolean;
  /** A service manager runs it, in its unit: it reads what that tells it, and reports to it. */
  readonly managed?: boolean;
  /** The path of the socket that the service manager holds for it, and that is its stdin. */
  readonly activated?: string;
  /** Why the service that is installed does not run it; for the log. */
  readonly outside?: string;
  /** Limits other than the usual ones, for tests. */
  readonly limits?: Partial<Limits>;
}

const STRINGS = ["home", "socket", "workspace", "session", "program", "event", "activated", "outside"];
const BOOLEANS = ["ephemeral", "verbose", "tied", "managed"];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @throws {ConsoleError} `usage` */
export function parseDaemonArgs(args: readonly string[]): DaemonOptions {
  const parsed = parseArgs([...args], {
    string: [...STRINGS, "limit"],
    boolean: BOOLEANS,
    collect: ["limit"],
    alias: { w: "workspace", s: "session", v: "verbose" },
  });
  const known = new Set([...STRINGS, ...BOOLEANS, "limit", "w", "s", "v", "_"]);
  const strange = Object.keys(parsed).find((name) => !known.has(name)) ?? parsed._[0];
  if (strange !== undefined) {
    throw new ConsoleError("usage", `unknown argument "${strange}"`, { hint: "agent-console daemon --help" });
  }
  const text = (name: string) => {
    const value = parsed[name];
    if (value === "") throw new ConsoleError("usage", `--${name} is empty`);
    return typeof value === "string" ? { [name]: value } : {};
  };
  const session = parsed["session"];
  if (typeof session === "string" && !UUID.test(session)) {
    throw new ConsoleError("usage", `--session is "${session}", expected a UUID`);
  }
  return {
    ...text("home"),
    ...text("socket"),
    ...text("workspace"),
    ...text("session"),
    ...text("program"),
    ...text("event"),
    ...text("activated"),
    ...text("outside"),
    ephemeral: parsed["ephemeral"] === true,
    verbose: parsed["verbose"] === true,
    tied: parsed["tied"] === true,
    ...(parsed["managed"] === true ? { managed: true } : {}),
    ...parseLimits(parsed["limit"] as readonly string[] | undefined),
  };
}

/** @param words `NAME=NUMBER`. @throws {ConsoleError} `usage` */
export function parseLimits(words: readonly string[] = []): { readonly limits?: Partial<Limits> } {
  const limits = words.map((word) => {
    const [name = "", text = ""] = word.split("=");
    if (!Object.hasOwn(LIMITS, name)) {
      const names = Object.keys(LIMITS).join(", ");
      throw new ConsoleError("usage", `unknown limit "${name}", expected one of ${names}`);
    }
    const value = Number(text);
    if (!/^\d+$/.test(text) || value === 0 || !Number.isSafeInteger(value)) {
      throw new ConsoleError("usage", `--limit is "${word}", expected NAME=NUMBER`);
    }
    return [name, value] as const;
  });
  return limits.length === 0 ? {} : { limits: Object.fromEntries(limits) };
}

/** The message of the log line that says why a daemon ended before it served. */
export const COULD_NOT_START = "the daemon could not start";

/** The same options as words again. */
export function daemonArgs(options: DaemonOptions): string[] {
  return [
    ...STRINGS.flatMap((name) => {
      const value = options[name as "home"];
      return value === undefined ? [] : [`--${name}`, value];
    }),
    ...BOOLEANS.filter((name) => options[name as "tied"]).map((name) => `--${name}`),
    ...Object.entries(options.limits ?? {}).flatMap(([name, value]) => ["--limit", `${name}=${value}`]),
  ];
}
