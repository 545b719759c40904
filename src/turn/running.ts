/**
 * Runs turns: a queue for each session and places for all of them, each turn recorded before it begins. Loaded where an
 * agent is configured, or a prompt is to go into a session that somebody else runs.
 */
import { onceOf } from "../core/idempotency.ts";
import type { WorkPlace } from "../core/work_places.ts";
import { maskSecrets } from "../domain/mask.ts";
import { clip } from "../domain/sanitize.ts";
import { TEXT_CAPS } from "../domain/session.ts";
import { resolveFrom } from "../platform/home_paths.ts";
import type { Actor } from "../protocol/actor.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ParamsOf, ResultOf } from "../protocol/method_schemas.ts";
import { AgentPool, notConfigured } from "./agent_pool.ts";
import { noteAgent, noteAgentEnd } from "./left_agents.ts";
import type { Turn } from "./methods.ts";
import { OpenTurns } from "./open_turns.ts";
import { type OtherSession, OtherSessions } from "./other_sessions.ts";
import { OwnSessions } from "./own_sessions.ts";
import type { RecentTurns } from "./recent_turns.ts";
import { RecoverTurns } from "./recover_turns.ts";
import type { TurnContext } from "./turn_context.ts";
import { onAborted } from "./until_aborted.ts";
import { whyOf } from "./why.ts";

/** What a turn is given. */
interface Given {
  readonly text: string;
  /** As `turn.submit` has it. */
  readonly workspaceConfig?: string | null | undefined;
  /** What became of it in the last daemon. */
  readonly before?: string;
  /** `text` is a person's; else ours. */
  readonly byUser: boolean;
}

export class RunningTurns {
  readonly #context: TurnContext;
  readonly #turns: RecentTurns;
  readonly #pool: AgentPool;
  readonly #sessions: OwnSessions;
  readonly #others: OtherSessions;
  readonly #open: OpenTurns;
  readonly #recovery: RecoverTurns;
  /** Each until the end of an agent is recorded. */
  readonly #noting = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  readonly #unlisten: () => void;
  /** Another daemon starts at once and goes on with the turns that run: they get no end here. */
  #leavesTurns = false;

  constructor(context: TurnContext, turns: RecentTurns) {
    this.#context = context;
    this.#turns = turns;
    this.#open = new OpenTurns(context, turns);
    const { signal } = this.#stop;
    this.#pool = new AgentPool(context, {
      events: (agent) => this.#sessions.events(agent),
      started: (name, { pid, gone }) => this.#note(name, pid, gone),
    }, signal);
    this.#sessions = new OwnSessions(context, turns, this.#pool, signal);
    this.#others = new OtherSessions(context, signal);
    this.#recovery = new RecoverTurns({
      context,
      turns,
      open: this.#open,
      settingsOf: (agent) => this.#pool.configured.includes(agent) ? this.#pool.settings(agent) : undefined,
      goOn: (turn, { text, before }) => {
        const byUser = turn.startedAt === undefined;
        this.#open.begin(turn, (cancelled) => this.#run(turn, { text, before, byUser }, cancelled));
      },
    });
    this.#unlisten = context.bus.listen(context.store.seq, new Set(["session", "turn"]), ({ event }) => {
      this.#recovery.heard(event);
      if (event.type === "session.closed" || event.type === "session.deleted") this.#closed(event.data.session.id);
    });
  }

  /** Takes up what the last daemon left. Never throws. */
  recover(): Promise<void> {
    return this.#recovery.recover(this.#stop.signal);
  }

  get agents(): readonly string[] {
    return this.#pool.running;
  }

  /** For how long the agents of the turns that run have said nothing; undefined where none runs. */
  get quiet(): ReturnType<OwnSessions["quiet"]> | undefined {
    const quiet = this.#sessions.quiet();
    return quiet.length === 0 ? undefined : quiet;
  }

  /** Of the turns that the last daemon left open; undefined where there were none. */
  get interrupted(): { readonly resumed: number; readonly failed: number } | undefined {
    return this.#recovery.counts;
  }

  /** @throws {ConsoleError} `not_found`, `conflict`, `forbidden`, `invalid_params`, `busy`, `stopping` */
  submit(params: ParamsOf<"turn.submit">, actor: Actor): ResultOf<"turn.submit"> {
    const { text, sessionId, workspaceConfig } = params;
    const { store } = this.#context;
    this.#stop.signal.throwIfAborted();
    const once = onceOf("turn.submit", params);
    const earlier = store.repeated(once);
    if (earlier !== undefined) return { ...earlier, turnId: earlier.id ?? "" };
    if (sessionId !== undefined && (params.agent !== undefined || params.cwd !== undefined)) {
      throw new ConsoleError("invalid_params", "a session has an agent and a folder: sessionId stands alone");
    }
    this.#open.checkRoom();
    const [source = actor] = actor.split(":");
    const isOther = sessionId !== undefined && this.#sessions.get(sessionId) === undefined;
    const other = isOther ? this.#others.place(sessionId, source) : undefined;
    const where = other ??
      (sessionId === undefined ? this.#newSession(params) : this.#sessions.place(sessionId, source));
    const prompt = maskSecrets(clip(text, TEXT_CAPS.message));
    const turn: Turn = {
      id: crypto.randomUUID(),
      agent: where.agent,
      sessionId: sessionId ?? null,
      cwd: where.cwd,
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
    this.#open.begin(
      turn,
      (cancelled) =>
        other === undefined
          ? this.#run(turn, { text, workspaceConfig, byUser: true }, cancelled)
          : this.#runElsewhere(turn, text, other, cancelled),
    );
    return { ...committed, turnId: turn.id };
  }

  /**
   * A repeat gets the same answer, and ends nothing that was submitted since.
   *
   * @throws {ConsoleError} `not_found`: there is no such turn, `conflict`: it has ended by itself
   */
  cancel(params: ParamsOf<"turn.cancel">, actor: Actor): ResultOf<"turn.cancel"> {
    const { turnId, sessionId } = params;
    if (turnId === undefined && sessionId === undefined) {
      throw new ConsoleError("invalid_params", "turn.cancel needs a turnId or a sessionId");
    }
    const once = onceOf("turn.cancel", params);
    const named = this.#turns.all().filter((turn) =>
      (turnId === undefined || turn.id === turnId) && (sessionId === undefined || turn.sessionId === sessionId)
    );
    const last = named.at(-1);
    if (last === undefined) {
      throw new ConsoleError("not_found", "there is no such turn", { hint: "agent-console context" });
    }
    const cancelled = named.filter(({ status }) => status === "cancelled").map(({ id }) => id);
    if (this.#context.store.repeated(once) !== undefined) return { cancelled };
    const open = named.filter(({ id }) => this.#open.has(id)).map(({ id }) => id);
    if (open.length === 0 && last.status === "cancelled") return { cancelled: [last.id] };
    if (open.length === 0) throw new ConsoleError("conflict", "the turn has ended already");
    this.#context.store.commit({ type: "turn.cancel_requested", data: { turnIds: open } }, actor, once);
    for (const id of open) this.#open.cancel(id, "it was cancelled");
    return { cancelled: open };
  }

  /** Keeps warm what is to be, ends what nobody needs. */
  look(): Promise<void> {
    this.#context.places.giveFree(); // the configuration may give more of them than before
    return this.#pool.look();
  }

  /** @param restart another daemon starts at once: its turns are left to that one, as behind a crash */
  async stop(restart: boolean): Promise<void> {
    this.#leavesTurns = restart;
    this.#stop.abort(new ConsoleError("stopping", "the daemon is stopping"));
    await this.#recovery.settled();
    await this.#pool.end();
    await this.#open.settled(); // their agents are gone: each ends at once
    await Promise.all(this.#noting);
    this.#unlisten();
  }

  /** From its place to its end. */
  async #run(turn: Turn, given: Given, cancelled: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([cancelled, this.#stop.signal]);
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    let session = turn.sessionId === null ? undefined : this.#sessions.get(turn.sessionId);
    let hasBegun = false;
    let place: WorkPlace | undefined;
    try {
      const held = place = await this.#context.places.take(turn.priority, signal);
      const ended = await this.#pool.use(turn.agent, signal, async (agent) => {
        session = await this.#sessions.open(agent, turn.sessionId, turn, signal);
        if (turn.sessionId === null) this.#open.occupy(session.id, over);
        session.noteWorkspace(given.workspaceConfig);
        hasBegun = true;
        return await session.turn({ id: turn.id, cancelled, ...given }, held, signal);
      });
      this.#open.end(turn.id, session?.id ?? null, ended);
    } catch (error) {
      const status = cancelled.aborted ? "cancelled" : "failed";
      // Its agent ends with the daemon: that is why, whatever the agent's end looks like.
      const why = this.#stop.signal.aborted ? this.#stop.signal.reason : error;
      if (this.#leavesTurns && !cancelled.aborted) return;
      if (hasBegun) session?.failed(why, status);
      this.#open.end(turn.id, session?.id ?? turn.sessionId, {
        status,
        ...(status === "failed" ? { error: problem(hasBegun ? undefined : given.before, why) } : {}),
      });
    } finally {
      end();
      place?.leave();
      if (session?.isStuck) {
        this.#sessions.end(session, `the agent ${turn.agent} did not end a turn that was cancelled`);
      }
    }
  }

  /** In a session that somebody else runs. */
  async #runElsewhere(turn: Turn, text: string, other: OtherSession, cancelled: AbortSignal): Promise<void> {
    this.#open.end(turn.id, turn.sessionId, await this.#others.turn(turn.id, text, other, cancelled));
  }

  /** Its row is closed, by a person or an event of the agent. */
  #closed(sessionId: string): void {
    const closed = this.#sessions.closed(sessionId);
    if (closed === undefined) return;
    for (const { id, sessionId: of } of this.#turns.all()) {
      if (of === sessionId) this.#open.cancel(id, "its session was closed");
    }
    this.#open.behind(sessionId, () => closed.closeSession(sessionId)); // an agent closes none in which a turn runs
  }

  /** An agent runs: its process is recorded, and its end. */
  #note(name: string, pid: number, gone: AbortSignal): void {
    const noting = (async () => {
      await noteAgent(this.#context, name, pid);
      await onAborted(gone);
      noteAgentEnd(this.#context, this.#turns, pid);
    })();
    this.#noting.add(noting);
    void noting.finally(() => this.#noting.delete(noting));
  }

  /** @throws {ConsoleError} `not_found`: no such agent is configured */
  #newSession({ agent: name, cwd }: ParamsOf<"turn.submit">) {
    const names = this.#pool.configured;
    const agent = name ?? (names.length === 1 ? names[0] : undefined);
    if (agent === undefined || !names.includes(agent)) throw notConfigured(name, names, this.#context.settings.current);
    return { agent, cwd: resolveFrom(cwd ?? this.#pool.folder(agent), "/") };
  }
}

function problem(before: string | undefined, why: unknown): string {
  return maskSecrets(clip(before === undefined ? whyOf(why) : `${before}; ${whyOf(why)}`, TEXT_CAPS.message));
}
