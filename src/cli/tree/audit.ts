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
    .option("--against <file>", "a head or a signed checkpoint that was kept elsewhere")
    .option("--witness <place>", "a file or a git repository that audit witness has kept checkpoints at")
    .option("--proof <file>", "check a proof by itself, as audit prove --json printed it")
    .option("--offline <folder>", "a copy of the journal's folder, with the files beside it")
    .option("--key <line>", "who must have signed, as audit key printed it (default: this home's own)")
    .option(...JSON_OPTION)
    .action(async (options) => await (await load()).verify(run(), options));
  const loadProofs = () => import("../commands/audit_prove.ts");
  command.command("prove").description(
    "a proof that others can check: a record, or an earlier size, is in the signed tree",
  )
    .argument("[record]", "its number").option("--from <size>", "how many records the earlier tree had")
    .option(...JSON_OPTION)
    .action(async (record, options) => await (await loadProofs()).prove(run(), record, options));
  const loadWitness = () => import("../commands/audit_witness.ts");
  command.command("witness").description("keep the newest signed checkpoint where a rewrite of the home does not reach")
    .option("--file <file>", "append it to this file")
    .option("--git <folder>", "add it to the notes of this git repository")
    .option("--webhook <url>", "send it there")
    .option(...JSON_OPTION)
    .action(async (options) => await (await loadWitness()).witness(run(), options));
  command.command("key").description("the key that checkpoints are signed with: give it to whoever checks them")
    .option(...JSON_OPTION)
    .action(async (options) => await (await loadProofs()).showKey(run(), options));
}
