/** The commands of the journal as a record. */
import { type Command, Option } from "commander";
import type { CommandContext } from "../context.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { JSON_OPTION } from "./shared.ts";

export function auditCommands(root: Command, run: () => CommandContext): void {
  const load = () => import("../commands/audit.ts");
  const command = root.command("audit").description("the journal as a record that can be checked");
  command.command("tail").description("the last records").option("-n, --lines <count>", "how many (default: 20)")
    .option(...JSON_OPTION)
    .action(async (options) => await (await load()).showTail(run(), options));
  filters(command.command("query").description("the last records that pass filters, read from the files"))
    .option("-n, --limit <count>", "how many (default: 100, 10000 at most)")
    .option(...JSON_OPTION)
    .action(async (options) => await (await import("../commands/audit_query.ts")).query(run(), options));
  filters(command.command("export").description("all records that pass filters, for others: a file, or stdout"))
    .addOption(new Option("--format <format>", "the records' own lines, or a table").choices(["jsonl", "csv"]))
    .option("-o, --output <file>", "a new file that only you can read, outside of the home; - is stdout")
    .option("--manifest <file>", "a new file for what ties the export to the journal (csv: FILE.manifest.json)")
    .action(async (options) => await (await import("../commands/audit_export.ts")).exportJournal(run(), options));
  command.command("head").description("size and last hash: keep it for verify --against").option(...JSON_OPTION)
    .action(async (options) => await (await load()).showHead(run(), options));
  command.command("verify").description("check every record (exit 7 names the place)")
    .option("--against <file>", "a head or a signed checkpoint that was kept elsewhere")
    .option("--witness <place>", "a file or a git repository that audit witness has kept checkpoints at")
    .option("--proof <file>", "check a proof by itself, as audit prove --json printed it")
    .option("--offline <folder>", "a copy of the journal's folder, with the files beside it")
    .option("--key <line>", "who must have signed, as audit key printed it (default: this home's own)")
    .option(...JSON_OPTION)
    .action(async (options) => await (await import("../commands/audit_verify.ts")).verify(run(), options));
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

function filters(command: Command): Command {
  return command
    .option("--since <time>", "written then or later: 2026-11-20, 2026-11-20T14:30, or 8h ago as 8h")
    .option("--until <time>", "written then or earlier; a day is the whole day")
    .option("--from <seq>", "this record and those behind it").option("--to <seq>", "this record and those before it")
    .option("--type <type>", "such as session.closed, or approval for all of them; can be repeated", (type, all) => [
      ...(all ?? []),
      type,
    ], undefined as readonly string[] | undefined)
    .option("--actor <actor>", "who did it, as the records have it, or the kind: hook, cli", once("--actor"), NONE)
    .option("--session <id>", "the id of a session that it is of, or the beginning of one", once("--session"), NONE)
    .option("--text <text>", "what the data contains, in capital or small letters", once("--text"), NONE);
}

const NONE = undefined as string | undefined;

/** Of two values only the last would count, and a filter must not leave out records in silence. */
function once(option: string): (value: string, before: string | undefined) => string {
  return (value, before) => {
    if (before === undefined) return value;
    throw new ConsoleError("usage", `${option} can be given once`, { hint: "ask once for each" });
  };
}
