/** Checkpoints in a file: signed notes, one behind the other, with or without empty lines between them. */
import { clip, escapeControls } from "../../domain/sanitize.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { checkPlainFile } from "../../platform/path_safety.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { type KeptNote, MAX_PLACE_BYTES } from "./place.ts";

const SIGNATURE = "\u2014 ";

/**
 * The notes of the file; none where there is no file.
 *
 * @throws {ConsoleError} `failed` where it cannot be read, or something else stands in it
 */
export function readNotesFile(path: string): KeptNote[] {
  const shown = escapeControls(clip(path, 200));
  const stat = denoFiles.stat(path);
  if (stat === undefined) return [];
  const problem = checkPlainFile(stat) ??
    (stat.size > MAX_PLACE_BYTES ? "is too large: more than 16 MiB of checkpoints" : undefined);
  if (problem !== undefined) throw new ConsoleError("failed", `${shown} ${problem}`, { hint: "name another file" });
  let text: string;
  try {
    text = new TextDecoder().decode(denoFiles.read(path));
  } catch (error) {
    throw new ConsoleError("failed", `${shown} cannot be read: ${(error as Error).message}`, {
      hint: "you must be allowed to read the file, or name another one",
    });
  }
  const notes: KeptNote[] = [];
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at++) {
    if (lines[at] === "") continue;
    const from = at;
    const gap = lines.indexOf("", at);
    let end = gap + 1;
    while (lines[end]?.startsWith(SIGNATURE)) end++;
    if (gap < 0 || end === gap + 1 || lines[end] === undefined) {
      throw new ConsoleError("failed", `${shown} holds something else than checkpoints from line ${from + 1} on`, {
        hint: "a write may have been cut off there: remove what stands from that line on, or name another file",
      });
    }
    notes.push({ note: `${lines.slice(from, end).join("\n")}\n`, where: `${shown}, line ${from + 1}` });
    at = end - 1; // the next note may begin right here
  }
  return notes;
}

/** A new file is for its owner alone; one that is there keeps its mode. @throws {ConsoleError} `failed` */
export async function appendSignedNote(path: string, note: string, isFirst: boolean): Promise<void> {
  const shown = escapeControls(clip(path, 200));
  try {
    const isNew = denoFiles.stat(path) === undefined;
    const file = denoFiles.append(path, isNew ? "new" : "never");
    try {
      const size = file.size();
      try {
        file.write(new TextEncoder().encode(isFirst ? note : `\n${note}`));
        await file.sync();
      } catch (error) {
        if (isNew) denoFiles.remove(path);
        else file.truncate(size); // half a note would keep the next one from being kept
        throw error;
      }
    } finally {
      file.close();
    }
  } catch (error) {
    throw new ConsoleError("failed", `${shown} cannot be written: ${(error as Error).message}`, {
      hint: "the folder must be there, with room on its disk, and you must be allowed to write to it",
    });
  }
}
