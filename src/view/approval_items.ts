/**
 * Requests as every window shows them: whose each is, since and until when, how risky, where, what would run, and how to
 * answer. Texts that are safe to show come out, each of them whole. Pure.
 */
import { type Approval, type ApprovalScope, type DetailForm, riskNamed } from "../domain/approval.ts";
import type { SessionView } from "../domain/query.ts";
import { escapeControls, escapeControlsKeepLines } from "../domain/sanitize.ts";
import {
  answerWords,
  callText,
  cutText,
  HIDDEN_DIALOG,
  hidesItsDialog,
  isQuestion,
  noteText,
  ONE_OR_MORE,
  outcomeText,
  takesOwnWords,
} from "./approval_words.ts";
import { sessionNames, sessionOfRequest, tildePath } from "./names.ts";
import { everyMatch, openApprovals } from "./pick.ts";
import { KIND_WORDS } from "../domain/state_words.ts";
import { type PaneNames, terminalPlace } from "../domain/terminal_place.ts";
import { RISK_LOOKS, type RiskLook } from "./states.ts";
import { duration } from "./times.ts";

/** An approval whose texts are whole, where they could be had. */
export type WholeApproval = Approval & {
  readonly detailForm?: DetailForm;
  /** How far a yes may reach; absent where that is not known. */
  readonly scopes?: readonly ApprovalScope[];
};

interface QuestionItem {
  readonly text: readonly string[];
  /** The description is empty where the agent gives none. */
  readonly options: readonly { readonly text: string; readonly description: string }[];
}

export interface ApprovalItem {
  readonly id: string;
  readonly session: string;
  readonly isOpen: boolean;
  readonly name: string;
  readonly agent: string;
  /** `permission`, `question`, `plan` or `form`. */
  readonly kind: string;
  /** How long ago it was asked: `3m`. */
  readonly age: string;
  /** `41s left`, or how it ended. */
  readonly end: string;
  /** Absent for a question. */
  readonly risk?: RiskLook;
  readonly terminal?: string;
  readonly folder?: string;
  /** The call, line by line; none for a question, which is its choices. */
  readonly call: readonly string[];
  /** What would be written, or how it would run. */
  readonly detail: readonly string[];
  /** That is a diff. */
  readonly isPatch: boolean;
  /** What of it is missing for good. */
  readonly cut?: string;
  /** Its agent has no terminal of its own. */
  readonly noDialog: boolean;
  /** What its terminal does meanwhile, where that is not what one would expect. */
  readonly notice?: string;
  readonly reasoning: readonly string[];
  /** What interceptors say of it. */
  readonly notes: readonly string[];
  readonly questions: readonly QuestionItem[];
  /** What the agent's own dialog offers to allow from now on. */
  readonly offers: readonly string[];
  /** Words behind `agent-console` that answer it or show more of it; the first one is the usual one. */
  readonly answers: readonly string[];
  /** A question of it takes other words than its choices. */
  readonly takesOwnWords: boolean;
  /** Those that a yes to a call may have; absent where that is not known, or it is no call. */
  readonly scopes?: readonly ApprovalScope[];
}

export interface ApprovalSurroundings {
  /** All requests that are open, where others are than those to be shown: a name that answers one means no other. */
  readonly among?: readonly Approval[];
  /** Whose requests they are, as far as they are known. */
  readonly sessions: readonly SessionView[];
  /** ms since the epoch */
  readonly now: number;
  /** The user's home folder. */
  readonly home?: string | undefined;
  readonly panes?: PaneNames;
}

/** In the order given. */
export function approvalItems(
  approvals: readonly WholeApproval[],
  { sessions, now, home, panes, among = approvals }: ApprovalSurroundings,
): readonly ApprovalItem[] {
  const names = requestNames([...approvals, ...among], sessions);
  const rows = new Map(sessions.map((session) => [session.id, session]));
  const handles = handlesOf(among, names, sessions);
  return approvals.map((approval): ApprovalItem => {
    const { id, agent, cwd, detail, reasoning, choices = [], suggestions = [], notes = [], cutBy, status } = approval;
    const isOpen = status === "pending";
    const row = rows.get(approval.sessionId);
    const terminal = row === undefined ? undefined : terminalPlace(row, panes);
    return {
      id: escapeControls(id),
      session: escapeControls(approval.sessionId),
      isOpen,
      name: names.get(approval.sessionId) ?? escapeControls(approval.sessionId.slice(0, 8)),
      agent: escapeControls(agent),
      kind: KIND_WORDS[approval.for],
      age: duration(now - Date.parse(approval.requestedAt)),
      end: isOpen ? `${duration(Date.parse(approval.deadline) - now)} left` : escapeControls(outcomeText(approval)),
      ...(isQuestion(approval) ? {} : { risk: RISK_LOOKS[riskNamed(approval.risk)] }),
      ...(terminal === undefined ? {} : { terminal }),
      ...(cwd === undefined ? {} : { folder: tildePath(cwd, home) }),
      call: isQuestion(approval) ? [] : linesOf(callText(approval)),
      detail: detail === undefined ? [] : linesOf(detail === "" ? "(empty)" : detail.replace(/\n$/, "")),
      isPatch: approval.detailForm === "patch" || approval.detailForm === "edit",
      ...(cutBy === undefined || !isOpen ? {} : { cut: cutText(cutBy) }),
      noDialog: approval.noDialog === true,
      ...(hidesItsDialog(approval) ? { notice: HIDDEN_DIALOG } : {}),
      reasoning: reasoning === undefined ? [] : linesOf(reasoning),
      notes: notes.map((note) => escapeControls(noteText(note))),
      questions: choices.map(({ question, options, descriptions = [], multiple }) => ({
        text: linesOf(multiple ? `${question} ${ONE_OR_MORE}` : question),
        options: options.map((option, i) => ({
          text: escapeControls(option),
          description: escapeControls(descriptions[i] ?? ""),
        })),
      })),
      offers: suggestions.map(escapeControls),
      answers: isOpen ? answerWords(approval, handles.get(id) ?? id) : [],
      takesOwnWords: choices.some((choice) => choice.options.length > 0 && takesOwnWords(approval, choice)),
      ...(approval.for !== "permission" || approval.scopes === undefined ? {} : { scopes: approval.scopes }),
    };
  });
}

/** What the sessions of requests are called; of one that is not known any more, by its folder. */
export function requestNames(
  approvals: readonly Approval[],
  sessions: readonly SessionView[],
): ReadonlyMap<string, string> {
  const known = new Set(sessions.map(({ id }) => id));
  const others = new Map(
    approvals.filter(({ sessionId }) => !known.has(sessionId)).map((one) => [one.sessionId, one]),
  );
  const named = [...others.values()].map(sessionOfRequest);
  return sessionNames([...sessions.filter(({ status }) => status !== "closed"), ...named]);
}

/** By what each open request is answered: its session's name where that could mean nothing else, or its id. */
function handlesOf(
  approvals: readonly Approval[],
  names: ReadonlyMap<string, string>,
  sessions: readonly SessionView[],
): ReadonlyMap<string, string> {
  const open = approvals.filter(({ status }) => status === "pending");
  return new Map(open.map(({ id, sessionId }) => {
    const name = names.get(sessionId) ?? "";
    const all = { approvals, sessions };
    const targets = /^\w[\w.-]*$/.test(name) ? everyMatch(name, all) : [];
    const meant = openApprovals(targets, all);
    const isAlone = targets.every((one) => one.kind === "session" && one.session.id === sessionId);
    return [id, isAlone && meant.length === 1 && meant[0]?.id === id ? name : id];
  }));
}

function linesOf(text: string): readonly string[] {
  return escapeControlsKeepLines(text).split("\n");
}
