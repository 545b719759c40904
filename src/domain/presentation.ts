/**
 * What is stored and shown of a request: secrets masked, invisible characters made visible, long texts with both ends.
 * Pure.
 */
import type { Approval, ApprovalRequest, Choice } from "./approval.ts";
import type { AgentEvent } from "./report.ts";
import { TEXT_CAPS, type ToolUse } from "./session.ts";
import { maskSecrets } from "./mask.ts";
import { maskCommand } from "./mask_command.ts";
import { clip, escapeControls, escapeControlsKeepLines, escapeDeceptive } from "./sanitize.ts";

/**
 * Longest input in UTF-16 units, including the note on what was cut; at least the last {@link TAIL} units of the text
 * are kept.
 */
export const INPUT_CAP = 2000;
export const TAIL = 800;
/** The detail gets what the input leaves of {@link INPUT_CAP}, at least this many units; half of them show its end. */
export const DETAIL_MIN = 800;
/** Longest texts beside the input, UTF-16 units, and the longest list. */
const CAPS = Object.freeze({ reasoning: 1000, line: 300, entries: 20 });
/** All descriptions of one request together, UTF-16 units: nothing is answered with them, so the last ones go. */
const DESCRIPTIONS_CAP = 6000;

/** What an interceptor says of a request: one line. */
export function presentNote(text: string): string {
  return lineOf(text);
}

export type PresentedRequest = Pick<Approval, "input" | "detail" | "missing" | "reasoning" | "choices" | "suggestions">;

export function presentRequest(request: ApprovalRequest): PresentedRequest {
  const { detail, reasoning, choices, suggestions } = request;
  const input = inputOf(request, INPUT_CAP);
  const room = Math.max(DETAIL_MIN, INPUT_CAP - input.text.length);
  const more = detail === undefined ? undefined : detailOf(detail, room);
  const missing = input.missing + (more?.missing ?? 0);
  return {
    input: input.text,
    ...(more === undefined ? {} : { detail: more.text }),
    ...(missing === 0 ? {} : { missing }),
    ...(reasoning === undefined ? {} : { reasoning: clip(safe(reasoning), CAPS.reasoning) }),
    ...(choices === undefined ? {} : { choices: presentChoices(choices.slice(0, CAPS.entries)) }),
    ...(suggestions === undefined ? {} : { suggestions: linesOf(suggestions) }),
  };
}

/** The input and the detail as {@link presentRequest} shows them, and whole. */
export function wholeRequest(
  request: ApprovalRequest,
): Pick<Approval, "input" | "detail"> & Pick<ApprovalRequest, "detailForm"> {
  const { detail, detailForm } = request;
  return {
    input: inputOf(request, Infinity).text,
    ...(detail === undefined ? {} : { detail: detailOf(detail, Infinity).text }),
    ...(detail === undefined || detailForm === undefined ? {} : { detailForm }),
  };
}

/** A tool name is the agent's choice and may contain a whole command. Rules match the real name. */
export function presentToolName(name: string): string {
  return clip(maskSecrets(escapeControls(maskSecrets(name))), TEXT_CAPS.title);
}

/** `event` with the names of its tools as a row shows them. */
export function withPresentedTools(event: AgentEvent): AgentEvent {
  const renamed = (tool: ToolUse): ToolUse => ({ ...tool, name: presentToolName(tool.name) });
  switch (event.kind) {
    case "tool":
      return { ...event, tool: renamed(event.tool) };
    case "requested":
      return event.tool === undefined ? event : { ...event, tool: renamed(event.tool) };
    case "progress":
      return event.tools === undefined ? event : { ...event, tools: event.tools.map(renamed) };
    default:
      return event;
  }
}

function inputOf(request: ApprovalRequest, cap: number): Shown {
  const { subject, action } = request;
  const mask = action === "command" ? maskCommand : maskSecrets;
  const masked = isOnePlace(request) ? mask(subject).replaceAll("\n", "\\n") : mask(subject);
  // Masked again: what hid beside a secret is visible now, and may have kept it from being recognized.
  return bothEnds(mask(escapeDeceptive(masked)), cap, TAIL);
}

/** A path or an address: a line break in it would begin a line that looks like content. A list of several keeps its lines. */
function isOnePlace({ action, subject, paths = [] }: ApprovalRequest): boolean {
  const isPlace = action === "write" || action === "read" || action === "fetch";
  return isPlace && paths.every((path) => path === subject || path === `${subject}/**`);
}

function detailOf(detail: string, cap: number): Shown {
  // After `escapeDeceptive` only plain spaces are left. So two other spaces can stand for the signs of a patch, which
  // between a name and its value would keep a secret from being recognized.
  const known = maskSecrets(escapeDeceptive(maskSecrets(detail)));
  const signless = known.replace(/^[+-]/gm, (sign) => sign === "+" ? "\u2009" : "\u200a");
  const text = maskSecrets(signless).replaceAll("\u2009", "+").replaceAll("\u200a", "-");
  // A mask must not hide what a file will do.
  const hides = count(detail, CODE) > count(text, CODE);
  const note = hides ? "\n[*** stands for text with line breaks or shell syntax]" : "";
  const room = cap - note.length;
  return bothEnds(text, room, Math.min(TAIL, Math.max(DETAIL_MIN / 2, room / 2)), note);
}

/** What makes a part of a command line run or go elsewhere. */
const CODE = /[;&|<>`\n]|\$\(/g;

function count(text: string, what: RegExp): number {
  return text.match(what)?.length ?? 0;
}

/** Beginning and end, with a line between them that counts what is missing. */
function bothEnds(text: string, cap: number, ofTail: number, note = ""): Shown {
  if (text.length <= cap) return { text: text + note, missing: 0 };
  const room = cap - `\n[… ${text.length} characters are not shown …]\n`.length;
  const head = text.slice(0, room - ofTail).replace(/[\ud800-\udbff]$/, "");
  const tail = text.slice(text.length - ofTail).replace(/^[\udc00-\udfff]/, "");
  const missing = text.length - head.length - tail.length;
  return { text: `${head}\n[… ${missing} characters are not shown …]\n${tail}${note}`, missing };
}

/** A text as it is shown, and how many of its UTF-16 units are not. */
interface Shown {
  readonly text: string;
  readonly missing: number;
}

function choiceOf({ question, options, multiple }: Choice): Choice {
  return { question: clip(safe(question), CAPS.reasoning), options: linesOf(options), multiple };
}

function presentChoices(choices: readonly Choice[]): Choice[] {
  let room = DESCRIPTIONS_CAP;
  return choices.map((choice) => {
    const descriptions = (choice.descriptions ?? []).slice(0, Math.min(CAPS.entries, choice.options.length)).map(
      (text) => {
        const line = lineOf(text);
        room -= line.length;
        return room < 0 ? "" : line;
      },
    );
    const told = descriptions.some((text) => text !== "");
    return { ...choiceOf(choice), ...(told ? { descriptions } : {}) };
  });
}

function lineOf(text: string): string {
  return clip(maskSecrets(escapeControls(maskSecrets(text))), CAPS.line);
}

function linesOf(lines: readonly string[]): string[] {
  const rest = lines.length - CAPS.entries;
  const kept = lines.slice(0, CAPS.entries).map(lineOf);
  return rest > 0 ? [...kept, `… ${rest} more are not shown`] : kept;
}

function safe(text: string): string {
  return maskSecrets(escapeControlsKeepLines(maskSecrets(text)));
}

/**
 * Answers in the agent's own texts: clients answer with the texts that they were shown, which may be masked or cut. An
 * answer that is none of the options is free text and stays. Undefined where a text stands for more than one question
 * or option: the agent might get an answer that nobody chose.
 */
export function answerTexts(
  request: ApprovalRequest,
  answers: Readonly<Record<string, string>>,
): Record<string, string> | undefined {
  const own = new Map<string, string>();
  for (const [question, answer] of Object.entries(answers)) {
    const meant = request.choices?.filter((choice) =>
      choice.question === question || choiceOf(choice).question === question
    );
    const [choice, ...others] = meant ?? [];
    if (choice === undefined) continue;
    const words = ownAnswerText(choice, answer);
    if (others.length > 0 || words === undefined || own.has(choice.question)) return undefined;
    own.set(choice.question, words);
  }
  return Object.fromEntries(own);
}

function ownAnswerText(choice: Choice, answer: string): string | undefined {
  const seen = choiceOf(choice).options;
  const ownLabel = (label: string): string | undefined => {
    // The line that counts the missing options is not an option.
    const [own, ...others] = new Set(choice.options.filter((_, i) => i < CAPS.entries && seen[i] === label));
    return others.length === 0 ? own : undefined;
  };
  const labels = choice.multiple ? answer.split(",").map((label) => label.trim()) : [answer];
  const all = labels.every((label) => seen.includes(label));
  if (seen.includes(answer)) return all && labels.length > 1 ? undefined : ownLabel(answer);
  const words = labels.map((label) => seen.includes(label) ? ownLabel(label) : label);
  if (labels.every((label, i) => label === words[i])) return answer;
  // A comma within a label would be read as a separator of two labels.
  return all && words.every((label) => label !== undefined && !label.includes(",")) ? words.join(", ") : undefined;
}
