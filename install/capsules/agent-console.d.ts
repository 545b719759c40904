/**
 * The types for authors of capsules. A capsule's `main` imports them as types only, and its default export is a
 * {@link Main}:
 *
 *     import type { Capsule } from "./agent-console.d.ts"; // a copy of this file, or the path to it: types load nothing
 *     export default (capsule: Capsule) => {
 *       capsule.command("hello", ([name = "you"]) => `hello ${name}`);
 *     };
 *
 * What the manifest does not name, and the person did not grant, is refused. `fetch`, `Deno.readTextFile`, `Deno.env.get`
 * and others work as far as the grant reaches. What a capsule writes by `console` goes to the daemon's log; its stdin and stdout belong to
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
   * as delivered when all its listeners are done, within 10 s, or have failed: what a listener throws is logged, and the
   * event does not come again. After a crash, and only then, an event may come again.
   *
   * The topic `lost` needs no name in the manifest: so many events came that some were left out, those of `data.from` to
   * `data.to`.
   */
  on(topic: "session", listener: (event: CapsuleEvent<SessionData>) => void | Promise<void>): void;
  on(topic: "approval", listener: (event: CapsuleEvent<ApprovalData>) => void | Promise<void>): void;
  on(topic: string, listener: (event: CapsuleEvent) => void | Promise<void>): void;
  /** Runs a command of `commands`; what it returns is shown. 30 s, then `signal` is aborted. */
  command(name: string, handler: CommandHandler): void;
  /**
   * Looks at requests, where `intercepts` has `approval`. An answer after 2 s, or an error, counts as `ask`. A listener may
   * hear of the same request before that or after it: both know its `id`.
   */
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

export interface CapsuleEvent<Data = Readonly<Record<string, unknown>>> {
  /** The event's number: rises, with gaps where other topics have events. */
  readonly seq: number;
  /** ISO 8601. */
  readonly ts: string;
  /** `session.updated`; docs/protocol.md lists all. */
  readonly type: string;
  readonly data: Data;
}

export interface SessionData {
  readonly session: CapsuleSession;
}

export interface ApprovalData {
  /** Absent in `approval.rule_added` and `approval.rule_revoked`. */
  readonly approval?: CapsuleApproval;
}

/** A session as its events tell it, always whole; it has more members than these. Secrets in its texts are masked. */
export interface CapsuleSession {
  readonly id: string;
  readonly agent: string;
  readonly status: "starting" | "idle" | "working" | "waiting" | "error" | "closed";
  /** When that status began, ISO 8601. */
  readonly since: string;
  readonly turnCount: number;
  readonly title?: string;
  readonly cwd?: string;
  readonly lastPrompt?: string;
  /** The session of which it is a sub-agent. */
  readonly parentId?: string;
  /** US dollars of its present process, as the agent counts them: a resumed conversation begins anew. */
  readonly cost?: { readonly usd?: number };
}

/** What an agent asks: what events and interceptors are told of it. Secrets in its texts are masked. */
interface Asked {
  readonly id: string;
  /** The row that asks: a sub-agent's own where a sub-agent does. */
  readonly sessionId: string;
  readonly agent: string;
  /** Where the call would run. */
  readonly cwd?: string;
  readonly for: "permission" | "question" | "plan" | "elicitation";
  /** The agent's own name of the tool. */
  readonly tool: string;
  readonly action?: "command" | "write" | "read" | "fetch" | "other";
  /** The command, path, URL or input: of a long one the beginning and the end. */
  readonly input: string;
  /** What would be written, in the same way. */
  readonly detail?: string;
  /** So many UTF-16 units of both are left out. */
  readonly missing?: number;
  readonly risk: "reads" | "writes" | "network" | "destroys" | "unknown";
}

/** An approval as its events tell it, always whole; it has more members than these. */
export interface CapsuleApproval extends Asked {
  /**
   * `approved` and `denied`: here, by a person, a rule or a capsule. `elsewhere` and `dismissed`: a yes and a no in the
   * agent's own terminal.
   */
  readonly status: "pending" | "approved" | "denied" | "expired" | "elsewhere" | "dismissed" | "cancelled";
  readonly requestedAt: string;
}

export interface CommandCall {
  /** Nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

export type CommandHandler = (args: readonly string[], call: CommandCall) => string | Promise<string>;

export interface CapsuleRequest extends Asked {
  /** The folder that the session began in. */
  readonly workspace?: string;
  /** What happens where no capsule says anything: it runs without a person, or a person is asked. */
  readonly would: "allow" | "ask";
}

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
