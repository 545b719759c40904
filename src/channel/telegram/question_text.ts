/** A request as messages: the line that every window shows, then all of what is asked. Whatever is shown is harmless. Pure. */
import type { Approval } from "../../domain/approval.ts";
import { maskSecrets } from "../../domain/mask.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { type ApprovalItem, approvalItems, type WholeApproval } from "../../view/approval_items.ts";
import { answeredElsewhere, answerWords } from "../../view/approval_words.ts";
import { type Need, needMessage } from "../../view/need_words.ts";
import type { SessionView } from "../../domain/query.ts";
import { isAnswerableHere } from "./choices.ts";
import { MAX_MESSAGE, splitMessage } from "./split_message.ts";

/** So many messages show one request; what is longer is not read on a phone. */
const MAX_PARTS = 8;
/** What a request's short form lacks, UTF-16 units: so much is opened, and then shown, however long it gets by escapes. */
export const READABLE = 2 * MAX_MESSAGE;

export interface QuestionMessages {
  /** The buttons stand below the last. */
  readonly parts: readonly string[];
  /** They show all of what is asked, and hide no part of it. */
  readonly isWhole: boolean;
}

export interface Around {
  readonly sessions: readonly SessionView[];
  /** ms since the epoch */
  readonly now: number;
}

/** @param approval whole, where it was opened: then all of it is shown, because it may be approved from now on */
export function questionMessages(need: Need, approval: WholeApproval, { sessions, now }: Around): QuestionMessages {
  const [item] = approvalItems([approval], { sessions, now });
  const { sign, text } = needMessage([need]);
  const head = `${sign} ${text}`;
  if (item === undefined) return { parts: splitMessage(head), isWhole: false };
  const isKnown = approval.missing === undefined && approval.cutBy === undefined;
  const body = bodyLines(item).join("\n");
  const shown = maskSecrets(body);
  // What runs is masked with more care before it gets here: this hides more of it than other windows do.
  const hides = shown === body ? [] : [HIDES];
  const parts = splitMessage([head, "", shown, ...hides, ...whereLines(approval, isKnown)].join("\n"));
  const isOpened = approval.scopes !== undefined; // as approval.text tells it
  if (isKnown && (isOpened || parts.length <= MAX_PARTS)) return { parts, isWhole: hides.length === 0 };
  if (approval.cutBy !== undefined && parts.length <= MAX_PARTS) return { parts, isWhole: false };
  const told = `…\n${TOO_LONG}\n${inWindows(approval)}`;
  const [first = head] = splitMessage(parts[0] ?? head, MAX_MESSAGE - told.length - 1);
  return { parts: [`${first}\n${told}`], isWhole: false };
}

const HIDES =
  "(*** is hidden on its way here, so it can only be denied here: agent-console show on the machine has it)";
const TOO_LONG = "It is too long to be read here: it can only be denied here.";

function bodyLines(item: ApprovalItem): readonly string[] {
  const { agent, kind, risk, folder, end, call, detail, cut, notice, reasoning, notes, questions } = item;
  const facts = [agent, kind, risk?.word, folder, end].filter((part) => part !== undefined && part !== "");
  return [
    facts.join(" · "),
    ...call,
    ...detail,
    ...(cut === undefined ? [] : [cut]),
    ...reasoning.map((line, at) => at === 0 ? `why: ${line}` : line),
    ...notes,
    ...questions.flatMap(({ text, options }) => [
      ...text,
      ...options.map((option, at) =>
        `${at + 1}  ${[option.text, option.description].filter((part) => part !== "").join(": ")}`
      ),
    ]),
    ...(notice === undefined ? [] : [notice]),
  ];
}

function whereLines(approval: Approval, isKnown: boolean): readonly string[] {
  if (isKnown && isAnswerableHere(approval)) return [];
  return [inWindows(approval)];
}

/** How it is answered on the machine itself. */
function inWindows(approval: Approval): string {
  return `On the machine: ${answerWords(approval).map((words) => escapeControls(`agent-console ${words}`)).join(", ")}`;
}

/** What a message says when its request is over: how it ended, where, and of which call. */
export function endedText(approval: Approval, { sessions, now }: Around): string {
  const [item] = approvalItems([approval], { sessions, now });
  const sign = approval.status === "approved" ? "✓" : approval.status === "denied" ? "✖" : "–";
  const head = `${sign} ${escapeControls(answeredElsewhere(approval, item?.name ?? approval.sessionId))}`;
  const lines = item === undefined ? [head] : [head, ...bodyLines(item).slice(1)];
  const [text = head] = splitMessage(maskSecrets(lines.join("\n")));
  return text;
}

/** The same where nothing is known of it any more. */
export const FORGOTTEN = "– This request is over.";

/** Beside a button that means nothing, as those of an earlier daemon. */
export const OLD_BUTTON = "this button is old: /approvals";

/** A need that nobody can answer here: a failed turn or job, or a question of the agent's own terminal. */
export function toldText(need: Need): string {
  const { sign, text } = needMessage([need]);
  const where = need.kind === "question" ? "\nOnly its own terminal can answer." : "";
  return `${sign} ${text}${where}`;
}
