/**
 * Every command with its options and one line of help, one file a group. The handlers of the session commands come
 * along, because they are used most and import little; the others are loaded when they are called.
 */
import type { Command } from "commander";
import { BUILD, VERSION } from "../protocol/version.ts";
import { writeStdout } from "../platform/stdio.ts";
import type { CommandContext } from "./context.ts";
import { approvalCommands } from "./tree/approvals.ts";
import { auditCommands } from "./tree/audit.ts";
import { capsuleCommands } from "./tree/capsules.ts";
import { channelCommands } from "./tree/channels.ts";
import { chatCommand } from "./tree/chat.ts";
import { configCommands } from "./tree/config.ts";
import { daemonCommands } from "./tree/daemon.ts";
import { gatewayCommands } from "./tree/gateway.ts";
import { hookCommands } from "./tree/hooks.ts";
import { jobCommands } from "./tree/jobs.ts";
import { memoryCommands } from "./tree/memory.ts";
import { programCommands } from "./tree/program.ts";
import { sessionCommands } from "./tree/sessions.ts";
import { setupCommands } from "./tree/setup.ts";
import { shellCommands } from "./tree/shell.ts";
import { JSON_OPTION, type TreeMaker } from "./tree/shared.ts";
import { turnCommands } from "./tree/turns.ts";
import { ownVersion } from "./version_note.ts";

type Group = (root: Command, run: () => CommandContext) => void;

/** In the order of the help. */
const GROUPS: readonly Group[] = [
  sessionCommands,
  approvalCommands,
  turnCommands,
  channelCommands,
  memoryCommands,
  daemonCommands,
  gatewayCommands,
  jobCommands,
  capsuleCommands,
  hookCommands,
  configCommands,
  auditCommands,
  programCommands,
  shellCommands,
  setupCommands,
];

/** @param another makes the tree anew */
export function addCommands(root: Command, run: () => CommandContext, another: TreeMaker): void {
  for (const add of GROUPS) add(root, run);
  chatCommand(root, run, another);
  root.command("version").description("show the version").option(...JSON_OPTION)
    .option("--check", "compare it with what is installed and what runs, and say what to do; it asks no server")
    .action(async (options: { check?: boolean; json?: boolean }) => {
      if (options.check) await (await import("./commands/version.ts")).checkVersions(run(), options);
      else if (options.json) run().out.json({ version: VERSION, ...(BUILD === undefined ? {} : { build: BUILD }) });
      else writeStdout(`agent-console ${ownVersion()}\n`);
    });
}
