/**
 * One process of a capsule and the connection to it: JSON-RPC 2.0, a message a line, over its stdin and stdout. It starts once
 * and ends once. What it may take is bounded, every wait has a deadline, and whatever it does wrong on the connection ends it.
 */
import { CAPSULE_ABSENT } from "../../platform/capsule_places.ts";
import type { PipedProcess } from "../../platform/piped_process.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { CallTable } from "./call_table.ts";
import { type DeadlineClock, Deadlines } from "./deadlines.ts";
import type { QueuedEvent } from "./event_queue.ts";
import { CapsuleLog, type CapsuleLogSink } from "./capsule_log.ts";
import type { ProcessLimits } from "./limits.ts";
import { LineReader } from "./line_reader.ts";
import { fitsLine, LineWriter } from "./line_writer.ts";
import {
  CAPSULE_ANSWERS,
  type CapsuleCall,
  type CapsuleVerdict,
  NotAMessage,
  readCapsuleMessage,
  type RegisteredHandlers,
} from "./messages.ts";

export interface CapsuleProcessOptions {
  readonly name: string;
  /** Its program an absolute path: the launcher. */
  readonly argv: readonly string[];
  /** @throws where it cannot be started */
  readonly open: (argv: readonly string[]) => PipedProcess;
  readonly clock: DeadlineClock;
  readonly limits: ProcessLimits;
  /** A call of the capsule; its error's message is told to it. */
  readonly onCall: (call: CapsuleCall, signal: AbortSignal) => Promise<unknown>;
  readonly onLog: CapsuleLogSink;
}

export class CapsuleProcess {
  readonly pid: number;
  /** Resolves when the process is gone, with the reason in words. */
  readonly ended: Promise<string>;
  readonly #options: CapsuleProcessOptions;
  readonly #process: PipedProcess;
  readonly #writer: LineWriter;
  readonly #calls: CallTable;
  readonly #deadlines: Deadlines;
  readonly #log: CapsuleLog;
  readonly #gone = new AbortController();
  readonly #openCalls = new Set<number>();
  /** Why we have ended it. */
  #why: string | undefined;
  #missed = 0;
  /** It has said something: our program runs in it, and so the launcher has found a copy. */
  #hasSpoken = false;
  /** By its exit code the launcher found no copy to run. Known when it has ended. */
  isAbsent = false;

  /** Starts it. @throws {ConsoleError} `failed` */
  constructor(options: CapsuleProcessOptions) {
    this.#options = options;
    const { name, argv, open, clock, limits } = options;
    try {
      this.#process = open(argv);
    } catch (error) {
      throw new ConsoleError(
        "failed",
        `capsule ${name} did not start: ${error instanceof Error ? error.message : error}`,
      );
    }
    this.pid = this.#process.pid;
    this.#writer = new LineWriter(this.#process.stdin, limits.queuedBytes);
    this.#deadlines = new Deadlines(clock);
    this.#calls = new CallTable(this.#deadlines, name);
    this.#log = new CapsuleLog(options.onLog, limits, clock);
    const read = this.#readStdout();
    const words = this.#log.readStderr(this.#process.stderr);
    this.ended = this.#process.ended.then(async (how) => {
      const [said, code] = await Promise.all([words, this.#process.exitCode, read]);
      this.isAbsent = code === CAPSULE_ABSENT && this.#why === undefined && !this.#hasSpoken;
      const why = this.#why ?? `it ended by itself: ${how}${said === "" ? "" : ` (${said})`}`;
      this.#gone.abort(new ConsoleError("failed", `capsule ${name} is gone`));
      this.#calls.end(why);
      this.#deadlines.clear();
      this.#writer.close();
      return why;
    });
    this.#deadlines.set(limits.pingEveryMs, () => void this.#ping());
  }

  get isGone(): boolean {
    return this.#gone.signal.aborted || this.#why !== undefined;
  }

  /** Has it load the capsule's code. @throws {ConsoleError} `failed`, `timeout` */
  async start(apiVersion: number, settings: unknown): Promise<RegisteredHandlers> {
    const params = JSON.stringify({ name: this.#options.name, apiVersion, settings });
    const { startMs } = this.#options.limits;
    // Answered before any code of the capsule is loaded: from then on no exit code of its means that it is absent.
    void this.#request("ping", "{}", startMs, CAPSULE_ANSWERS.nothing).catch(() => {});
    return await this.#request("start", params, startMs, CAPSULE_ANSWERS.start);
  }

  /** Runs a command of it; gives the text. @throws {ConsoleError} `failed`, `timeout`, `busy`, or the signal's reason */
  async command(name: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
    const params = JSON.stringify({ name, args });
    const ms = this.#options.limits.commandMs;
    return (await this.#request("command", params, ms, CAPSULE_ANSWERS.command, signal)).text;
  }

  /** What it says of a request. @throws {ConsoleError} `failed`, `timeout`, `busy` */
  async intercept(request: unknown): Promise<CapsuleVerdict> {
    const params = JSON.stringify({ request });
    return await this.#request("intercept", params, this.#options.limits.interceptMs, CAPSULE_ANSWERS.intercept);
  }

  /** Resolves when it has taken the event. @throws {ConsoleError} `failed`, `timeout` */
  async event({ seq, json }: QueuedEvent): Promise<void> {
    const params = `{"seq":${seq},"event":${json}}`;
    await this.#request("event", params, this.#options.limits.eventMs, CAPSULE_ANSWERS.nothing);
  }

  lost(from: number, to: number): void {
    this.#send(`{"jsonrpc":"2.0","method":"lost","params":{"from":${from},"to":${to}}}`);
  }

  settings(values: unknown): void {
    this.#send(`{"jsonrpc":"2.0","method":"settings","params":{"settings":${JSON.stringify(values)}}}`);
  }

  /**
   * Unloads it: what is in flight may finish within `stopMs`, and is then cancelled with `reason`; what does not end with
   * its stdin is killed. Resolves when the process is gone.
   */
  async stop(reason: string): Promise<void> {
    const { stopMs, graceMs, clock } = { ...this.#options.limits, clock: this.#options.clock };
    await this.#request("stop", JSON.stringify({ reason }), stopMs, CAPSULE_ANSWERS.nothing).catch(() => {});
    this.#why ??= reason;
    this.#calls.end(reason);
    this.#writer.close();
    const cancel = clock.setTimer(graceMs, () => this.#process.slay());
    await this.ended;
    cancel();
  }

  /** SIGKILL. @param why `it …` */
  kill(why: string): void {
    this.#why ??= why;
    this.#process.slay();
  }

  async #request<S extends (typeof CAPSULE_ANSWERS)[keyof typeof CAPSULE_ANSWERS]>(
    method: string,
    params: string,
    ms: number,
    answer: S,
    signal?: AbortSignal,
  ) {
    signal?.throwIfAborted();
    if (this.isGone) {
      throw new ConsoleError("failed", `capsule ${this.#options.name} is gone: ${this.#why ?? "it ended"}`);
    }
    const { waitingCalls, unansweredEvents, lineBytes } = this.#options.limits;
    if (this.#calls.size >= waitingCalls + unansweredEvents) {
      throw new ConsoleError("busy", `capsule ${this.#options.name} has ${this.#calls.size} calls to answer`, {
        hint: "try again in a moment",
      });
    }
    const line = (id: number) => `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${params}}`;
    if (!fitsLine(line(Number.MAX_SAFE_INTEGER), lineBytes)) {
      throw new ConsoleError("too_large", `it is more than one message to capsule ${this.#options.name} holds`);
    }
    const { id, outcome } = this.#calls.open(method, ms, answer, () => this.#cancel(id, "its time is over"));
    const onAbort = () => {
      this.#calls.fail(id, signal?.reason);
      this.#cancel(id, "nobody waits for it any more");
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#send(line(id));
    try {
      return await outcome;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  #cancel(id: number, reason: string): void {
    this.#send(`{"jsonrpc":"2.0","method":"cancel","params":{"id":${id},"reason":${JSON.stringify(reason)}}}`);
  }

  #send(line: string): void {
    if (!this.isGone && !this.#writer.send(line)) this.kill("it did not read what it was sent");
  }

  async #ping(): Promise<void> {
    const { pingMs, pingEveryMs, missedPings } = this.#options.limits;
    try {
      await this.#request("ping", "{}", pingMs, CAPSULE_ANSWERS.nothing);
      this.#missed = 0;
    } catch {
      if (++this.#missed >= missedPings) {
        this.kill(`it hung: ${missedPings} times it answered nothing within ${pingMs} ms`);
      }
    }
    if (!this.isGone) this.#deadlines.set(this.#missed > 0 ? 0 : pingEveryMs, () => void this.#ping());
  }

  async #readStdout(): Promise<void> {
    const { clock, limits } = this.#options;
    const lines = new LineReader(limits, () => clock.steady());
    try {
      for await (const chunk of this.#process.stdout) lines.push(chunk, (line) => this.#take(line, lines));
    } catch (error) {
      this.kill(error instanceof NotAMessage ? error.message : `its stdout cannot be read: ${error}`);
    }
  }

  /** @throws {NotAMessage} */
  #take(line: string, lines: LineReader): void {
    this.#hasSpoken = true;
    const message = readCapsuleMessage(line);
    if (message.kind === "result" || message.kind === "error") {
      const isAwaited = message.kind === "result"
        ? this.#calls.answer(message.id, message.result)
        : this.#calls.fail(message.id, new ConsoleError("failed", `capsule ${this.#options.name}: ${message.message}`));
      if (!isAwaited) lines.count();
      return;
    }
    lines.count();
    if (message.kind === "log") this.#log.line(message.line);
    else void this.#called(message.id, message.call);
  }

  /** @throws {NotAMessage} the id is that of a call which is open */
  #called(id: number, call: CapsuleCall): Promise<void> {
    if (this.#openCalls.has(id)) throw new NotAMessage("it used one id for two calls");
    if (this.#openCalls.size >= this.#options.limits.openCalls) {
      this.#refuse(id, "there are too many calls at once");
      return Promise.resolve();
    }
    this.#openCalls.add(id);
    return this.#answer(id, call);
  }

  async #answer(id: number, call: CapsuleCall): Promise<void> {
    try {
      const result = JSON.stringify(await this.#options.onCall(call, this.#gone.signal) ?? null);
      const line = `{"jsonrpc":"2.0","id":${id},"result":${result}}`;
      if (fitsLine(line, this.#options.limits.lineBytes)) this.#send(line);
      else this.#refuse(id, "the answer is too long");
    } catch (error) {
      this.#refuse(id, error instanceof ConsoleError ? error.message : "it failed");
    } finally {
      this.#openCalls.delete(id);
    }
  }

  #refuse(id: number, message: string): void {
    this.#send(`{"jsonrpc":"2.0","id":${id},"error":{"code":-32000,"message":${JSON.stringify(message)}}}`);
  }
}
