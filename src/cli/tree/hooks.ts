/** The commands of hooks and the status line. */
import type { Command } from "commander";
import { FAMILY, HOOK_WORDS } from "../../agents/names.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { CommandContext } from "../context.ts";
import { CommandEnded, JSON_OPTION } from "./shared.ts";

export function hookCommands(root: Command, run: () => CommandContext): void {
  const load = () => import("../commands/hooks.ts");
  const loadFeed = () => import("../commands/hooks_feed.ts");
  const loadMcp = () => import("../commands/hooks_mcp.ts");
  root.command("hook").description("report one event of an agent, read from stdin (the agent calls this)")
    .argument("<agent>", HOOK_WORDS.join(", "))
    .option("--name <name>", `with ${FAMILY}: the agent's own name`);
  root.command("statusline").description(
    "tee for agents' status lines: records cost and context, then runs the user's own",
  )
    .argument("[command...]", "behind --: the user's own status line, as argv without a shell")
    .action(async (words: string[]) => {
      const { runStatusline } = await import("../../client/statusline.ts");
      const { paths, socketFlag } = run().context;
      throw new CommandEnded(await runStatusline({ command: words, home: paths.root, socket: socketFlag }));
    });
  root.command("mcp").description("the hub as an MCP server on stdin and stdout (an agent starts this)")
    .action(async () => {
      const { openMcp } = run();
      if (openMcp === undefined) {
        throw new ConsoleError("usage", "the MCP server needs a process of its own", {
          hint: "agent-console hooks install AGENT --mcp",
        });
      }
      await openMcp();
    });
  const command = root.command("hooks").description("our hooks in the agents' own settings");
  const options = (sub: Command) =>
    sub.option("--dry-run", "show the change, write nothing").option("--project", "for this folder only");
  options(command.command("install").description("make an agent report to the daemon")).argument("[agent]")
    .option("--trust", "where the agent asks for it: tell it that you trust them, after showing them")
    .option("--statusline", "where the agent has a status line: also record cost and context, from a tee around it")
    .option("--no-feed", "leave off what the agent publishes about itself: the daemon may read nothing of it")
    .option("--mcp", "also register agent-console mcp with the agent")
    .option("--no-mcp", "do not, and do not ask")
    .action(async (agent, given) => {
      const { checkMcpChoice, offerMcp } = await loadMcp();
      checkMcpChoice(run(), agent, given);
      await (await load()).installHooks(run(), agent, given);
      await (await loadFeed()).turnOnFeed(run(), agent, given);
      await offerMcp(run(), agent, given);
    });
  options(command.command("uninstall").description("give the settings back as they were")).argument("[agent]")
    .action(async (agent, given) => {
      await (await loadMcp()).takeOutMcp(run(), agent, given);
      await (await load()).uninstallHooks(run(), agent, given);
      await (await loadFeed()).turnOffFeed(run(), agent, given);
    });
  command.command("status").description("whether the hooks are there and current").argument("[agent]")
    .option("--project", "for this folder").option(...JSON_OPTION)
    .action(async (agent, given) => {
      const { statusOfHooks } = await import("../commands/hooks_status.ts");
      await statusOfHooks(run(), agent, given);
    });
}
