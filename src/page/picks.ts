/** What is chosen or typed as answers to the questions of one request, before it is sent. Pure. */
import type { Approval, Choice } from "../domain/approval.ts";

/** For the question at its place. */
export interface Picked {
  /** Places of its options. */
  readonly options: readonly number[];
  readonly words: string;
}

const NOTHING: Picked = { options: [], words: "" };

export function pickedOf(picks: readonly Picked[] | undefined, at: number): Picked {
  return picks?.[at] ?? NOTHING;
}

/** One option chosen, or, of a question that takes several, chosen or not. Choosing an option drops one's own words. */
export function toggled(
  picks: readonly Picked[] | undefined,
  { choices = [] }: Approval,
  at: number,
  option: number,
): readonly Picked[] {
  return choices.map((choice, i) => {
    const before = pickedOf(picks, i);
    if (i !== at) return before;
    if (!choice.multiple) return { options: [option], words: "" };
    const options = before.options.includes(option)
      ? before.options.filter((one) => one !== option)
      : [...before.options, option].sort((a, b) => a - b);
    return { options, words: "" };
  });
}

export function worded(
  picks: readonly Picked[] | undefined,
  { choices = [] }: Approval,
  at: number,
  words: string,
): readonly Picked[] {
  return choices.map((_, i) => i === at ? { options: [], words } : pickedOf(picks, i));
}

/** Question → answer in the agent's words; or why it cannot be sent. */
export function answersOf(
  { choices = [] }: Approval,
  picks: readonly Picked[] | undefined,
): Readonly<Record<string, string>> | string {
  if (new Set(choices.map(({ question }) => question)).size < choices.length) {
    return "two of its questions read the same: answer it in the agent's own terminal";
  }
  const answers: Record<string, string> = {};
  for (const [at, choice] of choices.entries()) {
    const answer = answerOf(choice, pickedOf(picks, at));
    if (answer === "") {
      return choices.length === 1 ? "choose an answer first" : "some of its questions have no answer yet";
    }
    if (answer === undefined) return "a choice with a comma cannot be given with others: answer it in its terminal";
    answers[choice.question] = answer;
  }
  return answers;
}

/** Empty where there is none; undefined where nobody could tell which choices it names. */
function answerOf({ options }: Choice, { options: chosen, words }: Picked): string | undefined {
  if (chosen.length === 0) return words.trim();
  const texts = chosen.map((at) => options[at] ?? "");
  return texts.length > 1 && texts.some((text) => text.includes(",")) ? undefined : texts.join(", ");
}
