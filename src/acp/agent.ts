/**
 * One running agent: its process, the connection to it, and the sessions that were opened in it. It starts once and ends
 * once; whoever needs it again makes another.
 */
import { clip } from "../domain/sanitize.ts";
import { daemonTimers, setTimer } from "../platform/clock.ts";
import { type PipedProcess, startPiped } from "../platform/piped_process.ts";
import { KILL_PROGRAMS, signalGroup } from "../platform/process_group.ts";
import { permitted } from "../platform/program_places.ts";
import type { Log } from "../platform/system.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { Abilities } from "./abilities.ts";
import { AgentWords } from "./agent_words.ts";
import { AcpConnection, type AcpEvents } from "./connection.ts";

export interface AgentCommand {
  /** As the configuration calls it. */
  readonly name: string;
  /** Its program an absolute path. */
  readonly argv: readonly string[];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Values of it that are shown nowhere. */
  readonly secrets: readonly string[];
  /** Where the process starts. */
  readonly cwd: string;
}

export interface AgentOptions {
  /** ISO 8601, as the rows of sessions have their times. */
  readonly now: () => string;
  readonly command: AgentCommand;
  readonly events: AcpEvents;
  readonly log: Log;
}

/** Until an agent has answered `initialize`, ms: the slowest that was measured needs 5.8 s from a cold disk. */
const START_MS = 60_000;
/** Until it has closed a session, ms: nobody waits for that. */
const CLOSE_MS = 5000;
/** What belongs to an end may come so much later, ms. */
const LAST_WORDS_MS = 250;
/** Between TERM and KILL, ms. */
const GRACE_MS = 3000;
/** Of its stderr: all that is kept of it says why it did not start, or has ended. */
const START = 0;
/** In one line of the log, UTF-16 units. */
const STDERR_LOGGED = 2000;

export class Agent {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly #name: string;
  readonly #process: PipedProcess;
  readonly #connection: AcpConnection;
  readonly #gone = new AbortController();
  readonly #end = Promise.withResolvers<void>();
  #abilities: Abilities = { close: false };
  readonly #words: AgentWords;
  #isEnding = false;
  /** Why it was ended, where that says more than how. */
  #why: string | undefined;

  private constructor(process: PipedProcess, { command, events, log }: AgentOptions, startedAt: string) {
    this.startedAt = startedAt;
    this.#name = command.name;
    this.#words = new AgentWords(command.secrets);
    this.#process = process;
    this.#connection = new AcpConnection(process, events);
    const said = this.#readStderr(log);
    void process.ended.then(async (how) => {
      // What it said last is still in the pipe; others may hold that open.
      await Promise.race([said, daemonTimers.sleep(LAST_WORDS_MS)]);
      this.#hasEnded(this.#why ?? how);
      if (!this.#isEnding) void this.#endGroup(); // what it has left behind
    });
    void this.#connection.closed.then(() => this.#endWithoutOutput());
  }

  /** @throws {ConsoleError} `failed`: it did not start, with its name and the last of its stderr */
  static async start(options: AgentOptions, signal: AbortSignal): Promise<Agent> {
    const { name, argv, env, cwd, secrets } = options.command;
    const startedAt = options.now();
    let process: PipedProcess;
    try {
      process = startPiped(argv, { cwd, env });
    } catch (error) {
      const why = new AgentWords(secrets).masked((error as Error).message);
      throw new ConsoleError("failed", `the agent ${name} could not be started: ${why}`, {
        hint: `agent-console config get agents.${name}.command`,
      });
    }
    const agent = new Agent(process, options, startedAt);
    try {
      agent.#abilities = await agent.#within(START_MS, signal, (within) => agent.#connection.initialize(within), START);
    } catch (error) {
      await agent.end();
      throw error;
    }
    return agent;
  }

  /** Of its process, which leads its group. */
  get pid(): number {
    return this.#process.pid;
  }

  /** We end it: its end is no failure. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** Fires at its end; the reason says how, with the last of its stderr. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Opens a session in `cwd`, in that mode of the agent where one is given. @throws {ConsoleError} `failed` */
  async newSession(cwd: string, mode: string | null, signal: AbortSignal): Promise<string> {
    return await this.#within(START_MS, signal, async (within) => {
      const id = await this.#connection.newSession(cwd, within);
      if (mode !== null) await this.#connection.setMode(id, mode, within);
      return id;
    });
  }

  /** Whether it can open a session of an earlier process again. */
  get canReopen(): boolean {
    return this.#abilities.reopen !== undefined;
  }

  /** Opens such a session again, in that mode. @throws {ConsoleError} `failed` */
  async reopenSession(id: string, cwd: string, mode: string | null, signal: AbortSignal): Promise<void> {
    const { reopen } = this.#abilities;
    if (reopen === undefined) {
      const what = `it cannot open a session again; agent-console run ${this.#name} begins another`;
      throw this.#problem(what, this.#words.position);
    }
    await this.#within(START_MS, signal, async (within) => {
      await this.#connection.reopenSession(reopen, id, cwd, within);
      if (mode !== null) await this.#connection.setMode(id, mode, within);
    });
  }

  /** Tells it that nobody needs the session any more, where it can hear that. Never throws. */
  async closeSession(id: string): Promise<void> {
    if (!this.#abilities.close || this.gone.aborted) return;
    const late = AbortSignal.any([this.gone, AbortSignal.timeout(CLOSE_MS)]);
    await this.#connection.closeSession(id, late).catch(() => {}); // it goes with the agent then
  }

  /** @throws {ConsoleError} `failed`: the turn did, or the agent ended in it */
  async prompt(sessionId: string, text: string, signal: AbortSignal): Promise<string> {
    return await this.#within(undefined, signal, (within) => this.#connection.prompt(sessionId, text, within));
  }

  cancel(sessionId: string): Promise<void> {
    return this.#connection.cancel(sessionId);
  }

  /** Closes its stdin and ends its group: TERM, then KILL for what is left. Resolves behind {@link gone}. */
  async end(): Promise<void> {
    this.#isEnding = true;
    this.#connection.close();
    await this.#process.stdin.close().catch(() => {}); // it reads no more
    await this.#endGroup();
    await Promise.race([this.#end.promise, daemonTimers.sleep(GRACE_MS)]);
  }

  /** Nobody can talk with it any more: what is left of it is ended too, unless its own end is the reason. */
  async #endWithoutOutput(): Promise<void> {
    const isOver = this.#process.ended.then(() => true);
    if (!await Promise.race([isOver, daemonTimers.sleep(LAST_WORDS_MS)]) && !this.#isEnding) {
      this.#why = "it closed its output";
      await this.#endGroup();
    }
    await daemonTimers.sleep(LAST_WORDS_MS);
    this.#hasEnded(this.#why ?? "it closed its output");
  }

  async #endGroup(): Promise<void> {
    const killer = permitted(KILL_PROGRAMS);
    if (killer === undefined) return;
    await signalGroup(killer, this.pid, "TERM");
    await Promise.race([this.#process.ended, daemonTimers.sleep(GRACE_MS)]);
    await signalGroup(killer, this.pid, "KILL");
  }

  /**
   * Until `work` is done, the agent has ended, `signal` fires, or `ms` are over.
   *
   * @param since where its stderr says why this fails: what it wrote before is of other work, also of other sessions
   */
  async #within<T>(
    ms: number | undefined,
    signal: AbortSignal,
    work: (within: AbortSignal) => Promise<T>,
    since = this.#words.position,
  ): Promise<T> {
    const deadline = new AbortController();
    const seconds = Math.round((ms ?? 0) / 1000);
    const stop = ms === undefined
      ? () => {}
      : setTimer(ms, () => deadline.abort(this.#problem(`it did not answer within ${seconds} s`, since)));
    try {
      return await work(AbortSignal.any([signal, this.gone, deadline.signal]));
    } catch (error) {
      if (this.#connection.isClosed && !signal.aborted) { // how it ended says more than that nothing comes any more
        await this.#end.promise;
        throw this.gone.reason;
      }
      if (!(error instanceof ConsoleError) || error.kind !== "failed" || this.#isOurs(error)) throw error;
      throw this.#problem(error.message, since);
    } finally {
      stop();
    }
  }

  #isOurs({ message }: ConsoleError): boolean {
    return message.startsWith(`the agent ${this.#name}: `);
  }

  /** With the last lines of its stderr behind `since`, where most agents say what is wrong. */
  #problem(what: string, since: number): ConsoleError {
    const said = this.#words.last(since);
    const words = `the agent ${this.#name}: ${this.#words.masked(what)}`;
    return new ConsoleError("failed", said === "" ? words : `${words}\n${said}`, { hint: "agent-console daemon logs" });
  }

  #hasEnded(how: string): void {
    if (this.gone.aborted) return;
    this.#connection.close();
    this.#gone.abort(this.#problem(`it has ended: ${how}`, START));
    this.#end.resolve();
  }

  async #readStderr(log: Log): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const part of this.#process.stderr) {
        const lines = this.#words.add(decoder.decode(part, { stream: true }));
        if (lines !== "") log.debug("an agent said", { agent: this.#name, stderr: clip(lines, STDERR_LOGGED) });
      }
    } catch {
      // it is gone: what came so far counts
    }
  }
}
