/**
 * All that a window shows of one session: what it asks, in whole, and what it does, did, was asked and said, in words. Texts
 * that are safe to show come out. Pure.
 */
import type { Approval } from "../domain/approval.ts";
import type { SessionView } from "../domain/query.ts";
import { escapeControls, escapedLine } from "../domain/sanitize.ts";
import { type HistoryEntry, lastMessageOf } from "../domain/session.ts";
import { displayStatus } from "../domain/state_words.ts";
import { terminalPlace } from "../domain/terminal_place.ts";
import { activityText } from "./about.ts";
import { type ApprovalItem, approvalItems, type WholeApproval } from "./approval_items.ts";
import { contextOf, dollars } from "./cost_text.ts";
import { sessionNames, tildePath } from "./names.ts";
import { resumeLine } from "./resume_line.ts";
import { STATE_LOOKS, type StateLook } from "./states.ts";
import { duration } from "./times.ts";

export interface DetailView {
  readonly id: string;
  readonly name: string;
  /** Agent, model and branch, as far as they are known. */
  readonly heading: readonly string[];
  readonly look: StateLook;
  /** The request by which it is answered. */
  readonly request?: ApprovalItem;
  /** So many further requests of it are open. */
  readonly more: number;
  /** Only its own terminal has the answer. */
  readonly onlyThere: boolean;
  readonly facts: readonly DetailFact[];
  /** 0…100, how full its context is. */
  readonly contextPercent?: number;
  /** For a shell: goes on with a closed session. Not escaped: it is to be run, and to be shown through `escapeControls`. */
  readonly resume?: string;
}

export interface DetailFact {
  readonly label: string;
  readonly text: string;
}

export interface DetailSurroundings {
  /** All that the window knows: names are told apart among them. */
  readonly sessions: readonly SessionView[];
  /** Those that are open; the one that is shown may be whole. */
  readonly approvals: readonly WholeApproval[];
  /** ms since the epoch */
  readonly now: number;
  /** The user's home folder; absent in a window that does not know it. */
  readonly home?: string | undefined;
  /** The periods that it went through, oldest first; absent until they were asked for. */
  readonly history?: readonly HistoryEntry[];
}

/** So many periods of before are told. */
const PERIODS = 4;

export function detailView(session: SessionView, around: DetailSurroundings): DetailView {
  const { sessions, approvals, now, home } = around;
  const { id, agent, model, gitBranch, cost } = session;
  const open = approvals.filter((one) => one.sessionId === id && one.status === "pending");
  const own = session.status === "waiting" ? session.waiting.approvalId : undefined;
  const approval: Approval | undefined = open.find((one) => one.id === own) ?? open[0];
  const [request] = approval === undefined ? [] : approvalItems([approval], { sessions, among: approvals, now, home });
  const resume = session.status === "closed" ? resumeLine(session.closed.reopenable) : undefined;
  return {
    id,
    name: sessionNames(namedWith(session, sessions)).get(id) ?? escapeControls(id),
    heading: [agent, model, gitBranch].flatMap((part) => part === undefined ? [] : [escapedLine(part)]),
    look: STATE_LOOKS[displayStatus(session)],
    ...(request === undefined ? {} : { request }),
    more: Math.max(0, open.length - 1),
    onlyThere: session.status === "waiting" && request === undefined,
    facts: factsOf(session, around, request !== undefined),
    ...(cost?.contextPercent === undefined ? {} : { contextPercent: clamped(cost.contextPercent) }),
    ...(resume === undefined ? {} : { resume }),
  };
}

function factsOf(
  session: SessionView,
  { now, home, history = [] }: DetailSurroundings,
  isAsked: boolean,
): readonly DetailFact[] {
  const { cwd, lastPrompt, cost, since, startedAt } = session;
  const word = STATE_LOOKS[displayStatus(session)].word;
  // What it asks stands above, in whole.
  const about = isAsked || session.status === "idle" ? "" : activityText(session);
  const before = history.slice(-PERIODS).reverse()
    .map(({ status, durationMs }) => `${STATE_LOOKS[status].word} ${duration(durationMs)}`);
  const facts: readonly (readonly [label: string, text: string | undefined])[] = [
    ["now", [`${word} ${duration(now - Date.parse(since))}`, about].filter(Boolean).join(" · ")],
    ["before", before.join(" · ")],
    ["prompt", lastPrompt === undefined ? undefined : escapedLine(lastPrompt)],
    ["said", escapedLine(lastMessageOf(session) ?? "")],
    ["folder", cwd === undefined ? undefined : tildePath(cwd, home)],
    ["cost", dollars(cost)],
    ["context", contextOf(cost)],
    ["terminal", terminalPlace(session)],
    ["begun", `${duration(now - Date.parse(startedAt))} ago`],
  ];
  return facts.flatMap(([label, text]) => text === undefined || text === "" ? [] : [{ label, text }]);
}

function namedWith(session: SessionView, sessions: readonly SessionView[]): readonly SessionView[] {
  const open = sessions.filter(({ status, id }) => status !== "closed" || id === session.parentId);
  return open.some(({ id }) => id === session.id) ? open : [...open, session];
}

function clamped(percent: number): number {
  return Math.min(100, Math.max(0, percent));
}
