/**
 * Runs turns: a queue for each session and places for all of them, each turn recorded before it begins. Loaded where an
 * agent is configured. A turn ends exactly once, whatever becomes of its agent.
 */
import { maskSecrets } from "../domain/mask.ts";
import { commitReport } from "../core/apply_report.ts";
import { clip } from "../domain/sanitize.ts";
import { type Session, TEXT_CAPS } from "../domain/session.ts";
import { optional } from "../lib/json_fields.ts";
import { resolveFrom } from "../platform/home_paths.ts";
import { type Actor, DAEMON } from "../protocol/actor.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ParamsOf, ResultOf } from "../protocol/method_schemas.ts";
import { AgentPool, notConfigured } from "./agent_pool.ts";
import { endLeftAgents, noteAgent, noteAgentEnd } from "./left_agents.ts";
import type { Turn } from "./methods.ts";
import { type OtherSession, OtherSessions } from "./other_sessions.ts";
import { OwnSessions } from "./own_sessions.ts";
import { isOver, type LeftAgent, type RecentTurns } from "./recent_turns.ts";
import { recoveryOf } from "./recovery.ts";
import { SessionQueues } from "./session_queues.ts";
import type { TurnContext } from "./turn_context.ts";
import { whyOf } from "./why.ts";

/** What a turn is given. */
interface Given {
  readonly text: string;
  /** As `turn.submit` has it. */
  readonly workspaceConfig: string | null | undefined;
  /** What became of it in the last daemon. */
  readonly before?: string;
  /** Its session, where somebody else runs that. */
  readonly other?: OtherSession;
}

type TurnEnd = Pick<Turn, "stopReason" | "error"> & { readonly status: "finished" | "cancelled" | "failed" };

export class RunningTurns {
  readonly #context: TurnContext;
  readonly #turns: RecentTurns;
  readonly #pool: AgentPool;
  readonly #sessions: OwnSessions;
  readonly #others: OtherSessions;
  readonly #queues = new SessionQueues();
  /** Turns that are to run or run, by their ids: what ends them. */
  readonly #open = new Map<string, AbortController>();
  /** Each until its end is recorded. */
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  readonly #unlisten: () => void;
  /** What the last daemon has left, until it is dealt with. */
  #left: { readonly turns: readonly Turn[]; readonly agents: readonly LeftAgent[] };
  #recovering: Promise<void> | undefined;
  readonly #interrupted = { resumed: 0, failed: 0 };

  constructor(context: TurnContext, turns: RecentTurns) {
    this.#context = context;
    this.#turns = turns;
    this.#left = { turns: turns.all().filter(({ status }) => !isOver(status)), agents: turns.leftAgents() };
    this.#pool = new AgentPool(context, (agent) => this.#sessions.events(agent), (name, { pid, gone }) => {
      const noted = noteAgent(context, name, pid);
      gone.addEventListener("abort", () => void noted.then(() => noteAgentEnd(context, turns, pid)), { once: true });
    }, this.#stop.signal);
    this.#sessions = new OwnSessions(context, this.#pool, this.#stop.signal);
    this.#others = new OtherSessions(context, this.#stop.signal);
    this.#unlisten = context.bus.listen(context.store.seq, new Set(["session"]), ({ event }) => {
      if (event.type === "session.closed" || event.type === "session.deleted") this.#closed(event.data.session.id);
    });
  }

  /**
   * Takes up what the last daemon left: ends its agents, goes on with its turns or fails them, and ends the rows of those
   * of its sessions that nobody goes on with. Once, and again where the journal took no records. Never throws.
   */
  async recover(): Promise<void> {
    const { turns, agents } = this.#left;
    if ((turns.length === 0 && agents.length === 0) || this.#context.isReadOnly()) return;
    await (this.#recovering ??= endLeftAgents(this.#context, this.#turns, agents));
    if (this.#left.turns !== turns || this.#stop.signal.aborted) return; // another call did it
    this.#left = { turns: [], agents: [] };
    const within = new Set(turns.flatMap(({ sessionId, isElsewhere }) => isElsewhere ? [] : sessionId ?? []));
    for (const id of new Set(this.#turns.all().flatMap(({ sessionId }) => sessionId ?? []))) {
      const row = this.#context.store.get(id);
      const isOurs = agents.some(({ agent, pid }) => row?.agent === agent && row.pid === pid);
      if (row !== undefined && row.status !== "closed" && (isOurs || within.has(id))) this.#endRow(row);
    }
    for (const turn of turns) this.#recoverTurn(turn);
  }

  get agents(): readonly string[] {
    return this.#pool.running;
  }

  /** Of the turns that the last daemon left open; undefined where there were none. */
  get interrupted(): { readonly resumed: number; readonly failed: number } | undefined {
    const { resumed, failed } = this.#interrupted;
    return resumed + failed === 0 ? undefined : { resumed, failed };
  }

  /** @throws {ConsoleError} `not_found`, `conflict`, `invalid_params` */
  submit(params: ParamsOf<"turn.submit">, actor: Actor): ResultOf<"turn.submit"> {
    const { idempotencyKey, text, sessionId, workspaceConfig } = params;
    const { store } = this.#context;
    const once = { key: idempotencyKey, change: "turn.submit" };
    const earlier = store.repeated(once);
    if (earlier !== undefined) return { ...earlier, turnId: earlier.id ?? "" };
    if (sessionId !== undefined && (params.agent !== undefined || params.cwd !== undefined)) {
      throw new ConsoleError("invalid_params", "a session has an agent and a folder: sessionId stands alone");
    }
    const [source = actor] = actor.split(":");
    const isOther = sessionId !== undefined && this.#sessions.get(sessionId) === undefined;
    const other = isOther ? this.#others.place(sessionId, source) : undefined;
    const place = other ?? (sessionId === undefined ? this.#newPlace(params) : this.#sessions.place(sessionId));
    const prompt = maskSecrets(clip(text, TEXT_CAPS.message));
    const turn: Turn = {
      id: crypto.randomUUID(),
      agent: place.agent,
      sessionId: sessionId ?? null,
      cwd: place.cwd,
      source,
      prompt: prompt.trim(),
      ...(prompt === text ? { isWhole: true } : {}),
      ...(other === undefined ? {} : { isElsewhere: true }),
      priority: params.priority ?? (sessionId === undefined ? 0 : store.get(sessionId)?.priority ?? 0),
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
    this.#enqueue(turn, { text, workspaceConfig, ...optional("other", other) });
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
    this.#context.places.look(); // the configuration may give more of them than before
    return this.#pool.look();
  }

  async stop(): Promise<void> {
    this.#stop.abort(new ConsoleError("stopping", "the daemon is stopping"));
    await this.#recovering;
    await this.#pool.end();
    await Promise.all(this.#running); // whose agents are gone: each ends at once
    this.#unlisten();
  }

  #enqueue(turn: Turn, given: Given): void {
    const { id, sessionId } = turn;
    const end = new AbortController();
    this.#open.set(id, end);
    const done = this.#context.work.begin("turns");
    // One that waits behind another ends at once.
    end.signal.addEventListener("abort", () => this.#endQueued(id));
    const run = given.other === undefined ? this.#run : this.#runElsewhere;
    const work = () => run.call(this, turn, given, end.signal).finally(done);
    const running = sessionId === null ? work() : this.#queues.after(sessionId, work);
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
  }

  #endQueued(id: string): void {
    const turn = this.#turns.get(id);
    if (turn?.status !== "queued") return;
    this.#open.delete(id);
    this.#ended(id, turn.sessionId, { status: "cancelled" });
  }

  /** From its place to its end. Never throws. */
  async #run(turn: Turn, given: Given, cancelled: AbortSignal): Promise<void> {
    if (!this.#open.has(turn.id)) return; // it was cancelled in the queue
    const signal = AbortSignal.any([cancelled, this.#stop.signal]);
    let session = turn.sessionId === null ? undefined : this.#sessions.get(turn.sessionId);
    let leave = () => {};
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    try {
      leave = await this.#context.places.take(turn.priority, signal);
      const ended = await this.#pool.use(turn.agent, signal, async (agent) => {
        session = await this.#sessions.open(agent, turn.sessionId, turn, signal);
        if (turn.sessionId === null) this.#queues.occupy(session.id, over);
        session.workspace(given.workspaceConfig);
        return await session.turn(agent, turn.id, given.text, signal);
      });
      this.#ended(turn.id, session?.id ?? null, ended);
    } catch (error) {
      const status = cancelled.aborted ? "cancelled" : "failed";
      // Its agent ends with the daemon: that is why, whatever the agent's end looks like.
      const why = this.#stop.signal.aborted ? this.#stop.signal.reason : error;
      session?.failed(why, status);
      this.#ended(turn.id, session?.id ?? turn.sessionId, {
        status,
        ...(status === "failed" ? { error: problem(session === undefined ? given.before : undefined, why) } : {}),
      });
    } finally {
      end();
      leave();
      this.#open.delete(turn.id);
      if (session?.isStuck) {
        this.#sessions.end(session, `the agent ${turn.agent} did not end a turn that was cancelled`);
      }
    }
  }

  /** In a session that somebody else runs. Never throws. */
  async #runElsewhere(turn: Turn, { text, other }: Given, cancelled: AbortSignal): Promise<void> {
    if (!this.#open.has(turn.id) || other === undefined) return; // it was cancelled in the queue
    this.#ended(turn.id, turn.sessionId, await this.#others.turn(turn.id, text, other, cancelled));
    this.#open.delete(turn.id);
  }

  #ended(turnId: string, sessionId: string | null, end: TurnEnd): void {
    const turn = this.#turns.get(turnId);
    if (turn === undefined || isOver(turn.status)) return; // cancelled while its agent was being started
    try {
      this.#context.store.commit({ type: "turn.ended", data: { turnId, sessionId, ...end } }, DAEMON);
    } catch (error) { // a full disk: the next start says that it was interrupted
      this.#context.log.error("the end of a turn could not be recorded", { turnId, error: whyOf(error) });
    }
  }

  /** Its row is closed, by a person or an event of the agent. */
  #closed(sessionId: string): void {
    if (!this.#sessions.closed(sessionId)) return;
    for (const { id, sessionId: of } of this.#turns.all()) {
      if (of === sessionId) this.#open.get(id)?.abort(new ConsoleError("conflict", "its session was closed"));
    }
  }

  #recoverTurn(turn: Turn): void {
    const { store } = this.#context;
    const { id, agent, sessionId } = turn;
    const settings = this.#pool.configured.includes(agent) ? this.#pool.settings(agent) : undefined;
    const recovery = recoveryOf(turn, settings);
    try {
      if (recovery.kind === "failed") {
        this.#ended(id, sessionId, { status: "failed", error: recovery.error });
        this.#interrupted.failed++;
        return;
      }
      store.commit({ type: "turn.resumed", data: { turnId: id, sessionId } }, DAEMON);
      this.#interrupted.resumed++;
      const { text, before } = recovery;
      this.#enqueue(turn, { text, before, workspaceConfig: undefined });
    } catch (error) { // a full disk: the next start sees it as it is now
      this.#context.log.error("a turn of the last daemon could not be taken up", { turn: id, error: whyOf(error) });
    }
  }

  /** Its agent ended with the last daemon, which held the other end of its pipes. */
  #endRow({ id, agent }: Session): void {
    const event = { kind: "ended", reason: "the daemon ended" } as const;
    try {
      commitReport(this.#context, { agent, sessionId: id, facts: {}, event }, { actor: DAEMON });
    } catch (error) {
      this.#context.log.error("a session of the last daemon could not be ended", { id, error: whyOf(error) });
    }
  }

  /** @throws {ConsoleError} `not_found`: no such agent is configured */
  #newPlace({ agent: name, cwd }: ParamsOf<"turn.submit">) {
    const names = this.#pool.configured;
    const agent = name ?? (names.length === 1 ? names[0] : undefined);
    if (agent === undefined || !names.includes(agent)) throw notConfigured(name, names);
    return { agent, cwd: resolveFrom(cwd ?? this.#pool.folder(agent), "/") };
  }
}

function problem(before: string | undefined, why: unknown): string {
  return maskSecrets(clip(before === undefined ? whyOf(why) : `${before}; ${whyOf(why)}`, TEXT_CAPS.message));
}
