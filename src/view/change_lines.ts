/**
 * What has changed, one line for each fact: a request and the state that it puts its session in are one, and so are an
 * answer and the session that goes on, the end of a turn and the session that has done its work. Remembers what was said last;
 * no clock of its own.
 */
import { type Approval, riskNamed } from "../domain/approval.ts";
import type { SessionView } from "../domain/query.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { activityText } from "./about.ts";
import { approvalSummary, HIDDEN_DIALOG_MARK, hidesItsDialog, markedSummary, outcomeText } from "./approval_words.ts";
import { nameBeside, type NamedSession, sessionNames } from "./names.ts";
import type { TurnTold } from "./live_turns.ts";
import { type ListFilter, passesFilter, requestPasses, workPasses } from "./session_filter.ts";
import { displayStatus, KIND_WORDS, type ShownState } from "../domain/state_words.ts";
import { RISK_LOOKS, STATE_LOOKS, type Tone } from "./states.ts";
import { type WorkLine, WorkLines } from "./work_lines.ts";

/** One change, for a window to lay out. Escaped. */
export interface ChangeLine {
  /** ISO 8601 UTC; absent for what was there before. */
  readonly ts?: string;
  /** Of what was there before: since when, ISO 8601 UTC. */
  readonly since?: string;
  readonly sign: string;
  readonly word: string;
  readonly tone: Tone;
  readonly name: string;
  /** Of its session, or of its turn; empty where it is of none, as a job's and a note's. */
  readonly agent: string;
  /** What is shown in the agent's place where there is none: `job`, or who wrote a note. */
  readonly by?: string;
  readonly text: string;
  /** The state of the session that the line is of, or into which its request puts it. */
  readonly state?: ShownState;
  /** `permission`, `question`, `plan` or `form`, where the line is of a request. */
  readonly kind?: string;
  /** What its terminal does meanwhile, for lines that are not cut. */
  readonly note?: string;
}

/** An event of the wire, as far as it is read here. */
export interface ChangeEvent {
  readonly ts?: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A request that is open, and one that is over; other shapes than those of the states. */
const ASKED = "◆";
const OVER = "◇";

export class ChangeLines {
  readonly #filter: ListFilter;
  readonly #rows = new Map<string, SessionView>();
  readonly #open = new Map<string, Approval>();
  /** What the open sessions are called, until one comes, goes or is renamed. */
  #names: ReadonlyMap<string, string> | undefined;
  /** Session → what was said of it last. */
  readonly #said = new Map<string, string>();
  /** Sessions of which a line has told that a request is over: the state that follows is the same fact. */
  readonly #answered = new Set<string>();
  /** A request of a session that is not known yet: that comes next, and says what it is called. */
  #held: Approval | undefined;
  readonly #work = new WorkLines();
  /** The time of the last event. */
  #lastTs: string | undefined;

  constructor(filter: ListFilter = {}) {
    this.#filter = filter;
  }

  /** The state in force, for windows that show it beside the changes. */
  get sessions(): readonly SessionView[] {
    return [...this.#rows.values()];
  }
  get approvals(): readonly Approval[] {
    return [...this.#open.values()];
  }

  /** What is there now: the requests, and the sessions that ask nothing. After a reconnect only what is new of it. */
  snapshot(
    sessions: readonly SessionView[],
    approvals: readonly Approval[],
    turns: readonly TurnTold[] = [],
  ): readonly ChangeLine[] {
    this.#rows.clear();
    this.#open.clear();
    this.#answered.clear();
    this.#held = undefined;
    for (const session of sessions) if (session.status !== "closed") this.#put(session);
    for (const approval of approvals) this.#open.set(approval.id, approval);
    const rows = this.sessions.flatMap((session) => {
      const line = this.#session(session);
      if (line === undefined) return [];
      const request = session.status === "waiting" ? this.#open.get(session.waiting.approvalId ?? "") : undefined;
      return { ...line, since: request?.requestedAt ?? session.since };
    });
    const requests = approvals.flatMap((approval) => {
      const waits = this.#rows.get(approval.sessionId);
      if (waits?.status === "waiting" && waits.waiting.approvalId === approval.id) return [];
      const lines = this.#new(`request ${approval.id}`, this.#asked(approval));
      return lines.map((line) => ({ ...line, since: approval.requestedAt }));
    });
    const queued = this.#work.snapshot(turns).flatMap((line) => this.#worked(line) ?? []);
    return [...rows, ...requests, ...queued];
  }

  /** Empty where people see no change, or the next event tells the rest of it. */
  event(event: ChangeEvent): readonly ChangeLine[] {
    const { ts } = event;
    const [held, since] = [this.#held, this.#lastTs];
    this.#held = undefined;
    this.#lastTs = ts;
    const line = this.#event(event);
    const timed = (ts: string | undefined, one: ChangeLine) => ts === undefined ? one : { ts, ...one };
    // Where the line is of its session it has told the request too.
    const late = held === undefined || !this.#open.has(held.id)
      ? []
      : this.#new(`request ${held.id}`, this.#asked(held));
    return [...late.map((one) => timed(since, one)), ...(line === undefined ? [] : [timed(ts, line)])];
  }

  #event(event: ChangeEvent): ChangeLine | undefined {
    const { type, data } = event;
    if (type === "session.deleted") return this.#deleted(data["session"] as SessionView);
    if (type.startsWith("session.")) {
      const session = data["session"] as SessionView;
      const wasWorking = this.#rows.get(session.id)?.status === "working";
      if (session.status === "closed") this.#remove(session.id);
      else this.#put(session);
      const line = this.#session(session);
      const isToldByTurn = this.#work.runsIn(session.id) && !session.lost;
      if ((wasWorking || isToldByTurn) && isBetweenCalls(session)) return undefined;
      if (!isToldByTurn || (session.status !== "idle" && session.status !== "error")) return line;
      this.#work.done(session.id, line?.text);
      return undefined;
    }
    if (type.startsWith("approval.") && "approval" in data) return this.#approval(data["approval"] as Approval);
    if (type === "daemon.safety_mode") {
      return daemonLine("✖", "danger", `safety mode ${data["mode"]}: ${data["reason"]}`);
    }
    if (type.startsWith("daemon.")) return daemonLine("·", "quiet", type.slice("daemon.".length).replaceAll("_", " "));
    const work = this.#work.event(event);
    return work && this.#worked(work);
  }

  #deleted(session: SessionView): ChangeLine | undefined {
    const known = this.#remove(session.id);
    this.#said.delete(session.id);
    if (!known && session.status !== "closed") return undefined;
    return passesFilter(session, this.#filter) ? { ...this.#of(session), word: "deleted", text: "" } : undefined;
  }

  #session(session: SessionView): ChangeLine | undefined {
    const { id } = session;
    const isAfterAnswer = this.#answered.delete(id);
    const request = session.status === "waiting" ? this.#open.get(session.waiting.approvalId ?? "") : undefined;
    const line = request === undefined ? { ...this.#of(session), text: activityText(session) } : this.#asked(request);
    if (line === undefined || !passesFilter(session, this.#filter)) {
      this.#said.delete(id);
      return undefined;
    }
    const isNew = this.#new(request === undefined ? id : `request ${request.id}`, line).length > 0;
    if (request !== undefined) this.#said.delete(id);
    if (session.status === "closed") this.#said.delete(id);
    // It goes on with what was answered: nothing that the line of the answer has not told.
    const goesOn = session.status === "working" ||
      (session.status === "idle" && session.idle.lastMessage === undefined);
    return isNew && !(isAfterAnswer && goesOn) ? line : undefined;
  }

  #approval(approval: Approval): ChangeLine | undefined {
    if (approval.status === "pending") {
      this.#open.set(approval.id, approval);
      if (!this.#rows.has(approval.sessionId)) {
        this.#held = approval;
        return undefined;
      }
      return this.#new(`request ${approval.id}`, this.#asked(approval))[0];
    }
    const wasOpen = this.#open.delete(approval.id);
    this.#said.delete(`request ${approval.id}`);
    const session = this.#rows.get(approval.sessionId);
    if (session !== undefined && wasOpen) this.#answered.add(approval.sessionId);
    if (!requestPasses(approval, session, this.#filter)) return undefined;
    const text = [outcomeText(approval), approvalSummary(approval)].join("  ");
    return {
      ...this.#whose(approval),
      sign: OVER,
      word: escapeControls(approval.id),
      tone: "plain",
      kind: KIND_WORDS[approval.for],
      text: escapeControls(text),
    };
  }

  /** Called as its session is, where that is known. */
  #worked({ sessionId = null, ...line }: WorkLine): ChangeLine | undefined {
    const session = this.#rows.get(sessionId ?? "");
    // Of a turn that was submitted before this window heard of anything the row knows whose it is.
    const agent = line.agent || escapeControls(session?.agent ?? "");
    if (!workPasses({ ...line, agent, sessionId }, session, this.#filter)) return undefined;
    return sessionId === null ? line : { ...line, agent, name: this.#nameOf(session ?? { id: sessionId, agent }) };
  }

  /** `line`, unless it says what was said last under `key`. */
  #new(key: string, line: ChangeLine | undefined): readonly ChangeLine[] {
    if (line === undefined) return [];
    const said = [line.sign, line.word, line.name, line.agent, line.text].join("\0");
    if (this.#said.get(key) === said) return [];
    this.#said.set(key, said);
    return [line];
  }

  /** The request with the id to decide it by. */
  #asked(approval: Approval): ChangeLine | undefined {
    if (!requestPasses(approval, this.#rows.get(approval.sessionId), this.#filter)) return undefined;
    const risk = RISK_LOOKS[riskNamed(approval.risk)];
    const word = approval.for === "question" ? "question" : `${risk.sign} ${risk.word}`;
    const kind = approval.for === "permission" || approval.for === "question" ? [] : [KIND_WORDS[approval.for]];
    const text = [word, ...kind, markedSummary(approval)].join("  ");
    const { tone } = STATE_LOOKS.waiting;
    return {
      ...this.#whose(approval),
      sign: ASKED,
      word: escapeControls(approval.id),
      tone,
      state: "waiting",
      kind: KIND_WORDS[approval.for],
      text: escapeControls(text),
      ...(hidesItsDialog(approval) ? { note: HIDDEN_DIALOG_MARK } : {}),
    };
  }

  #of(session: SessionView): Omit<ChangeLine, "text"> {
    const state = displayStatus(session);
    const { sign, word, tone } = STATE_LOOKS[state];
    return { sign, word, tone, state, name: this.#nameOf(session), agent: escapeControls(session.agent) };
  }

  #whose(approval: Approval): Pick<ChangeLine, "agent" | "name"> {
    const { sessionId: id, agent, cwd } = approval;
    const named = { id, agent, ...(cwd === undefined ? {} : { cwd }) };
    return { name: this.#nameOf(this.#rows.get(id) ?? named), agent: escapeControls(agent) };
  }

  /** What it is called among the open ones; also one that has just left them. */
  #nameOf(one: NamedSession): string {
    this.#names ??= sessionNames(this.sessions);
    return this.#names.get(one.id) ?? nameBeside(one, this.sessions);
  }

  #put(session: SessionView): void {
    const before = this.#rows.get(session.id);
    this.#rows.set(session.id, session);
    if (before?.parentId !== session.parentId) this.#names = undefined;
    if (before?.title !== session.title || before?.cwd !== session.cwd || before === undefined) this.#names = undefined;
  }

  #remove(id: string): boolean {
    if (!this.#rows.delete(id)) return false;
    this.#names = undefined;
    return true;
  }
}

/** A call has ended and the turn goes on: nothing that a person waits to hear. */
function isBetweenCalls(session: SessionView): boolean {
  return session.status === "working" && session.working.tool === undefined && session.working.subagents === 0 &&
    !session.lost;
}

function daemonLine(sign: string, tone: Tone, text: string): ChangeLine {
  return { sign, word: "daemon", tone, name: "", agent: "", text: escapeControls(text) };
}
