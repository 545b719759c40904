/** The folder that `audit verify` reads: whether a journal is in it, and whether what belongs beside a copy is there. */
import { LF } from "../../journal/block.ts";
import { clip, escapeControls } from "../../domain/sanitize.ts";
import { checkpointPath } from "../../journal/checkpoint_file.ts";
import { listSegments, readBlocks } from "../../journal/segment.ts";
import { headPath } from "../../journal/head_file.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { ConsoleError } from "../../protocol/errors.ts";

/** The folder of the journal in a home. */
const IN_A_HOME = "journal";

/**
 * An empty folder is no journal of no records: it is the wrong one. Where something beside it knows of records, they are
 * missed by the verification.
 *
 * @throws {ConsoleError} `usage` for a file, `not_found` where there is no journal
 */
export function checkFolder(dir: string, isOwn: boolean): void {
  const stat = denoFiles.stat(dir);
  const shown = escapeControls(clip(dir, 200));
  if (!isOwn && stat !== undefined && stat.kind !== "directory") {
    throw new ConsoleError("usage", `${shown} is not a folder`, { hint: NAME_THE_FOLDER });
  }
  if (stat !== undefined && (isOwn || listSegments(denoFiles, dir).length > 0)) return;
  if (denoFiles.stat(headPath(dir)) !== undefined || denoFiles.stat(checkpointPath(dir)) !== undefined) return;
  if (denoFiles.stat(`${dir}/snapshot.json`) !== undefined) return;
  const inside = `${dir}/${IN_A_HOME}`;
  const isHome = denoFiles.stat(inside)?.kind === "directory" && listSegments(denoFiles, inside).length > 0;
  throw new ConsoleError("not_found", `there is no journal in ${shown}`, {
    hint: isOwn
      ? "agent-console daemon start"
      : isHome
      ? `did you mean ${escapeControls(clip(inside, 200))}?`
      : NAME_THE_FOLDER,
  });
}

const NAME_THE_FOLDER =
  "name the folder that the journal's files were copied to: journal of the home, under whatever name";

/** A file that belongs beside the journal and says nothing: what it would show, nothing shows. */
export interface MissingFile {
  readonly name: string;
  readonly of: "checkpoints" | "head";
  /** It is there. A head is never empty: that is a fault. */
  readonly isEmpty: boolean;
}

export function missingBeside(dir: string): readonly MissingFile[] {
  const name = dir.slice(dir.lastIndexOf("/") + 1);
  const found = (of: MissingFile["of"], path: string): MissingFile[] => {
    const stat = denoFiles.stat(path);
    const isMissing = stat === undefined || of === "checkpoints" && stat.kind === "file" && stat.size === 0;
    return isMissing ? [{ name: `${name}.${of}`, of, isEmpty: stat !== undefined }] : [];
  };
  return [...found("checkpoints", checkpointPath(dir)), ...found("head", headPath(dir))];
}

/** @param provenUpTo the record up to which what was kept elsewhere proves the journal */
export function missingLine(missing: readonly MissingFile[], isOwn: boolean, provenUpTo: number | undefined): string {
  const files = missing.map(({ name, isEmpty }) => `${escapeControls(name)} is ${isEmpty ? "empty" : "missing"}`);
  const why = isOwn ? " (none was made yet, or it was taken away)" : "";
  const behind = provenUpTo === undefined ? "" : ` behind record ${provenUpTo}`;
  const follows = missing.map(({ of }) =>
    of === "checkpoints"
      ? `whoever can write the files can have made any record${behind} anew`
      : "nobody knows whether records at the end are gone"
  );
  return `${files.join(" and ")}${why}: ${follows.join(", and ")}`;
}

/** The file in which the last record stands, its number, and where it ends; its lines are counted, not checked. */
export function endOf(dir: string): { readonly segment: string; readonly seq: number; readonly offset: number } {
  const segment = listSegments(denoFiles, dir).at(-1);
  if (segment === undefined) return { segment: "", seq: 0, offset: 0 };
  let seq = segment.first - 1;
  let offset = 0;
  for (const block of readBlocks(denoFiles, segment.path, 0)) {
    for (let at = block.bytes.indexOf(LF); at >= 0; at = block.bytes.indexOf(LF, at + 1)) seq++;
    offset = block.offset + block.bytes.length;
  }
  return { segment: segment.name, seq, offset };
}
