/** The commands of the journal as a record. */
import type { Command } from "commander";
import type { CommandContext } from "../context.ts";
import { JSON_OPTION } from "./shared.ts";

export function auditCommands(root: Command, run: () => CommandContext): void {
  const load = () => import("../commands/audit.ts");
  const command = root.command("audit").description("the journal as a record that can be checked");
  command.command("tail").description("the last records").option("-n, --lines <count>", "how many (default: 20)")
    .option(...JSON_OPTION)
    .action(async (options) => await (await load()).showTail(run(), options));
  command.command("head").description("size and last hash: keep it for verify --against").option(...JSON_OPTION)
    .action(async (options) => await (await load()).showHead(run(), options));
  command.command("verify").description("check every record (exit 7 names the place)")
    .option("--against <file>", "a head that was kept elsewhere").option(...JSON_OPTION)
    .action(async (options) => await (await load()).verify(run(), options));
}
