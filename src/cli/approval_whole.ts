/** One approval with everything that is known of it, for whoever decides it. Pure. */
import { bold, cyan, dim, green, red, yellow } from "@std/fmt/colors";
import type { Approval, ApprovalScope, DetailForm } from "../domain/approval.ts";
import type { SessionView } from "../domain/query.ts";
import { escapeControls, escapeControlsKeepLines } from "../domain/sanitize.ts";
import { answerExample, choiceLines, takesOwnWords } from "./answers.ts";
import { outcomeText } from "../view/approval_words.ts";
import { duration } from "../view/times.ts";
import { answerHint, riskText } from "./approval_text.ts";
import { KIND_WORDS } from "../domain/state_words.ts";
import { nameOfSession } from "../domain/session_name.ts";

/** An approval whose texts are whole, where they could be had. */
export type WholeApproval = Approval & {
  readonly detailForm?: DetailForm;
  /** How far a yes may reach; absent where that is not known. */
  readonly scopes?: readonly ApprovalScope[];
};

export interface WholeView {
  /** Absent where its row was deleted. */
  readonly session: SessionView | undefined;
  /** Where its terminal is; escaped. */
  readonly place: string | undefined;
  /** ms since 1970. */
  readonly now: number;
  /** The edit as a diff (edit_diff.ts), where it is one; not escaped. */
  readonly diff: readonly string[] | undefined;
}

export function wholeLines(approval: WholeApproval, view: WholeView): string[] {
  const { id, agent, cwd, reasoning, choices = [], suggestions = [], risk } = approval;
  const { session, place, now } = view;
  const isOpen = approval.status === "pending";
  const name = escapeControls(nameOfSession(session ?? (cwd === undefined ? {} : { cwd })) || agent);
  const isPermission = approval.for === "permission"; // only of a call it is known what it does
  const title = `${bold(escapeControls(id))}  ${KIND_WORDS[approval.for]}  ${
    isPermission ? `${riskText(risk)}  ` : ""
  }${bold(name)} ${escapeControls(agent)}`;
  const facts: readonly [string, string | undefined][] = [
    ["session", approval.sessionId],
    ["folder", cwd],
    ["terminal", place],
    ["asked", `${duration(now - Date.parse(approval.requestedAt))} ago`],
    [isOpen ? "until" : "ended", isOpen ? until(approval.deadline, now) : outcomeText(approval)],
    ["why", reasoning],
  ];
  return [
    title,
    ...facts.flatMap(([key, value]) => value === undefined ? [] : fact(key, value)),
    ...request(approval, view.diff),
    ...(choices.length === 0 ? [] : ["", ...choiceLines(approval)]),
    ...(suggestions.length === 0 ? [] : ["", ...suggestions.map((line) => dim(`  offers: ${escapeControls(line)}`))]),
    "",
    ...(isOpen ? answers(approval) : []),
  ];
}

function until(deadline: string, now: number): string {
  return `${duration(Date.parse(deadline) - now)} left here; after that only its own terminal can answer`;
}

function fact(key: string, value: string): string[] {
  return escapeControlsKeepLines(value).split("\n").map((line, at) =>
    `${dim((at === 0 ? key : "").padEnd(9))} ${line}`
  );
}

/** What would run or be written. Of a question the input is its choices, which come below in words. */
function request(approval: WholeApproval, diff: readonly string[] | undefined): string[] {
  const { tool, input, detail, detailForm, missing, cutBy } = approval;
  if (approval.for === "question" && approval.choices !== undefined) return [];
  const lines = (text: string) => escapeControlsKeepLines(text).split("\n");
  const shown = [
    "",
    ...(tool === "" ? [] : [dim(`  ${escapeControls(tool)}`)]),
    ...lines(input).map((line) => `    ${line}`),
  ];
  if (detail !== undefined) {
    const isPatch = diff !== undefined || detailForm === "patch" || detailForm === "edit";
    const body = diff?.map(escapeControls) ?? lines(detail === "" ? "(empty)" : detail.replace(/\n$/, ""));
    shown.push("", ...body.map((line) => `    ${isPatch ? painted(line) : line}`));
  }
  if (cutBy !== undefined) {
    shown.push(yellow(`    [${cutBy} characters never arrived, so that it can only be denied here]`));
  } else if (missing !== undefined) shown.push(yellow(`    [${missing} characters of it were not kept]`));
  return shown;
}

function painted(line: string): string {
  if (/^(?:---|\+\+\+) /.test(line)) return bold(line);
  if (line.startsWith("@@")) return cyan(line);
  return line.startsWith("+") ? green(line) : line.startsWith("-") ? red(line) : line;
}

/** The commands that decide it. */
function answers(approval: WholeApproval): string[] {
  const { id, choices = [], cutBy } = approval;
  if (choices.length === 0 || cutBy !== undefined) {
    const wider = (approval.scopes ?? []).filter((scope) => scope !== "once");
    const scopes = wider.length === 0
      ? []
      : [`${dim("scopes".padEnd(9))} --scope ${orList(wider)}: the very same call runs unasked from then on`];
    if (approval.for === "permission" && approval.scopes !== undefined && wider.length === 0) {
      scopes.push(`${dim("scopes".padEnd(9))} only once: such a call is asked each time`);
    }
    return [`${dim("answer".padEnd(9))} ${answerHint(approval)}`, ...scopes];
  }
  const own = choices.some((choice) => choice.options.length > 0 && takesOwnWords(approval, choice));
  return [
    `${dim("answer".padEnd(9))} ${answerExample(approval)} · agent-console deny ${id}`,
    ...(own ? [`${"".padEnd(9)} a number, its text or the beginning of it; your own words: --say TEXT`] : []),
  ];
}

function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
