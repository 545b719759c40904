/**
 * Runs a program of the user for the daemon: text in, the beginning of its output out, and an end to it at a deadline
 * whatever it does.
 */
import { setTimer } from "./clock.ts";
import { commandOf } from "./process.ts";
import { signalGroup } from "./process_group.ts";

export interface BoundedRun {
  /** The whole environment of the program. */
  readonly env: Readonly<Record<string, string>>;
  /** What it reads; nothing where it is absent. */
  readonly stdin?: string;
  /** After so long it is killed, ms. */
  readonly ms: number;
  /** Kills it at once. */
  readonly signal?: AbortSignal;
  /** The folder that it starts in; `/` where it is absent. */
  readonly cwd?: string;
  /**
   * The program `kill`, which must be permitted: what this one has started is ended with it, first by SIGTERM. Deno's own
   * way to signal a group would need the permission to run anything.
   */
  readonly groupKill?: string;
  /** So many bytes of each of its streams are given back; {@link OUTPUT_CAP} where it is absent. */
  readonly maxBytes?: number;
  /** Whether one that writes more than that to its stdout is killed, instead of read to its end. */
  readonly killBeyond?: boolean;
  /** It runs. */
  readonly onStart?: (pid: number) => void;
}

/** How a run ended. `stdout` and `stderr` are the beginning of each, as they came. */
export type RunOutcome =
  | { readonly kind: "ended"; readonly code: number; readonly stdout: string; readonly stderr: string }
  | { readonly kind: "killed"; readonly stdout: string; readonly stderr: string }
  /** It did not start. */
  | { readonly kind: "unusable"; readonly problem: string };

export type RunBounded = (argv: readonly string[], options: BoundedRun) => Promise<RunOutcome>;

/** Of each stream, bytes. What comes behind them is read and dropped, so that no full pipe stops the program. */
const OUTPUT_CAP = 8192;

/** Between SIGTERM and SIGKILL for a group, ms: a stop of the daemon waits for it. */
const GRACE_MS = 2000;

/**
 * Runs `argv`, without a shell. Only the program itself is killed, unless `groupKill` ends its group: otherwise the sandbox
 * has no way to end what it left in the background, and what holds its pipes is not waited for. Never throws.
 */
export const runBounded: RunBounded = async (argv, options) => {
  const { env, stdin, ms, signal, cwd = "/", groupKill, maxBytes = OUTPUT_CAP, killBeyond, onStart } = options;
  let child: Deno.ChildProcess;
  try {
    const streams = { stdin: stdin === undefined ? "null" : "piped", stdout: "piped", stderr: "piped" } as const;
    child = commandOf(argv, { env, cwd, detached: groupKill !== undefined, ...streams }).spawn();
  } catch (error) {
    return { kind: "unusable", problem: error instanceof Error ? error.message : String(error) };
  }
  onStart?.(child.pid);
  let killed = false;
  let callOff = () => {};
  const slay = () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // it has ended just now
    }
  };
  const kill = () => {
    if (killed) return;
    killed = true;
    if (groupKill === undefined) return slay();
    void signalGroup(groupKill, child.pid, "TERM");
    callOff = setTimer(GRACE_MS, slay);
  };
  const cancel = setTimer(ms, kill);
  signal?.addEventListener("abort", kill, { once: true });
  if (signal?.aborted) kill();
  const stdout = new Beginning(child.stdout, maxBytes, killBeyond === true ? kill : undefined);
  const stderr = new Beginning(child.stderr, maxBytes);
  if (stdin !== undefined) void feed(child, stdin);
  const { code } = await child.status;
  cancel();
  callOff();
  signal?.removeEventListener("abort", kill);
  // What it started may have taken no notice of SIGTERM. The number of the group is not given anew while one is in it.
  if (killed && groupKill !== undefined) await signalGroup(groupKill, child.pid, "KILL");
  const [out, err] = await Promise.all([stdout.end(), stderr.end()]);
  return killed ? { kind: "killed", stdout: out, stderr: err } : { kind: "ended", code, stdout: out, stderr: err };
};

/** A program may end, or close its stdin, without reading all. */
async function feed(child: Deno.ChildProcess, text: string): Promise<void> {
  const writer = child.stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  } catch {
    await writer.abort().catch(() => {});
  }
}

/** After the program's end its pipes may be held by what it started: so long they are still read, ms. */
const REST_MS = 200;

/** The beginning of a stream. */
class Beginning {
  #reader: ReadableStreamDefaultReader<Uint8Array>;
  #text = "";
  #done: Promise<void>;

  /** @param onMore once something comes behind it */
  constructor(stream: ReadableStream<Uint8Array>, maxBytes: number, onMore?: () => void) {
    this.#reader = stream.getReader();
    this.#done = this.#read(maxBytes, onMore);
  }

  async end(): Promise<string> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const cancel = setTimer(REST_MS, resolve);
    await Promise.race([this.#done, late]);
    cancel();
    await this.#reader.cancel().catch(() => {});
    return this.#text;
  }

  async #read(maxBytes: number, onMore = () => {}): Promise<void> {
    const decoder = new TextDecoder();
    let room = maxBytes;
    try {
      for (let next = await this.#reader.read(); !next.done; next = await this.#reader.read()) {
        const part = next.value.subarray(0, room);
        room -= part.length;
        if (part.length < next.value.length) onMore();
        if (part.length > 0) this.#text += decoder.decode(part, { stream: true });
      }
    } catch {
      // cancelled: what came so far counts
    }
  }
}
