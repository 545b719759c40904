/**
 * A session that the daemon runs: one turn of it at a time. What the agent does in it is reported as agents' hooks report
 * it, so that its row, its requests and its history are those of any other session.
 */
import type { Agent } from "../acp/agent.ts";
import { canAllowOnce, CANCELLED, outcomeOf, type PermissionAsked, type PermissionOutcome } from "../acp/permission.ts";
import type { AcpUpdate } from "../acp/read_update.ts";
import { commitReport } from "../core/apply_report.ts";
import type { WorkPlace } from "../core/work_places.ts";
import { decideSeen } from "../domain/decide.ts";
import type { NewEvent } from "../domain/event.ts";
import type { AgentEvent, Report } from "../domain/report.ts";
import { type Facts, TEXT_CAPS } from "../domain/session.ts";
import { setTimer } from "../platform/clock.ts";
import { DAEMON } from "../protocol/actor.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { acpRequest } from "./acp_request.ts";
import { LONG, recordedText } from "./recorded_text.ts";
import type { TurnContext } from "./turn_context.ts";
import { TurnOutput } from "./turn_output.ts";
import { whyOf } from "./why.ts";

export interface OwnSessionFacts {
  readonly id: string;
  readonly agent: string;
  readonly cwd: string;
  /** The agent in whose process it is open. */
  readonly process: Agent;
}

/** How a turn ended by itself. */
export interface TurnEnd {
  readonly status: "finished" | "cancelled";
  readonly stopReason: string;
}

/** What the agent is given. */
export interface GivenTurn {
  readonly id: string;
  readonly text: string;
  /** The words are a person's; else ours. */
  readonly byUser: boolean;
  /** Somebody has ended it, whatever its agent says. */
  readonly cancelled: AbortSignal;
}

interface RunningTurn {
  readonly signal: AbortSignal;
  /** Others may have it while a person is asked. */
  readonly place: WorkPlace;
  /** Takes it back. */
  takeBack: () => void;
  /** Fires at its end: nobody waits for what it asked. */
  readonly over: AbortController;
  readonly output: TurnOutput;
  /** When its agent said or did something last, or a person answered it, steady ms. */
  heardAt: number;
  /** Its requests that are open. */
  asked: number;
}

/** Requests of one turn that may be open. */
const MOST_ASKED = 50;
/** A request that is longer is cancelled, UTF-16 units: nobody could read it. As for requests of hooks. */
const MAX_REQUEST = 1_048_576;
/** After so long a turn that was cancelled is over, whatever its agent says, ms. */
const CANCEL_MS = 10_000;

export class OwnSession {
  readonly #context: TurnContext;
  readonly #facts: OwnSessionFacts;
  /** The turn that runs. */
  #turn: RunningTurn | undefined;
  #isGone = false;
  #isStuck = false;

  constructor(context: TurnContext, facts: OwnSessionFacts) {
    this.#context = context;
    this.#facts = facts;
  }

  get id(): string {
    return this.#facts.id;
  }

  get agent(): string {
    return this.#facts.agent;
  }

  get process(): Agent {
    return this.#facts.process;
  }

  get cwd(): string {
    return this.#facts.cwd;
  }

  /** @param resumed it was open in an earlier process */
  announce(resumed: boolean): void {
    const { store } = this.#context;
    store.proved(this.id); // the daemon runs it itself: it is what its row says
    this.#report({ kind: "announced", resumed }, { cwd: this.cwd, pid: this.process.pid });
    const row = store.get(this.id);
    // Its process is known to have been here: a next daemon that does not find it need not doubt where it was.
    const seen = row === undefined ? undefined : decideSeen(row, this.process.pid, undefined);
    if (seen !== undefined) this.#record(seen);
  }

  /** What the workspace's own configuration says for the turn that comes; undefined: nobody looked. */
  noteWorkspace(text: string | null | undefined): void {
    const { approvals } = this.#context;
    // Ends nothing that is open, and forgets what was noted: nobody looked since.
    if (text === undefined) return approvals.endRequests(this.id, "another turn begins");
    approvals.noteWorkspace(this.#reportOf({ kind: "noted" }, { cwd: this.cwd }), text ?? undefined);
  }

  /** One turn, to its end. @throws {ConsoleError} `failed`, or what `signal` fired with */
  async turn(
    { id: turnId, text, byUser, cancelled }: GivenTurn,
    place: WorkPlace,
    signal: AbortSignal,
  ): Promise<TurnEnd> {
    signal.throwIfAborted(); // its listener below hears of no earlier one
    const agent = this.process;
    const turn = this.#turn = {
      signal,
      place,
      over: new AbortController(),
      output: new TurnOutput(turnId, this.id, {
        clock: this.#context.clock,
        report: (event, facts) => this.#report(event, facts),
        record: (event) => this.#record(event),
      }),
      heardAt: this.#context.clock.steady(),
      asked: 0,
      takeBack: () => {},
    };
    this.#context.store.commit({ type: "turn.started", data: { turnId, sessionId: this.id } }, DAEMON);
    const prompt = recordedText(text.trim(), TEXT_CAPS.prompt);
    this.#report({ kind: "prompt", text: prompt, byUser }, byUser ? { lastPrompt: prompt } : {});
    // The agent answers a cancelled prompt by itself; one that does not is waited for no longer than this.
    const patience = new AbortController();
    const onCancel = () => {
      this.#context.approvals.endRequests(this.id, "the turn was cancelled");
      void agent.cancel(this.id);
      setTimer(CANCEL_MS, () => {
        if (this.#turn !== turn) return;
        this.#isStuck = true;
        patience.abort(signal.reason);
      });
    };
    signal.addEventListener("abort", onCancel, { once: true });
    try {
      const stopReason = await agent.prompt(this.id, text, patience.signal);
      turn.output.flush();
      const isCancelled = stopReason === "cancelled" || cancelled.aborted;
      if (isCancelled) this.#report({ kind: "interrupted" });
      else this.#report({ kind: "finished", lastMessage: recordedText(turn.output.said, TEXT_CAPS.message) });
      return { status: isCancelled ? "cancelled" : "finished", stopReason: recordedText(stopReason, LONG.name) };
    } finally {
      turn.output.flush();
      signal.removeEventListener("abort", onCancel);
      this.#turn = undefined;
      if (turn.asked > 0) this.#context.approvals.endRequests(this.id, "its turn has ended");
      turn.over.abort();
    }
  }

  /** Its agent did not end a turn that was cancelled: what it writes next may belong to that one. */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  /** Its turn did not end by itself. */
  failed(error: unknown, status: "cancelled" | "failed"): void {
    const text = recordedText(whyOf(error), TEXT_CAPS.message);
    this.#report(status === "cancelled" ? { kind: "interrupted" } : { kind: "failed", error: "unknown", text });
  }

  /** Nothing more comes of it. @param why the first line is kept */
  end(why: string): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#context.approvals.endRequests(this.id, why);
    const [reason = ""] = why.split("\n");
    const command = ["agent-console", "chat", "--session", this.id];
    const again = this.process.canReopen ? { reopenable: { command } } : {};
    this.#report({ kind: "ended", reason: recordedText(reason, TEXT_CAPS.message), ...again });
  }

  /** A person has closed it: its row says so already. */
  closed(): void {
    this.#isGone = true;
    this.#context.approvals.endRequests(this.id, "the session was closed");
  }

  /** What comes while no turn runs is late, and belongs to nothing that is shown. */
  update(update: AcpUpdate): void {
    if (this.#turn === undefined) return;
    this.#turn.heardAt = this.#context.clock.steady();
    this.#turn.output.update(update);
  }

  /** For how long the agent has said nothing in its turn, ms; undefined where none runs, and where a person is asked. */
  get quietMs(): number | undefined {
    const turn = this.#turn;
    return turn === undefined || turn.asked > 0 ? undefined : this.#context.clock.steady() - turn.heardAt;
  }

  async permission({ toolCall, options }: PermissionAsked, signal: AbortSignal): Promise<PermissionOutcome> {
    const turn = this.#turn;
    if (turn === undefined || turn.signal.aborted) return CANCELLED;
    const call = turn.output.requested(toolCall);
    if (call === undefined) return CANCELLED;
    const isTooLong = JSON.stringify(call).length > MAX_REQUEST;
    if (isTooLong || turn.asked >= MOST_ASKED) {
      const why = isTooLong ? "it is too long" : "too many are open";
      this.#context.log.warn("a request was cancelled", { session: this.id, why });
      return CANCELLED;
    }
    const { request, event } = acpRequest(call, this.cwd, canAllowOnce(options));
    const ended = AbortSignal.any([signal, turn.signal, turn.over.signal]);
    if (turn.asked++ === 0) turn.takeBack = turn.place.lend();
    try {
      const decision = await this.#context.approvals.requestDecision(this.#reportOf(event), request, ended);
      return outcomeOf(turn.signal.aborted || turn.over.signal.aborted ? undefined : decision, options);
    } finally {
      turn.heardAt = this.#context.clock.steady();
      if (--turn.asked === 0) turn.takeBack();
    }
  }

  /** What a full disk takes no more of is not shown either: the turn goes on. */
  #record(event: NewEvent): void {
    try {
      this.#context.store.commit(event, DAEMON);
    } catch (error) {
      if (!(error instanceof ConsoleError)) throw error;
    }
  }

  #report(event: AgentEvent, facts: Facts = {}): void {
    if (this.#isGone && event.kind !== "ended") return; // it would open its row again
    try {
      commitReport(this.#context, this.#reportOf(event, facts), { actor: DAEMON });
    } catch (error) {
      if (!(error instanceof ConsoleError)) throw error; // read_only: the row stays as it is
    }
  }

  #reportOf(event: AgentEvent, facts: Facts = {}): Report {
    return { agent: this.agent, sessionId: this.id, facts, event };
  }
}
