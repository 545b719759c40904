/** Whether a job can do what it is added for: checked before it is added, because it runs when nobody is there. */
import { commandNamed, refusedToJobs, unknownCommand } from "../core/command_named.ts";
import type { FeatureContext } from "../core/service.ts";
import { maskSecrets } from "../domain/mask.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { splitLine } from "../lib/line_words.ts";
import { env } from "../platform/process.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { Peer } from "../rpc/peer.ts";
import type { JobAction, PromptAction } from "./job.ts";
import { programToRun } from "./programs.ts";
import type { SchedulerSettings } from "./section.ts";

type Context = FeatureContext<SchedulerSettings>;

/** @param peer who adds it @throws {ConsoleError} why it cannot */
export async function checkAction(context: Context, action: JobAction, peer: Peer): Promise<void> {
  switch (action.kind) {
    case "program":
      return checkProgram(context, action.program);
    case "prompt":
      return await checkPrompt(context, action, peer);
    case "command": {
      refuseSecret("command", action.command);
      const { words: [typed = "", ...args], open } = splitLine(action.command.slice(1));
      if (open !== "") throw new ConsoleError("usage", `a quote is open at the end: ${open}`, { hint: "close it" });
      const commands = context.commands();
      const found = commandNamed(typed.toLowerCase(), commands);
      if (found === undefined) throw unknownCommand(typed, commands);
      const refused = refusedToJobs(found, args);
      if (refused !== undefined) throw refused;
    }
  }
}

/** @throws {ConsoleError} `conflict` */
export function checkProgram({ settings }: Pick<Context, "settings">, name: string): void {
  const program = programToRun(settings, name, env("HOME"));
  if ("problem" in program) throw new ConsoleError("conflict", program.problem, { hint: program.hint });
}

async function checkPrompt({ methods, store }: Context, action: PromptAction, peer: Peer): Promise<void> {
  const { agent, sessionId, cwd, text } = action;
  refuseSecret("prompt", text);
  if ((agent === undefined) === (sessionId === undefined) || (sessionId !== undefined && cwd !== undefined)) {
    throw new ConsoleError("invalid_params", "a prompt needs an agent or a session, and a session has its folder", {
      param: "action",
    });
  }
  if (sessionId !== undefined && store.get(sessionId) === undefined) {
    throw new ConsoleError("not_found", `there is no session "${escapeControls(sessionId)}"`, {
      hint: "agent-console ls",
    });
  }
  if (agent === undefined) return;
  const { values } = await methods.as(peer).call("config.get", {});
  const command = values[`agents.${agent}.command`]?.value;
  if (Array.isArray(command) && command.length > 0) return;
  const names = Object.keys(values).flatMap((key) => /^agents\.([^.]+)\.command$/.exec(key)?.[1] ?? []);
  const hint = names.length === 0
    ? "name one in the section agents, then agent-console daemon restart"
    : names.join(", ");
  throw new ConsoleError("not_found", `no agent is configured as "${escapeControls(agent)}"`, {
    hint: names.length === 0 ? hint : `one of: ${hint}`,
  });
}

/** It would stand in the journal, and a prompt that was masked there is another one. */
function refuseSecret(what: string, text: string): void {
  if (maskSecrets(text) === text) return;
  throw new ConsoleError(
    "invalid_params",
    `something in the ${what} looks like a secret, and the journal would keep it`,
    {
      param: "action",
      hint: "keep it in a file, and name that file",
    },
  );
}
