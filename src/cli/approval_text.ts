/** Approvals in words: the whole of one, the gist of one, how one ended. Pure. */
import { shellQuote } from "../lib/shell_quote.ts";
import { bold, dim, red, yellow } from "@std/fmt/colors";
import { type Approval, type Risk, riskNamed } from "../domain/approval.ts";
import { parseDecider } from "../domain/decider.ts";
import { escapeControls, escapeControlsKeepLines } from "../domain/sanitize.ts";
import { duration } from "./format.ts";

const PAINT: Readonly<Record<Risk, (text: string) => string>> = {
  reads: dim,
  writes: (text) => text,
  unknown: (text) => text,
  network: yellow,
  destroys: (text) => bold(red(text)),
};

/** @param risk also one of an old journal */
export function riskText(risk: string): string {
  const name = riskNamed(risk);
  return PAINT[name](name);
}

/** One approval, with the whole of what would run: nobody should have to decide about what they cannot read. */
export function approvalLines(approval: Approval, session: string, now: number): string[] {
  const { id, agent, cwd, detail, risk, reasoning, choices, suggestions } = approval;
  const left = approval.status === "pending"
    ? `${duration(Date.parse(approval.deadline) - now)} left`
    : escapeControls(outcomeText(approval));
  const where = cwd === undefined ? "" : `  ${dim(escapeControls(cwd))}`;
  const inside = (text: string) => escapeControlsKeepLines(text).split("\n").map((line) => `    ${line}`);
  return [
    `${bold(escapeControls(id))}  ${riskText(risk)}  ${escapeControls(agent)} ${
      dim(escapeControls(session))
    }  ${left}${where}`,
    // The input of a question is its choices, which come below in words.
    ...(isQuestion(approval) ? [] : inside(call(approval))),
    ...(detail === undefined ? [] : inside(detail === "" ? "(empty)" : detail.replace(/\n$/, "")).map(dim)),
    ...(approval.cutBy === undefined || approval.status !== "pending"
      ? []
      : [`    ${yellow(cutText(approval.cutBy))}`]),
    ...(hidesItsDialog(approval) ? [dim(`    ${HIDDEN_DIALOG}`)] : []),
    ...(reasoning === undefined ? [] : inside(reasoning).map(dim)),
    ...(choices ?? []).flatMap(({ question, options, multiple }) => [
      ...inside(multiple ? `${question} (one or more, with commas between)` : question),
      ...options.map((option) => `      · ${escapeControls(option)}`),
    ]),
    ...(suggestions ?? []).map((line) => dim(`    offers: ${escapeControls(line)}`)),
  ];
}

/** Said of what keeps the agent's own dialog from the screen, in every window. */
const HIDDEN_DIALOG = "its terminal shows nothing until you answer or close the last window";
/** The same in a list of one line each. */
export const HIDDEN_DIALOG_MARK = "(its terminal shows nothing meanwhile)";

export function hidesItsDialog({ status, hidesDialog }: Approval): boolean {
  return status === "pending" && hidesDialog === true;
}

/** The request in one line: the call, or the questions. Text from outside, not escaped. */
export function approvalSummary(approval: Approval): string {
  return isQuestion(approval) ? (approval.choices ?? []).map(({ question }) => question).join(" / ") : call(approval);
}

function isQuestion(approval: Approval): boolean {
  return approval.for === "question" && approval.choices !== undefined;
}

function call({ tool, input }: Approval): string {
  return tool === "" ? input : `${tool}: ${input}`;
}

/** The note within the text counts what the list leaves out; this, what is nowhere. */
function cutText(cutBy: number): string {
  return `[${cutBy} characters never arrived: deny it here, or answer it in the agent's own terminal]`;
}

/** The commands that decide it; for a question with the first of its choices. What is nowhere whole can only be denied. */
export function answerHint({ id, choices = [], cutBy }: Approval): string {
  if (cutBy !== undefined) return `agent-console deny ${id}`;
  const answers = choices.flatMap(({ options }) => ["--answer", escapeControls(options[0] ?? "TEXT")]);
  return `${shellQuote(["agent-console", "approve", id, ...answers])} · agent-console deny ${id}`;
}

/**
 * The answers beside their questions; a text that is none of the choices is marked as such. Text from outside, not
 * escaped.
 */
export function answerLine({ choices = [] }: Approval, answers: Readonly<Record<string, string>>): string {
  return choices.map(({ question, options, multiple }) => {
    const answer = answers[question] ?? "";
    const parts = multiple ? answer.split(/, */) : [answer];
    return `${question} → ${answer}${parts.every((part) => options.includes(part)) ? "" : " (your own words)"}`;
  }).join(" / ");
}

/** How it ended and by whom; text from outside, as it is. */
export function outcomeText(approval: Approval): string {
  switch (approval.status) {
    case "approved":
      return `approved ${approval.approved.scope} by ${who(approval.approved.by)}${lost(approval.approved)}`;
    case "denied":
      return `denied by ${who(approval.denied.by)}${lost(approval.denied)}`;
    case "elsewhere":
      return approval.elsewhere.despite === undefined
        ? "answered in the terminal"
        : "answered in the terminal, before it was denied here";
    case "dismissed":
      return "dismissed in the terminal";
    case "cancelled":
      return `cancelled: ${approval.cancelled.reason}`;
    default:
      return approval.status;
  }
}

function lost({ delivered }: { readonly delivered?: false }): string {
  return delivered === false ? ", not delivered" : "";
}

/** `rule:k3` → `rule k3`, `mode:autonomous` → `mode autonomous`; a client's name without its scope: `cli:admin` → `cli`. */
function who(text: string): string {
  const by = parseDecider(text);
  switch (by.kind) {
    case "rule":
      return `rule ${by.ruleId}`;
    case "mode":
      return `mode ${by.mode}`;
    case "client":
      return by.name;
  }
}
