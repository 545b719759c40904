/** The commands of the program itself: installed, updated, uninstalled. */
import type { Command } from "commander";
import type { CommandContext } from "../context.ts";

export function programCommands(root: Command, run: () => CommandContext): void {
  const load = () => import("../commands/install.ts");
  const restart = ["--restart", "restart a daemon that runs another version, unless a request is open"] as const;
  root.command("install").description("from a clone: install the program for this user, as the command agent-console")
    .option(...restart)
    .action(async (options) => await (await load()).installProgramHere(run(), options));
  root.command("update").description("install again from the clone that the program was installed from")
    .option("--from <folder>", "another clone")
    .option("--rollback", "go back to the version before this one")
    .option(...restart)
    .action(async (options) => await (await load()).updateProgram(run(), options));
  root.command("uninstall").description(
    "take back all that was written outside of the home folder: hooks, service, program",
  )
    .option("--purge", "remove the home folder too: configuration, journal, log")
    .option("-y, --yes", "do not ask")
    .action(async (options) => await (await import("../commands/uninstall.ts")).uninstallAll(run(), options));
}
