/** The commands that set everything up, and that look at everything. */
import type { Command } from "commander";
import type { CommandContext } from "../context.ts";
import { JSON_OPTION } from "./shared.ts";

export function setupCommands(root: Command, run: () => CommandContext): void {
  root.command("onboard").description("set it up, step by step, up to a first question that you answer; again any time")
    .option("-y, --yes", "without questions: hooks, trust and feeds for every agent, no service, no notifications")
    .action(async (options) => await (await import("../commands/onboard.ts")).onboard(run(), options));
  root.command("doctor").description("what is wrong here, and what cures it (exit 1 where something is)")
    .option("--fix", "mend what can be mended without losing anything")
    .option(...JSON_OPTION)
    .action(async (options) => await (await import("../commands/doctor.ts")).doctor(run, options));
}
