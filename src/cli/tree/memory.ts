/** The commands of the notes that are kept across sessions. */
import type { Command } from "commander";
import type { CommandContext } from "../context.ts";
import { JSON_OPTION } from "./shared.ts";

const WORKSPACE_OPTION = ["--workspace <folder>", "of this folder (default: the one you are in)"] as const;
const COUNT_OPTION = ["-n, --lines <count>", "so many notes, 100 at most", "10"] as const;

export function memoryCommands(root: Command, run: () => CommandContext): void {
  const load = () => import("../commands/memory.ts");
  const memory = root.command("memory").description("notes that are kept across sessions, for you and for agents");
  memory.command("append").description("keep a note, of this folder or for all of them")
    .argument("<text...>", "its words, or - to read it from stdin").option(...WORKSPACE_OPTION)
    .option("--global", "for all folders")
    .option("--tag <word>", "a word to find it by; can be repeated", (word, before: string[] = []) => [...before, word])
    .action(async (words, options) => await (await load()).appendNote(run(), words, options));
  memory.command("peek").description("the newest notes of this folder, and the global ones").option(...COUNT_OPTION)
    .option(...WORKSPACE_OPTION).option("--global", "only those for all folders").option(...JSON_OPTION)
    .action(async (options) => await (await load()).peekNotes(run(), options));
  memory.command("search").description("the notes that have these words, the best match first")
    .argument("<words...>", "what to look for").option(...COUNT_OPTION)
    .option(...WORKSPACE_OPTION).option("--global", "only those for all folders").option(...JSON_OPTION)
    .action(async (words, options) => await (await load()).searchNotes(run(), words, options));
  memory.command("stats").description("how many notes there are, and of which folders").option(...JSON_OPTION)
    .action(async (options) => await (await load()).noteStats(run(), options));
  memory.command("forget").description("forget a note; the journal's records of it stay")
    .argument("<note>", "its id, or the beginning of it")
    .action(async (id) => await (await load()).forgetNote(run(), id));
}
