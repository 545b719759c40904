/** `onboard`: from a fresh program to the first answered question. Can be run again: what is done already is left. */
import { bold } from "@std/fmt/colors";
import { stdinKeyboard } from "../../platform/keyboard.ts";
import { narrowUmask } from "../../platform/process.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { CommandContext } from "../context.ts";
import { agentsStep } from "../onboard/agents_step.ts";
import { channelStep, daemonStep, tryChannel } from "../onboard/daemon_step.ts";
import { questionStep } from "../onboard/question_step.ts";
import { questionsOf } from "../onboard/questions.ts";

/** @throws {ConsoleError} `usage` where nobody can be asked; {CommandEnded} 130 */
export async function onboard(run: CommandContext, options: { readonly yes?: boolean }): Promise<void> {
  narrowUmask();
  if (!options.yes && !stdinKeyboard.isTerminal) {
    throw new ConsoleError("usage", "stdin is no terminal, so nobody can be asked", { hint: "give --yes" });
  }
  const questions = questionsOf(run, options.yes === true);
  const step = (title: string) => run.out.line(`\n${bold(title)}`);
  step("Agents");
  const reports = await agentsStep(run, questions);
  step("Daemon");
  const channel = await channelStep(run, questions);
  await daemonStep(run, questions);
  if (channel !== undefined) await tryChannel(run, channel);
  step("A question");
  await questionStep(run, questions);
  step("Done");
  run.out.say(
    reports
      ? "Every session of those agents shows up from now on, in the dashboard: agent-console; as a list: agent-console ls"
      : "No agent reports yet: agent-console hooks install AGENT",
  );
  run.out.say(
    "To answer on your phone: docs/telegram.md; to be notified there by ntfy: agent-console channel list says how",
  );
  run.out.say("If something looks wrong: agent-console doctor. To take all of it back: agent-console uninstall");
}
