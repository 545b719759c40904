/** What is kept and shown of a question: secrets masked, what nobody sees made visible, both ends of long texts. Pure. */
import type { Approval, ApprovalRequest, Choice } from "./approval.ts";
import type { AgentEvent } from "./report.ts";
import { TEXT_CAPS, type ToolUse } from "./session.ts";
import { clip, escapeControls, escapeControlsKeepLines, escapeDeceptive, maskSecrets } from "./sanitize.ts";

/** Longest input, UTF-16 units, the note on what was cut included; of it at least the last {@link TAIL}. */
export const INPUT_CAP = 2000;
export const TAIL = 800;
/** The detail gets what the input leaves of {@link INPUT_CAP}, and at least so many units; half of them are its tail. */
export const DETAIL_MIN = 800;
/** Longest texts beside it, UTF-16 units, and most entries of a list. */
const CAPS = Object.freeze({ reasoning: 1000, line: 300, entries: 20 });

export type PresentedRequest = Pick<Approval, "input" | "detail" | "reasoning" | "choices" | "suggestions">;

export function presentRequest(request: ApprovalRequest): PresentedRequest {
  const { detail, reasoning, choices, suggestions } = request;
  const input = inputOf(request);
  return {
    input,
    ...(detail === undefined ? {} : { detail: detailOf(detail, Math.max(DETAIL_MIN, INPUT_CAP - input.length)) }),
    ...(reasoning === undefined ? {} : { reasoning: clip(safe(reasoning), CAPS.reasoning) }),
    ...(choices === undefined ? {} : { choices: choices.slice(0, CAPS.entries).map(choiceOf) }),
    ...(suggestions === undefined ? {} : { suggestions: linesOf(suggestions) }),
  };
}

/** An agent names its tools as it likes, and may put a whole command into a name. Rules are about the real one. */
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

function inputOf({ subject, action }: ApprovalRequest): string {
  const masked = maskSecrets(subject);
  // Once more: what hid inside a secret is visible now, and may have kept it from being known.
  const text = maskSecrets(escapeDeceptive(masked));
  const hides = action === "command" && count(subject, CODE) > count(masked, CODE);
  const note = hides ? "\n[*** stands for text with shell syntax: it may run something]" : "";
  return bothEnds(text, INPUT_CAP - note.length, TAIL) + note;
}

function detailOf(detail: string, cap: number): string {
  // After `plain` no space is left but the plain one: two others can stand for the signs of a patch or an edit, which
  // between a name and its value would keep a secret from being known.
  const known = maskSecrets(escapeDeceptive(maskSecrets(detail)));
  const signless = known.replace(/^[+-]/gm, (sign) => sign === "+" ? "\u2009" : "\u200a");
  const text = maskSecrets(signless).replaceAll("\u2009", "+").replaceAll("\u200a", "-");
  // The mask may not be where somebody hides what a file will do.
  const hides = count(detail, CODE) > count(text, CODE);
  const note = hides ? "\n[*** stands for text with line breaks or shell syntax]" : "";
  const room = cap - note.length;
  return bothEnds(text, room, Math.min(TAIL, Math.max(DETAIL_MIN / 2, room / 2))) + note;
}

/** What makes a part of a command line run or go elsewhere. */
const CODE = /[;&|<>`\n]|\$\(/g;

function count(text: string, what: RegExp): number {
  return text.match(what)?.length ?? 0;
}

/** Head and tail with a line between them that says how much is missing. */
function bothEnds(text: string, cap: number, ofTail: number): string {
  if (text.length <= cap) return text;
  const room = cap - `\n[… ${text.length} characters are not shown …]\n`.length;
  const head = text.slice(0, room - ofTail).replace(/[\ud800-\udbff]$/, "");
  const tail = text.slice(text.length - ofTail).replace(/^[\udc00-\udfff]/, "");
  return `${head}\n[… ${text.length - head.length - tail.length} characters are not shown …]\n${tail}`;
}

function choiceOf({ question, options, multiple }: Choice): Choice {
  return { question: clip(safe(question), CAPS.reasoning), options: linesOf(options), multiple };
}

function linesOf(lines: readonly string[]): string[] {
  const rest = lines.length - CAPS.entries;
  const kept = lines.slice(0, CAPS.entries).map((line) =>
    clip(maskSecrets(escapeControls(maskSecrets(line))), CAPS.line)
  );
  return rest > 0 ? [...kept, `… ${rest} more are not shown`] : kept;
}

function safe(text: string): string {
  return maskSecrets(escapeControlsKeepLines(maskSecrets(text)));
}

/**
 * Answers in the agent's own words: windows answer with the texts that they were shown, which may be masked or cut.
 * An answer that is none of the options is free text and stays. Undefined where a text stands for more than one question
 * or option: whatever went to the agent might be what nobody chose.
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
    // The line that says how many more there are is none of them.
    const [own, ...others] = new Set(choice.options.filter((_, i) => i < CAPS.entries && seen[i] === label));
    return others.length === 0 ? own : undefined;
  };
  const labels = choice.multiple ? answer.split(",").map((label) => label.trim()) : [answer];
  const all = labels.every((label) => seen.includes(label));
  if (seen.includes(answer)) return all && labels.length > 1 ? undefined : ownLabel(answer);
  const words = labels.map((label) => seen.includes(label) ? ownLabel(label) : label);
  if (labels.every((label, i) => label === words[i])) return answer;
  // A comma in a label would be read as one between two.
  return all && words.every((label) => label !== undefined && !label.includes(",")) ? words.join(", ") : undefined;
}
