/** The command that looks at everything. */
import type { Command } from "commander";
import type { CommandContext } from "../context.ts";
import { JSON_OPTION } from "./shared.ts";

export function doctorCommands(root: Command, run: () => CommandContext): void {
  root.command("doctor").description("what is wrong here, and what cures it (exit 1 where something is)")
    .option("--fix", "mend what can be mended without losing anything")
    .option(...JSON_OPTION)
    .action(async (options) => await (await import("../commands/doctor.ts")).doctor(run, options));
}
