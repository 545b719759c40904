/** A request as messages: the line that every window shows, then all of what is asked. Whatever is shown is harmless. Pure. */
import type { Approval } from "../../domain/approval.ts";
import { maskSecrets } from "../../domain/mask.ts";
import { clip, escapeControls } from "../../domain/sanitize.ts";
import { type ApprovalItem, approvalItems, type WholeApproval } from "../../view/approval_items.ts";
import { answeredElsewhere, answerWords } from "../../view/approval_words.ts";
import { type Need, needMessage } from "../../view/need_words.ts";
import type { SessionView } from "../../domain/query.ts";
import { isAnswerableHere } from "./choices.ts";
import { pagesOf, quotedLines } from "./quoted_lines.ts";
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
  /** As of when they are, ms since the epoch: they say how much time is left. */
  readonly at: number;
}

export interface Around {
  readonly sessions: readonly SessionView[];
  /** ms since the epoch */
  readonly now: number;
}

/**
 * The last line of each message is ours, and names the request: nothing that an agent wrote stands between it and the buttons.
 *
 * @param approval whole, where it was opened: then all of it is shown, because it may be approved from now on
 */
export function questionMessages(need: Need, approval: WholeApproval, { sessions, now }: Around): QuestionMessages {
  const [item] = approvalItems([approval], { sessions, now });
  const { sign, title, text } = needMessage([need]);
  if (item === undefined) return { parts: splitMessage(`${sign} ${text}`), isWhole: false, at: now };
  const isKnown = approval.missing === undefined && approval.cutBy === undefined;
  const written = [...(item.folder === undefined ? [] : [`in ${item.folder}`]), ...writtenLines(item)];
  const shown = maskedLines(written);
  // What runs is masked with more care before it gets here: this hides more of it than other windows do.
  const hides = shown.join("\n") === written.join("\n") ? [] : [HIDES];
  const { cut, notice } = item;
  const own = [cut, notice, ...hides].filter((line) => line !== undefined);
  const first = [clip(`${sign} ${title}`, MAX_TITLE), factsLine(item)];
  const pages = pagesOf([...first, ...quotedLines(shown), ...own, ...whereLines(approval, isKnown)], MAX_PAGE);
  const isOpened = approval.scopes !== undefined; // as approval.text tells it
  if (isKnown && (isOpened || pages.length <= MAX_PARTS)) {
    return { parts: numbered(pages, item), isWhole: hides.length === 0, at: now };
  }
  if (approval.cutBy !== undefined && pages.length <= MAX_PARTS) {
    return { parts: numbered(pages, item), isWhole: false, at: now };
  }
  const told = `…\n${TOO_LONG}\n${inWindows(approval)}`;
  const [beginning = ""] = pagesOf([...first, ...quotedLines(shown)], MAX_PAGE - told.length - 1);
  return { parts: numbered([`${beginning}\n${told}`], item), isWhole: false, at: now };
}

/** Of the first line and of the last, UTF-16 units; and of what stands between. */
const MAX_TITLE = 120;
const MAX_PAGE = MAX_MESSAGE - MAX_TITLE - 1;

/** The name is the last word of the last line: an agent may have chosen it, as that of its folder. */
function numbered(pages: readonly string[], { id, kind, risk, name }: ApprovalItem): readonly string[] {
  return pages.map((page, at) =>
    `${page}\n${clip(`part ${at + 1} of ${pages.length} · ${id} · ${risk?.word ?? kind} · ${name}`, MAX_TITLE)}`
  );
}

const HIDES =
  "(*** is hidden on its way here, so it can only be denied here: agent-console show on the machine has it)";
const TOO_LONG = "It is too long to be read here: it can only be denied here.";

function factsLine({ agent, kind, risk, end }: ApprovalItem): string {
  return [agent, kind, risk?.word, end].filter((part) => part !== undefined && part !== "").join(" · ");
}

/** What an agent or a capsule wrote, or chose, of it. */
function writtenLines({ call, detail, reasoning, notes, questions }: ApprovalItem): readonly string[] {
  return [
    ...call,
    ...detail,
    ...reasoning.map((line, at) => at === 0 ? `why: ${line}` : line),
    ...notes,
    ...questions.flatMap(({ text, options }) => [
      ...text,
      ...options.map((option, at) =>
        `${at + 1}  ${[option.text, option.description].filter((part) => part !== "").join(": ")}`
      ),
    ]),
  ];
}

/** Together: a secret may have several lines. */
function maskedLines(lines: readonly string[]): readonly string[] {
  return maskSecrets(lines.join("\n")).split("\n");
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
  const lines = item === undefined ? [] : quotedLines(maskedLines(writtenLines(item)));
  const [text = head] = pagesOf([clip(head, MAX_PAGE), ...lines], MAX_MESSAGE);
  return text;
}

/** Where what stands in the chat is not what would be asked now. */
export function askAgainText(need: Need, id: string): string {
  const { sign, title } = needMessage([need]);
  return `${clip(`${sign} ${title}`, MAX_TITLE)}\nWhat stands above can only be denied now: /show ${id} asks it again.`;
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
