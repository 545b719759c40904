/** The first step of `onboard`: hooks and feed for each agent that is on this machine. */
import type { CommandContext } from "../context.ts";
import { installHooks, trustHooks } from "../commands/hooks.ts";
import { feedWords, turnOnFeed } from "../commands/hooks_feed.ts";
import { rowOf } from "../commands/hooks_status.ts";
import { HOOKED, type HookedAgent, hooksTarget } from "../commands/hooks_target.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { installedAgents } from "../doctor/agent_checks.ts";
import { withTilde } from "../tilde.ts";
import type { Questions } from "./questions.ts";

/** @returns whether any agent reports now */
export async function agentsStep(run: CommandContext, questions: Questions): Promise<boolean> {
  const found = await installedAgents();
  const agents = HOOKED.flatMap((agent) => {
    const there = found.find(({ name }) => name === agent.name);
    return there === undefined ? [] : [{ agent, version: there.version }];
  });
  if (agents.length === 0) {
    run.out.say("No agent was found on your PATH. When you have one: agent-console hooks install AGENT");
  }
  let reports = false;
  for (const { agent, version } of agents) {
    const title = `${agent.hooks.title}${version === undefined ? "" : ` ${version}`}`;
    try {
      if (await oneAgent(run, questions, agent, title)) reports = true;
    } catch (error) {
      // The other agents, and the rest of the setup, do not depend on it.
      if (!(error instanceof ConsoleError)) throw error;
      run.out.note(`${title} was left out: ${error.message}${error.hint === undefined ? "" : `\nhint: ${error.hint}`}`);
    }
  }
  return reports;
}

async function oneAgent(
  run: CommandContext,
  questions: Questions,
  agent: HookedAgent,
  title: string,
): Promise<boolean> {
  const where = await hooksTarget(run, agent, {});
  const { row: { state, file, problem } } = await rowOf(agent, where);
  if (state === "installed") {
    run.out.say(`${title} reports already.`);
    return true;
  }
  if (state === "unreadable" || state === "disabled") {
    run.out.say(
      state === "disabled"
        ? `${title}: ${withTilde(file)} switches all hooks off; remove that setting and run this again.`
        : `${title}: ${withTilde(file)} ${problem ?? "cannot be read"}; mend it and run this again.`,
    );
    return false;
  }
  const isTrusted = () => questions.yes(`${title} runs hooks only after you trust them. Record that you do?`, true);
  if (state === "untrusted") {
    const trust = await isTrusted();
    await trustHooks(run, agent, where, trust);
    return trust;
  }
  const what = state === "absent" ? "Let it report" : `Its hooks are ${state}: mend them`;
  const feed = await feedWords(run, agent.name);
  const changes = `It changes ${withTilde(file)}${feed === undefined ? "" : ` and ${feed}`}.`;
  if (!await questions.yes(`${title}: ${what}? ${changes}`, true)) return false;
  const trust = agent.trust !== undefined && await isTrusted();
  await installHooks(run, agent.name, { trust });
  await turnOnFeed(run, agent.name, { later: true });
  return true;
}
