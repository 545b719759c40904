/** `memory …`: the notes that are kept across sessions. */
import { bold, dim } from "@std/fmt/colors";
import { clip, escapeControls, escapeControlsKeepLines } from "../../domain/sanitize.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { resolveFrom } from "../../platform/home_paths.ts";
import { currentFolder } from "../../platform/process.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { MAX_LISTED_NOTES } from "../../protocol/limits.ts";
import type { ResultOf } from "../../protocol/method_schemas.ts";
import { localTime } from "../../view/times.ts";
import { call, type CommandContext, read } from "../context.ts";
import { stdinText } from "../stdin_text.ts";
import { wholeNumber } from "../whole_number.ts";
import { withTilde } from "../tilde.ts";

interface WhoseNotes {
  readonly workspace?: string;
  readonly global?: boolean;
}

interface NoteListOptions extends WhoseNotes {
  readonly lines: string;
  readonly json?: boolean;
}

export async function appendNote(
  run: CommandContext,
  words: readonly string[],
  options: WhoseNotes & { readonly tag?: readonly string[] },
): Promise<void> {
  const where = folderOf(options);
  const { workspace } = where;
  if (workspace !== undefined && !["directory", "symlink"].includes(denoFiles.stat(workspace)?.kind ?? "")) {
    throw new ConsoleError("usage", `--workspace is "${escapeControls(workspace)}", which is no folder`);
  }
  const text = words.length === 1 && words[0] === "-"
    ? await stdinText("agent-console memory append TEXT")
    : words.join(" ");
  if (text.trim() === "") throw new ConsoleError("usage", "the note is empty");
  const tags = options.tag === undefined ? {} : { tags: [...options.tag] };
  const { id, masked } = await call(run, "memory.append", { text, ...tags, ...where });
  const scope = where.workspace === undefined ? "for all folders" : `of ${escapeControls(withTilde(where.workspace))}`;
  run.out.note(`note ${id}, ${scope}; take it back with: agent-console memory forget ${id}`);
  if (masked === true) run.out.note("what looked like a secret in it was not kept: *** stands there instead");
}

export async function peekNotes(run: CommandContext, options: NoteListOptions): Promise<void> {
  const { notes } = await read(run, "memory.peek", {
    ...folderOf(options),
    limit: wholeNumber(options.lines, "--lines", MAX_LISTED_NOTES),
  });
  showNotes(run, notes, options, "No notes here. agent-console memory append TEXT keeps one.");
}

export async function searchNotes(
  run: CommandContext,
  words: readonly string[],
  options: NoteListOptions,
): Promise<void> {
  const query = words.join(" ");
  if (query.trim() === "") throw new ConsoleError("usage", "no words to look for are given");
  const { notes } = await read(run, "memory.search", {
    query,
    ...folderOf(options),
    limit: wholeNumber(options.lines, "--lines", MAX_LISTED_NOTES),
  });
  showNotes(run, notes, options, `No note here has ${escapeControls(clip(query, 80))}.`);
}

export async function noteStats(run: CommandContext, options: { readonly json?: boolean }): Promise<void> {
  const stats = await read(run, "memory.stats", {});
  if (options.json) return run.out.json(stats);
  const { notes, bytes, maxNotes, maxBytes, global, workspaces } = stats;
  run.out.line(`${counted(notes)} of ${counted(maxNotes)} notes, ${kib(bytes)} of ${kib(maxBytes)} KiB`);
  if (global > 0) run.out.line(`${counted(global).padStart(6)}  for all folders`);
  for (const { workspace, notes } of workspaces) {
    run.out.line(`${counted(notes).padStart(6)}  ${escapeControls(withTilde(workspace))}`);
  }
}

export async function forgetNote(run: CommandContext, given: string): Promise<void> {
  const { id } = await call(run, "memory.forget", { id: given });
  run.out.note(`${id}: forgotten`);
}

type Listed = ResultOf<"memory.peek">["notes"];

function showNotes(run: CommandContext, notes: Listed, { json }: NoteListOptions, none: string): void {
  if (json) return run.out.json({ notes });
  if (notes.length === 0) return run.out.note(none);
  for (const { id, at, by, text, tags, workspace } of notes) {
    const about = [
      localTime(at),
      by,
      ...(workspace === undefined ? ["all folders"] : []),
      ...tags.map((tag) => `#${tag}`),
    ];
    run.out.line(`${bold(escapeControls(id))}  ${dim(about.map(escapeControls).join("  "))}`);
    for (const line of escapeControlsKeepLines(text).split("\n")) run.out.line(`  ${line}`.trimEnd());
  }
}

/** @returns nothing where the global ones are meant. @throws {ConsoleError} `usage` */
function folderOf({ workspace, global }: WhoseNotes): { readonly workspace?: string } {
  if (global === true && workspace !== undefined) {
    throw new ConsoleError("usage", "--workspace and --global cannot both be given");
  }
  return global === true ? {} : { workspace: resolveFrom(workspace ?? ".", currentFolder()) };
}

function kib(bytes: number): string {
  return counted(Math.ceil(bytes / 1024));
}

/** The digits in groups of three. */
function counted(count: number): string {
  return count.toLocaleString("en-US");
}
