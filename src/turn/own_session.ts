/**
 * A session that the daemon runs: one turn of it at a time. What the agent does in it is reported as agents' hooks report
 * it, so that its row, its requests and its history are those of any other session.
 */
import type { Agent } from "../acp/agent.ts";
import { canAllowOnce, CANCELLED, outcomeOf, type PermissionAsked, type PermissionOutcome } from "../acp/permission.ts";
import type { AcpUpdate } from "../acp/read_update.ts";
import { readToolCall, subjectOf, type ToolCall } from "../acp/tool_calls.ts";
import { describeTool } from "../agents/shared/tool_label.ts";
import { commitReport } from "../core/apply_report.ts";
import { maskSecrets } from "../domain/mask.ts";
import type { NewEvent } from "../domain/event.ts";
import type { AgentEvent, Report } from "../domain/report.ts";
import { clip } from "../domain/sanitize.ts";
import { type Facts, TEXT_CAPS } from "../domain/session.ts";
import { setTimer } from "../platform/clock.ts";
import { DAEMON } from "../protocol/actor.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { type Chunk, Chunks } from "./chunks.ts";
import { acpRequest } from "./acp_request.ts";
import type { TurnContext } from "./turn_context.ts";

export interface OwnSessionFacts {
  readonly id: string;
  readonly agent: string;
  readonly cwd: string;
  readonly pid: number;
}

/** How a turn ended by itself. */
export interface TurnEnd {
  readonly status: "finished" | "cancelled";
  readonly stopReason: string;
}

interface RunningTurn {
  readonly id: string;
  readonly signal: AbortSignal;
  /** Fires at its end: nobody waits for what it asked. */
  readonly over: AbortController;
  /** Its requests that are open. */
  asked: number;
  /** The end of what it has said. */
  said: string;
  /** Of its output that may still be recorded, UTF-16 units. */
  room: number;
  /** When its row was last told that it goes on, steady ms. */
  shownAt: number;
  /** Records of other kinds that it may still make. */
  records: number;
}

/** Of one turn: an agent that never stops must not fill the disk. */
const MOST = { units: 1_048_576, records: 3000, calls: 1000, asked: 50 } as const;
/** A request that is longer is cancelled, UTF-16 units: nobody could read it. As for requests of hooks. */
const MAX_REQUEST = 1_048_576;
/** Between two signs of life of a row whose agent writes, ms. */
const ALIVE_MS = 30_000;
const LONG = { id: 200, name: 100 } as const;

export class OwnSession {
  readonly #context: TurnContext;
  readonly #facts: OwnSessionFacts;
  readonly #calls = new Map<string, ToolCall>();
  readonly #chunks: Chunks;
  /** The turn that runs. */
  #turn: RunningTurn | undefined;
  #isGone = false;
  #isStuck = false;
  #last: Promise<void> = Promise.resolve();

  constructor(context: TurnContext, facts: OwnSessionFacts) {
    this.#context = context;
    this.#facts = facts;
    this.#chunks = new Chunks((chunk) => this.#tell(chunk));
  }

  get id(): string {
    return this.#facts.id;
  }

  get agent(): string {
    return this.#facts.agent;
  }

  get cwd(): string {
    return this.#facts.cwd;
  }

  announce(): void {
    this.#report({ kind: "announced", resumed: false }, { cwd: this.cwd, pid: this.#facts.pid });
  }

  /** Its first turn runs until then. */
  occupy(until: Promise<void>): void {
    this.#last = until;
  }

  /** Does `work` once all that was given before is done. */
  after(work: () => Promise<void>): Promise<void> {
    return this.#last = this.#last.then(work, work);
  }

  /** One turn, to its end. @throws {ConsoleError} `failed`, or what `signal` fired with */
  async turn(agent: Agent, turnId: string, text: string, signal: AbortSignal): Promise<TurnEnd> {
    signal.throwIfAborted(); // its listener below hears of no earlier one
    const turn = this.#turn = {
      id: turnId,
      signal,
      over: new AbortController(),
      asked: 0,
      said: "",
      room: MOST.units,
      shownAt: 0,
      records: MOST.records,
    };
    this.#context.store.commit({ type: "turn.started", data: { turnId, sessionId: this.id } }, DAEMON);
    const lastPrompt = shown(text.trim(), TEXT_CAPS.prompt);
    this.#report({ kind: "prompt", text: lastPrompt, byUser: true }, { lastPrompt });
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
      this.#chunks.flush();
      const isCancelled = stopReason === "cancelled";
      if (isCancelled) this.#report({ kind: "interrupted" });
      else this.#report({ kind: "finished", lastMessage: shown(turn.said, TEXT_CAPS.message) });
      return { status: isCancelled ? "cancelled" : "finished", stopReason: shown(stopReason, LONG.name) };
    } finally {
      this.#chunks.flush();
      signal.removeEventListener("abort", onCancel);
      this.#turn = undefined;
      this.#calls.clear();
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
    if (this.#isGone) return; // its row has ended, and says why
    const text = shown(error instanceof Error ? error.message : String(error), TEXT_CAPS.message);
    this.#report(status === "cancelled" ? { kind: "interrupted" } : { kind: "failed", error: "unknown", text });
  }

  /** Nothing more comes of it. @param why the first line is kept */
  end(why: string): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#context.approvals.endRequests(this.id, why);
    const [reason = ""] = why.split("\n");
    this.#report({ kind: "ended", reason: shown(reason, TEXT_CAPS.message) });
  }

  /** What comes while no turn runs is late, and belongs to nothing that is shown. */
  update(update: AcpUpdate): void {
    const turn = this.#turn;
    if (turn === undefined) return;
    const isText = update.kind === "text" || update.kind === "thought";
    if (!isText && turn.records-- <= 0) return;
    switch (update.kind) {
      case "text":
      case "thought":
        return this.#chunks.add(update);
      case "tool":
        return this.#tool(update.fields);
      case "usage": {
        const contextPercent = update.size > 0 ? Math.min(100, 100 * update.used / update.size) : undefined;
        const cost = {
          tokens: update.used,
          ...(contextPercent === undefined ? {} : { contextPercent }),
          ...(update.usd === undefined ? {} : { usd: update.usd }),
        };
        return this.#report({ kind: "measured" }, { cost });
      }
      case "title":
        return this.#report({ kind: "measured" }, { title: shown(update.title, TEXT_CAPS.title) });
      case "mode":
        return this.#report({ kind: "measured" }, { permissionMode: shown(update.mode, LONG.name) });
    }
  }

  async permission({ toolCall, options }: PermissionAsked, signal: AbortSignal): Promise<PermissionOutcome> {
    const turn = this.#turn;
    const call = readToolCall(toolCall, this.#calls.get(String(toolCall["toolCallId"])));
    if (turn === undefined || call === undefined || turn.signal.aborted) return CANCELLED;
    const isTooLong = JSON.stringify(call).length > MAX_REQUEST;
    if (isTooLong || turn.asked >= MOST.asked) {
      const why = isTooLong ? "it is too long" : "too many are open";
      this.#context.log.warn("a request was cancelled", { session: this.id, why });
      return CANCELLED;
    }
    this.#chunks.flush();
    this.#calls.set(call.id, call);
    const { request, event } = acpRequest(call, this.cwd, canAllowOnce(options));
    const ended = AbortSignal.any([signal, turn.signal, turn.over.signal]);
    turn.asked++;
    try {
      const decision = await this.#context.approvals.requestDecision(this.#reportOf(event), request, ended);
      return outcomeOf(turn.signal.aborted || turn.over.signal.aborted ? undefined : decision, options);
    } finally {
      turn.asked--;
    }
  }

  #tool(fields: Parameters<typeof readToolCall>[0]): void {
    const before = this.#calls.get(String(fields["toolCallId"]));
    const call = readToolCall(fields, before);
    if (this.#turn === undefined || call === undefined || (before === undefined && this.#calls.size >= MOST.calls)) {
      return;
    }
    this.#chunks.flush();
    this.#calls.set(call.id, call);
    const subject = subjectOf(call);
    const tool = describeTool(subject, call.id);
    const status = call.status ?? "pending";
    const isEnd = status === "completed" || status === "failed";
    if (before?.status !== status || before.title !== call.title) {
      const told = {
        id: shown(call.id, LONG.id),
        name: shown(tool.name, LONG.name),
        status: shown(status, LONG.name),
        ...(tool.text === undefined ? {} : { text: tool.text }),
      };
      this.#record({ type: "turn.tool", data: { turnId: this.#turn.id, sessionId: this.id, tool: told } });
    }
    if (isEnd) {
      const failed = status === "failed" ? { failed: true } as const : {};
      return this.#report({ kind: "progress", tools: [tool], ...failed });
    }
    if (before === undefined) this.#report({ kind: "tool", tool });
  }

  #tell({ kind, text }: Chunk): void {
    const turn = this.#turn;
    if (turn === undefined || turn.room <= 0) return;
    turn.room -= text.length;
    const masked = maskSecrets(turn.room > 0 ? text : `${text}\n[no more of this turn is kept]\n`);
    // A row that says something is not stale.
    if (this.#context.clock.steady() - turn.shownAt > ALIVE_MS) {
      turn.shownAt = this.#context.clock.steady();
      this.#report({ kind: "noted" });
    }
    if (kind === "text") turn.said = (turn.said + masked).slice(-TEXT_CAPS.message);
    this.#record({ type: "turn.chunk", data: { turnId: turn.id, sessionId: this.id, kind, text: masked } });
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

/** After so long a turn that was cancelled is over, whatever its agent says, ms. */
const CANCEL_MS = 10_000;

/** A text of the agent, as rows and records keep it. */
function shown(text: string, cap: number): string {
  return maskSecrets(clip(text, cap));
}
