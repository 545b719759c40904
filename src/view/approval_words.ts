/** The gist of a request, and how it ended, in words. Text from outside, not escaped. Pure. */
import type { Approval, ApprovalFields, Choice } from "../domain/approval.ts";
import { parseDecider } from "../domain/decider.ts";
import { shellQuote } from "../lib/shell_quote.ts";
import { localTime } from "./times.ts";

/** The request in one line: the call, or the questions. */
export function approvalSummary(approval: Approval): string {
  return isQuestion(approval)
    ? (approval.choices ?? []).map(({ question }) => question).join(" / ")
    : callText(approval);
}

/** The input of a question is its choices. */
export function isQuestion(approval: Approval): boolean {
  return approval.for === "question" && approval.choices !== undefined;
}

/** The tool and what it is called with. */
export function callText({ tool, input }: Approval): string {
  return tool === "" ? input : `${tool}: ${input}`;
}

/** Longest mark on a call, UTF-16 units: what is longer tells what a command does, and is in the list. */
const MAX_MARK = 60;

/** How a command would run, where its agent says it in a few words: outside the sandbox. */
export function markOn({ action, detail = "" }: Approval): string | undefined {
  return action === "command" && detail !== "" && detail.length <= MAX_MARK && !detail.includes("\n")
    ? detail
    : undefined;
}

/** Said of what keeps the agent's own dialog from the screen, in every window. */
export const HIDDEN_DIALOG = "its terminal shows nothing until you answer or close the last window";
/** The same behind a line of any length. */
export const HIDDEN_DIALOG_MARK = "(its terminal shows nothing meanwhile)";

export function hidesItsDialog({ status, hidesDialog }: Approval): boolean {
  return status === "pending" && hidesDialog === true;
}

/** The request in one line, with the mark on it. */
export function markedSummary(approval: Approval): string {
  return [approvalSummary(approval), markOn(approval)].filter((part) => part !== undefined).join("  ");
}

/** The note within the text counts what is left out; this, what is nowhere. */
export function cutText(cutBy: number): string {
  return `[${cutBy} characters never arrived: deny it here, or answer it in the agent's own terminal]`;
}

/** A form's field takes what its schema names, an agent's question whatever a person writes. */
export function takesOwnWords({ for: kind }: Pick<Approval, "for">, { options }: Choice): boolean {
  return kind !== "elicitation" || options.length === 0;
}

/** Behind a question that takes several of its choices. */
export const ONE_OR_MORE = "(one or more, with commas between)";

/** Words behind `agent-console` that approve it; a question with the first of its choices by its number, else in own words. */
export function approveWords({ choices = [] }: Pick<Approval, "choices">, handle: string): string {
  const answers = choices.flatMap(({ options }) => options.length === 0 ? ["--say", "TEXT"] : ["--answer", "1"]);
  return shellQuote(["approve", handle, ...answers]);
}

/**
 * Words behind `agent-console` that answer it or show more of it, the usual one first. What is nowhere whole can only be
 * denied; what is longer than it is shown must be opened first.
 */
export function answerWords(
  approval: Pick<Approval, "id" | "choices" | "cutBy" | "missing">,
  handle: string = approval.id,
): readonly string[] {
  if (approval.cutBy !== undefined) return [`deny ${handle}`];
  return [
    ...(approval.missing === undefined ? [] : [`show ${approval.id}`]),
    approveWords(approval, handle),
    `deny ${handle}`,
  ];
}

/** How far a yes reaches, and until when where its rule ends: the time as `rules list` has it. */
export function approvedText({ scope, expiresAt }: ApprovalFields["approved"]): string {
  return `approved ${scope}${expiresAt === undefined ? "" : ` until ${localTime(expiresAt)}`}`;
}

/** How it ended and by whom. */
export function outcomeText(approval: Approval): string {
  switch (approval.status) {
    case "approved":
      return `${approvedText(approval.approved)} by ${who(approval.approved.by)}${lost(approval.approved)}`;
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

/** How a request ended that a person was about to answer here. @param name what its session is called */
export function answeredElsewhere(approval: Approval, name: string): string {
  switch (approval.status) {
    case "approved":
      return `${name}: ${approvedText(approval.approved)}, ${whereBy(approval.approved.by)}`;
    case "denied":
      return `${name}: denied, ${whereBy(approval.denied.by)}`;
    case "elsewhere":
      return `${name}: answered in its own terminal`;
    default:
      return `${name}: not asked any more, ${outcomeText(approval)}`;
  }
}

/** Clients that are windows of the same person. */
const WINDOWS: ReadonlySet<string> = new Set(["cli", "tui", "web"]);

function whereBy(text: string): string {
  const by = parseDecider(text);
  return by.kind === "client" && WINDOWS.has(by.name) ? "in another window" : `by ${who(text)}`;
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
