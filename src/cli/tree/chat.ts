/** The command of the chat. */
import type { Command } from "commander";
import type { CommandContext } from "../context.ts";
import { CommandEnded, type TreeMaker } from "./shared.ts";

/** @param another makes the tree anew for each command that the chat runs */
export function chatCommand(root: Command, run: () => CommandContext, another: TreeMaker): void {
  root.command("chat").description("a console of lines: /COMMAND runs a command, text is for an agent; also in a pipe")
    .argument("[agent]", "who gets the text")
    .option("--agent <name>", "the same")
    .option("--session <id>", "go on with a session that the daemon runs or has run")
    .action(async (argument: string | undefined, options: { readonly agent?: string; readonly session?: string }) => {
      const { chat } = await import("../commands/chat.ts");
      throw new CommandEnded(await chat(run(), root, another, { argument, ...options }));
    });
}
