/**
 * Runs turns: a queue for each session, one turn of it at a time, each recorded before it begins. Loaded where an agent is
 * configured. A turn ends exactly once, whatever becomes of its agent.
 */
import type { Agent } from "../acp/agent.ts";
import type { AcpEvents } from "../acp/connection.ts";
import { CANCELLED } from "../acp/permission.ts";
import { commitReport } from "../core/apply_report.ts";
import { maskSecrets } from "../domain/mask.ts";
import { clip } from "../domain/sanitize.ts";
import { TEXT_CAPS } from "../domain/session.ts";
import { resolveFrom } from "../platform/home_paths.ts";
import { type Actor, DAEMON } from "../protocol/actor.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ParamsOf, ResultOf } from "../protocol/method_schemas.ts";
import { AgentPool, notConfigured } from "./agent_pool.ts";
import type { Turn } from "./methods.ts";
import { OwnSession } from "./own_session.ts";
import { isOver, type RecentTurns } from "./recent_turns.ts";
import type { TurnContext } from "./turn_context.ts";

export class RunningTurns {
  readonly #context: TurnContext;
  readonly #turns: RecentTurns;
  readonly #pool: AgentPool;
  /** By the session's id. */
  readonly #sessions = new Map<string, OwnSession>();
  /** Turns that are to run or run, by their ids: what ends them. */
  readonly #open = new Map<string, AbortController>();
  /** Each until its end is recorded. */
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor(context: TurnContext, turns: RecentTurns) {
    this.#context = context;
    this.#turns = turns;
    const events = (agent: string): AcpEvents => ({
      update: (sessionId, update) => this.#of(agent, sessionId)?.update(update),
      permission: async (asked, taken) => await this.#of(agent, asked.sessionId)?.permission(asked, taken) ?? CANCELLED,
    });
    this.#pool = new AgentPool(context, events, this.#stop.signal);
  }

  /**
   * Turns that the last daemon left open did not survive it: nobody knows what their agents did.
   *
   * @throws {ConsoleError} `read_only`
   */
  closeInterrupted(): void {
    for (const { id, sessionId, status } of this.#turns.all()) {
      if (isOver(status) || this.#open.has(id)) continue;
      const error = status === "queued" ? "the daemon ended before it began" : "the daemon ended in it";
      this.#context.store.commit(
        { type: "turn.ended", data: { turnId: id, sessionId, status: "failed", error } },
        DAEMON,
      );
      this.#endRow(sessionId);
    }
  }

  /** Its agent ended with the last daemon, which held the other end of its pipes. */
  #endRow(sessionId: string | null): void {
    const row = sessionId === null ? undefined : this.#context.store.get(sessionId);
    if (row === undefined || row.status === "closed" || this.#sessions.has(row.id)) return;
    const event = { kind: "ended", reason: "the daemon ended" } as const;
    commitReport(this.#context, { agent: row.agent, sessionId: row.id, facts: {}, event }, { actor: DAEMON });
  }

  get agents(): readonly string[] {
    return this.#pool.running;
  }

  /** @throws {ConsoleError} `not_found`, `conflict`, `invalid_params` */
  submit(params: ParamsOf<"turn.submit">, actor: Actor): ResultOf<"turn.submit"> {
    const { idempotencyKey, text, sessionId } = params;
    const { store } = this.#context;
    const once = { key: idempotencyKey, change: "turn.submit" };
    const earlier = store.repeated(once);
    if (earlier !== undefined) return { ...earlier, turnId: earlier.id ?? "" };
    const session = sessionId === undefined ? undefined : this.#session(sessionId);
    if (session !== undefined && (params.agent !== undefined || params.cwd !== undefined)) {
      throw new ConsoleError("invalid_params", "a session has an agent and a folder: sessionId stands alone");
    }
    const agent = session?.agent ?? this.#configured(params.agent);
    const cwd = session?.cwd ?? resolveFrom(params.cwd ?? this.#pool.folder(agent), "/");
    const turn: Turn = {
      id: crypto.randomUUID(),
      agent,
      sessionId: sessionId ?? null,
      cwd,
      source: actor.split(":")[0] ?? actor,
      prompt: maskSecrets(clip(text.trim(), TEXT_CAPS.message)),
      status: "queued",
      submittedAt: this.#context.now(),
      reply: "",
      tools: [],
    };
    const committed = store.commit(
      { type: "turn.submitted", data: { id: turn.id, turn, sessionId: turn.sessionId } },
      actor,
      once,
    );
    const end = new AbortController();
    this.#open.set(turn.id, end);
    const done = this.#context.work.begin("turns");
    // One that waits behind another ends at once.
    end.signal.addEventListener("abort", () => this.#endQueued(turn.id));
    const work = () => this.#run(turn, text, end.signal).finally(done);
    const running = session === undefined ? work() : session.after(work);
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
    return { ...committed, turnId: turn.id };
  }

  /**
   * A repeat gets the same answer: one that was cancelled before is no error.
   *
   * @throws {ConsoleError} `not_found`: there is no such turn, `conflict`: it has ended by itself
   */
  cancel({ turnId, sessionId }: ParamsOf<"turn.cancel">): ResultOf<"turn.cancel"> {
    if (turnId === undefined && sessionId === undefined) {
      throw new ConsoleError("invalid_params", "turn.cancel needs a turnId or a sessionId");
    }
    const named = this.#turns.all().filter((turn) =>
      (turnId === undefined || turn.id === turnId) && (sessionId === undefined || turn.sessionId === sessionId)
    );
    if (named.length === 0) {
      throw new ConsoleError("not_found", "there is no such turn", { hint: "agent-console context" });
    }
    const open = named.filter(({ id }) => this.#open.has(id));
    const last = named.at(-1);
    if (open.length === 0 && last?.status === "cancelled") return { cancelled: [last.id] };
    if (open.length === 0) throw new ConsoleError("conflict", "the turn has ended already");
    for (const { id } of open) this.#open.get(id)?.abort(new ConsoleError("conflict", "it was cancelled"));
    return { cancelled: open.map(({ id }) => id) };
  }

  /** Keeps warm what is to be, ends what nobody needs. */
  look(): Promise<void> {
    return this.#pool.look();
  }

  async stop(): Promise<void> {
    this.#stop.abort(new ConsoleError("stopping", "the daemon is stopping"));
    await this.#pool.end();
    await Promise.all(this.#running); // whose agents are gone: each ends at once
  }

  #endQueued(id: string): void {
    const turn = this.#turns.get(id);
    if (turn?.status !== "queued") return;
    this.#open.delete(id);
    this.#ended(id, turn.sessionId, { status: "cancelled" });
  }

  /** From its start to its end. Never throws. */
  async #run(turn: Turn, text: string, cancelled: AbortSignal): Promise<void> {
    if (!this.#open.has(turn.id)) return; // it was cancelled in the queue
    const signal = AbortSignal.any([cancelled, this.#stop.signal]);
    let session = turn.sessionId === null ? undefined : this.#sessions.get(turn.sessionId);
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    try {
      signal.throwIfAborted();
      const ended = await this.#pool.use(turn.agent, signal, async (agent) => {
        session ??= await this.#openSession(agent, turn, over, signal);
        return await session.turn(agent, turn.id, text, signal);
      });
      this.#ended(turn.id, session?.id ?? null, ended);
    } catch (error) {
      const status = cancelled.aborted ? "cancelled" : "failed";
      // Its agent ends with the daemon: that is why, whatever the agent's end looks like.
      const why = this.#stop.signal.aborted ? this.#stop.signal.reason : error;
      session?.failed(why, status);
      this.#ended(turn.id, session?.id ?? turn.sessionId, {
        status,
        ...(status === "failed" ? { error: maskSecrets(clip(problemOf(why), TEXT_CAPS.message)) } : {}),
      });
    } finally {
      end();
      this.#open.delete(turn.id);
      if (session?.isStuck) {
        this.#sessions.delete(session.id);
        session.end(`the agent ${turn.agent} did not end a turn that was cancelled`);
      }
    }
  }

  #ended(
    turnId: string,
    sessionId: string | null,
    end: {
      readonly status: "finished" | "cancelled" | "failed";
      readonly stopReason?: string;
      readonly error?: string;
    },
  ): void {
    const turn = this.#turns.get(turnId);
    if (turn === undefined || isOver(turn.status)) return; // cancelled while its agent was being started
    try {
      this.#context.store.commit({ type: "turn.ended", data: { turnId, sessionId, ...end } }, DAEMON);
    } catch (error) { // a full disk: the next start says that it was interrupted
      this.#context.log.error("the end of a turn could not be recorded", { turnId, error: problemOf(error) });
    }
  }

  /** @param over resolves at the end of the turn, for which those behind it wait */
  async #openSession(agent: Agent, turn: Turn, over: Promise<void>, signal: AbortSignal): Promise<OwnSession> {
    const id = await this.#pool.newSession(agent, turn.agent, turn.cwd, signal);
    const row = this.#context.store.get(id);
    // Its own hooks may have told of it before; what is another's, or open already, is not its to give.
    if (this.#sessions.has(id) || (row !== undefined && row.agent !== turn.agent)) {
      throw new ConsoleError("failed", `the agent ${turn.agent} opened a session with the id of another one`);
    }
    const session = new OwnSession(this.#context, { id, agent: turn.agent, cwd: turn.cwd, pid: agent.pid });
    session.occupy(over);
    this.#sessions.set(id, session);
    session.announce();
    agent.gone.addEventListener("abort", () => {
      this.#sessions.delete(id);
      session.end(problemOf(this.#stop.signal.aborted ? this.#stop.signal.reason : agent.gone.reason));
    }, { once: true });
    return session;
  }

  /** An agent speaks of its own sessions only. */
  #of(agent: string, sessionId: string): OwnSession | undefined {
    const session = this.#sessions.get(sessionId);
    return session?.agent === agent ? session : undefined;
  }

  /** @throws {ConsoleError} `not_found`, `conflict` */
  #session(id: string): OwnSession {
    const session = this.#sessions.get(id);
    if (session !== undefined) return session;
    const row = this.#context.store.get(id);
    if (row === undefined) {
      throw new ConsoleError("not_found", `there is no session ${id}`, { hint: "agent-console ls --all" });
    }
    throw row.status === "closed"
      ? new ConsoleError("conflict", `the session ${id} has ended`, { hint: "agent-console run AGENT begins another" })
      : new ConsoleError("conflict", `the session ${id} is not one that the daemon runs`, {
        hint: "agent-console go brings its terminal to the front",
      });
  }

  /** @throws {ConsoleError} `not_found`: no such agent is configured */
  #configured(name: string | undefined): string {
    const names = this.#pool.configured;
    const chosen = name ?? (names.length === 1 ? names[0] : undefined);
    if (chosen !== undefined && names.includes(chosen)) return chosen;
    throw notConfigured(name, names);
  }
}

function problemOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
