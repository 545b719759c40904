/** From what people type as answers to the choices of a question: its number, its text or the beginning of it. Pure. */
import type { Approval, Choice } from "../domain/approval.ts";
import { dim } from "@std/fmt/colors";
import { escapeControls } from "../domain/sanitize.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { describedLines } from "./described.ts";
import { approveWords, ONE_OR_MORE, takesOwnWords } from "../view/approval_words.ts";

/** One `--answer`, or one `--say`, whose text is the answer itself. */
export interface GivenAnswer {
  readonly text: string;
  readonly own: boolean;
}

type Question = Pick<Approval, "id" | "for" | "choices">;

/** Each answer belongs to the question at its place. @throws {ConsoleError} `usage`, which names the flag and lists the choices */
export function answersTo(approval: Question, given: readonly GivenAnswer[]): Record<string, string> {
  const { id, choices = [] } = approval;
  const flag = given[0]?.own ? "--say" : "--answer";
  if (choices.length === 0) {
    throw new ConsoleError("usage", `request "${id}" asks no question, so it takes no ${flag}`, {
      hint: `agent-console approve ${id}, or with a reason: agent-console deny ${id} --message TEXT`,
    });
  }
  if (given.length !== choices.length) {
    const many = choices.length === 1 ? "one question and needs one" : `${choices.length} questions and needs as many`;
    throw new ConsoleError(
      "usage",
      `request "${id}" asks ${many} --answer or --say, not ${given.length}:\n${choiceLines(approval).join("\n")}`,
      { hint: `agent-console ${approveWords(approval, id)}` },
    );
  }
  if (new Set(choices.map(({ question }) => question)).size < choices.length) {
    throw new ConsoleError("failed", `two questions of request "${id}" read the same`, {
      hint: "answer them in the agent's own terminal",
    });
  }
  return Object.fromEntries(choices.map((choice, at) => [choice.question, answerTo(approval, choice, given[at]!)]));
}

function answerTo(approval: Question, choice: Choice, { text, own }: GivenAnswer): string {
  if (own && !takesOwnWords(approval, choice)) {
    throw refused(approval, choice, `--say ${quoted(text)}: this question takes only its choices`);
  }
  if (own || choice.options.length === 0) return text;
  const answer = matchAnswer(choice, text);
  if (typeof answer === "string") return answer;
  const why = answer.length === 0 ? "is none of the choices" : `fits ${answer.map(quoted).join(" and ")}`;
  throw refused(approval, choice, `--answer ${quoted(text)} ${why}`);
}

/**
 * The answer that `typed` stands for in the agent's words; where the question takes several, with commas between. Else
 * the choices that it fits, none or several.
 */
export function matchAnswer({ options, multiple }: Choice, typed: string): string | readonly string[] {
  const whole = matchOption(options, typed);
  if (whole.length === 1 || !multiple || !typed.includes(",")) return whole.length === 1 ? whole[0]! : whole;
  const parts: string[] = [];
  for (const part of typed.split(",")) {
    const found = matchOption(options, part);
    if (found.length !== 1) return found;
    if (!parts.includes(found[0]!)) parts.push(found[0]!);
  }
  // A comma within a choice would be read as one between two: which they were nobody could tell.
  return parts.length > 1 && parts.some((part) => part.includes(",")) ? parts : parts.join(", ");
}

/** Words for the two values of a form's yes or no. */
const YES_NO: Readonly<Record<string, string>> = { yes: "true", y: "true", no: "false", n: "false" };

/** The choice with exactly that text, else at that number, else with that text in any case, else those that begin so. */
function matchOption(options: readonly string[], typed: string): readonly string[] {
  if (options.includes(typed)) return [typed];
  const word = typed.trim().toLowerCase();
  if (word === "") return [];
  const numbered = /^\d{1,4}$/.test(word) ? options[Number(word) - 1] : undefined;
  if (numbered !== undefined) return [numbered];
  const isFlag = options.length === 2 && options.includes("true") && options.includes("false");
  const meant = (isFlag && Object.hasOwn(YES_NO, word) ? YES_NO[word] : undefined) ?? word;
  const same = options.filter((option) => option.trim().toLowerCase() === meant);
  return [...new Set(same.length > 0 ? same : options.filter((option) => option.toLowerCase().startsWith(meant)))];
}

function quoted(text: string): string {
  return `"${escapeControls(text)}"`;
}

function refused(approval: Question, choice: Choice, message: string): ConsoleError {
  const lines = choiceLines({ ...approval, choices: [choice] });
  return new ConsoleError("usage", `${message}:\n${lines.join("\n")}`, {
    hint: takesOwnWords(approval, choice)
      ? "give its number, its text or the beginning of it; your own words: --say TEXT"
      : "give its number, its text or the beginning of it",
  });
}

/**
 * The questions with their choices, numbered, for people; escaped.
 *
 * @param width of the terminal, columns: below each choice stands what its agent says of it; absent: the choices alone
 */
export function choiceLines({ choices = [] }: Pick<Approval, "choices">, width?: number): readonly string[] {
  return choices.flatMap(({ question, options, descriptions = [], multiple }) => [
    `  ${escapeControls(question)}${multiple ? ` ${ONE_OR_MORE}` : ""}`,
    ...options.flatMap((option, at) => [
      `    ${String(at + 1).padStart(String(options.length).length)}  ${escapeControls(option)}`,
      ...(width === undefined
        ? []
        : describedLines(escapeControls(descriptions[at] ?? ""), width, 6 + String(options.length).length).map(dim)),
    ]),
  ]);
}

/**
 * The answers beside their questions; a text that is none of the choices is marked as such. Text from outside, not
 * escaped.
 */
export function answerLine(
  { choices = [] }: Pick<Approval, "choices">,
  answers: Readonly<Record<string, string>>,
): string {
  return choices.map(({ question, options, multiple }) => {
    const answer = answers[question] ?? "";
    const parts = multiple ? answer.split(/, */) : [answer];
    return `${question} → ${answer}${parts.every((part) => options.includes(part)) ? "" : " (your own words)"}`;
  }).join(" / ");
}
