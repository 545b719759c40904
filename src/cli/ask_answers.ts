/** The questions of an agent, asked at the terminal one by one: a number, the text of a choice, or one's own words. */
import type { Approval, Choice } from "../domain/approval.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { type Keyboard, stdinKeyboard } from "../platform/keyboard.ts";
import { takesOwnWords } from "../view/approval_words.ts";
import { choiceLines, matchAnswer } from "./answers.ts";
import { askLine, showFitted } from "./ask.ts";
import type { CommandContext } from "./context.ts";

type Asking = Pick<CommandContext, "signal">;
type Question = Pick<Approval, "for" | "choices">;

/** Question → answer. @throws {CommandEnded} 130 on Ctrl-C and Ctrl-D */
export async function askAnswers(
  run: Asking,
  approval: Question,
  keyboard: Keyboard = stdinKeyboard,
): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  for (const choice of approval.choices ?? []) {
    answers[choice.question] = await askAnswer(run, approval, choice, keyboard);
  }
  return answers;
}

async function askAnswer(
  run: Asking,
  approval: Question,
  choice: Choice,
  keyboard: Keyboard,
): Promise<string> {
  const { options } = choice;
  const isOpen = options.length === 0;
  const own = !isOpen && takesOwnWords(approval, choice);
  const lines = choiceLines({ choices: [choice] }, keyboard.columns === undefined ? undefined : keyboard.columns - 1);
  showFitted(keyboard, `${lines.join("\n")}\n${own ? "    0  your own words\n" : ""}`);
  for (;;) {
    const typed = await askLine(run, isOpen ? "answer: " : `1-${options.length} or its text: `, keyboard);
    if (typed === "") continue;
    if (isOpen) return typed;
    if (own && typed === "0" && !options.includes("0")) {
      const words = await askLine(run, "your words (Enter: back): ", keyboard);
      if (words !== "") return words;
      continue;
    }
    const answer = matchAnswer(choice, typed);
    if (typeof answer === "string") return answer;
    const which = answer.length === 0 ? "is none of the choices" : `fits ${answer.length} of the choices`;
    keyboard.show(`"${escapeControls(typed)}" ${which}.\n`);
  }
}
