/** The commands for agents that the daemon runs. */
import type { Command } from "commander";
import type { CommandContext } from "../context.ts";
import { JSON_OPTION, SESSION } from "./shared.ts";

const PROMPT = "the prompt; - reads it from stdin";
const TURN = `${SESSION}, or the id of a turn`;
const DETACH_OPTION = ["-d, --detach", "print the turn's id and let it run"] as const;

export function turnCommands(root: Command, run: () => CommandContext): void {
  const load = () => import("../commands/turn.ts");
  root.command("run").description("give an agent a prompt, in a new session that the daemon runs")
    .argument("<agent>", "its name in the configuration").argument("<prompt...>", PROMPT)
    .option("--cwd <folder>", "where it works (default: the current folder)")
    .option(...DETACH_OPTION).option(...JSON_OPTION)
    .action(async (agent, words, options) => await (await load()).runAgent(run(), agent, words, options));
  root.command("submit").description("give a session another prompt")
    .argument("<id>", TURN).argument("<prompt...>", PROMPT)
    .option(...DETACH_OPTION).option(...JSON_OPTION)
    .action(async (id, words, options) => await (await load()).submitPrompt(run(), id, words, options));
  root.command("cancel").description("end a turn, or all of a session that the daemon runs")
    .argument("<id>", TURN)
    .action(async (id) => await (await load()).cancelTurn(run(), id));
  root.command("exec").description("run a command of the daemon's console, or give the default agent a prompt")
    .argument("<command...>", "/help lists the commands; other words are the prompt; - reads them from stdin")
    .option("--session <id>", `the prompt goes on with one that the daemon runs: ${SESSION}`)
    .option("--cwd <folder>", "where a new session works (default: the current folder)")
    .option("--timeout <secs>", "so long a turn is waited for (default: 300)").option(...JSON_OPTION)
    .action(async (words, options) => await (await import("../commands/exec.ts")).execCommand(run(), words, options));
  const command = root.command("command").description("the commands of the daemon's console, those of capsules too");
  const loadConsole = () => import("../commands/exec.ts");
  command.command("list").description("what each is for, and which capsule brings it").option(...JSON_OPTION)
    .action(async (options) => await (await loadConsole()).listConsoleCommands(run(), options));
  command.command("run").description("run one: the same as exec /NAME").argument("<name>", "of a command")
    .argument("[words...]", "what it is given").option(...JSON_OPTION)
    .action(async (name, words, options) => await (await loadConsole()).runConsoleCommand(run(), name, words, options));
  root.command("context").description("the last turns of the agents that the daemon runs")
    .argument("[id]", `${TURN} (default: all)`)
    .option("-n <count>", "so many turns", "20").option(...JSON_OPTION)
    .action(async (id, options) => await (await load()).showContext(run(), id, options));
}
