/**
 * The types for authors of capsules. A capsule's `main` imports them as types only, and its default export is a
 * {@link Main}:
 *
 *     import type { Capsule } from "./agent-console.d.ts";
 *     export default (capsule: Capsule) => {
 *       capsule.command("hello", ([name = "you"]) => `hello ${name}`);
 *     };
 *
 * What the manifest does not name, and the person did not grant, is refused. `fetch`, `Deno.readTextFile` and others work
 * as far as the grant reaches. What a capsule writes by `console` goes to the daemon's log; its stdin and stdout belong to
 * the connection. A `Worker` takes more memory than a capsule may have, and ends it.
 */

/** Called once, when the process has started. All handlers are registered until it resolves, within 5 s. */
export type Main = (capsule: Capsule) => void | Promise<void>;

export interface Capsule {
  readonly name: string;
  /** Of the configuration, with the defaults of the manifest. A change of the configuration shows at the next look. */
  readonly settings: CapsuleSettings;
  /** The capsule is unloaded: its reason is an `Error` that says why. */
  readonly signal: AbortSignal;
  /**
   * Hears the events of a topic of `subscribes`, in their order. The next one does not wait for a promise. An event counts
   * as delivered when all its listeners are done, within 10 s. After a crash, and only then, an event may come again.
   *
   * The topic `lost` needs no name in the manifest: so many events came that some were left out, those of `data.from` to
   * `data.to`.
   */
  on(topic: string, listener: (event: CapsuleEvent) => void | Promise<void>): void;
  /** Runs a command of `commands`; what it returns is shown. 30 s, then `signal` is aborted. */
  command(name: string, handler: CommandHandler): void;
  /** Looks at requests, where `intercepts` has `approval`. An answer after 2 s, or an error, counts as `ask`. */
  intercept(handler: InterceptHandler): void;
  readonly kv: CapsuleKv;
  /** A file of the folder `keys` in the home, by a name of `secrets`. @throws Error: it is not granted, or not there */
  secret(name: string): Promise<string>;
  /** A line of the daemon's log. */
  log(text: string, fields?: Record<string, unknown>): void;
  /** Runs a command of the console that only reads, one of `exec`: `sessions`. @throws Error: it is not granted */
  exec(line: string): Promise<CommandOutcome>;
}

export type CapsuleSettings = Readonly<Record<string, string | number | boolean>>;

export interface CapsuleEvent {
  /** The event's number: rises, with gaps where other topics have events. */
  readonly seq: number;
  /** ISO 8601. */
  readonly ts: string;
  /** `session.updated`; docs/protocol.md lists all. */
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface CommandCall {
  /** Nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

export type CommandHandler = (args: readonly string[], call: CommandCall) => string | Promise<string>;

/** What an agent asks, as docs/approvals.md tells it. */
export type CapsuleRequest = Readonly<Record<string, unknown>>;

/**
 * An interceptor can tighten only: it refuses, has the person asked, or adds a note to what the person reads. Of its words
 * 300 UTF-16 units are shown; longer ones are cut, and end with `…`.
 */
export type Verdict =
  | { readonly decision: "deny" | "ask"; readonly reason: string }
  | { readonly note: string };

export type InterceptHandler = (
  request: CapsuleRequest,
  call: { readonly signal: AbortSignal },
) => Verdict | undefined | Promise<Verdict | undefined>;

/** Values that JSON can hold, kept over restarts. Each promise resolves when the change is in the file. */
export interface CapsuleKv {
  /** `undefined` where there is none. */
  get(key: string): Promise<unknown>;
  /**
   * A key has 1 to 256 characters.
   *
   * @throws Error: another key, a value that JSON does not hold, or more bytes than are granted
   */
  set(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<void>;
  /** Sorted. */
  list(prefix?: string): Promise<string[]>;
}

export interface CommandOutcome {
  readonly success: boolean;
  readonly response: string;
}
