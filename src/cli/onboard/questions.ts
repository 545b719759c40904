/** The questions of `onboard`: to a person, or each answered as most would where `--yes` was given. */
import { ask } from "../ask.ts";
import type { CommandContext } from "../context.ts";

export interface Questions {
  /** @param usual what Enter means, and `--yes`. @throws {CommandEnded} 130 */
  yes(question: string, usual: boolean): Promise<boolean>;
  /** Nobody is asked. */
  readonly isSilent: boolean;
}

export function questionsOf(run: CommandContext, silent: boolean): Questions {
  return {
    isSilent: silent,
    yes: async (question, usual) => {
      if (!silent) return await ask(run, question, { enter: usual });
      run.out.say(`${question} ${usual ? "yes" : "no"}`);
      return usual;
    },
  };
}
