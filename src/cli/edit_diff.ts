/**
 * An edit as a unified diff: of the lines that it replaces only those that change are marked, with three others around
 * them. Pure; it loads the diff library, so only `show` imports it.
 */
import { structuredPatch } from "diff";

/** Lines that stay, around those that change. */
const CONTEXT = 3;
/** Two long texts that share little take too long to compare: they are shown as they came, ms. */
const TIMEOUT_MS = 500;
/** The preview's note about masked text is no line of the file. */
const NOTE = /\n\[\*\*\* stands for [^\n]*\]$/;
const EVERY_PLACE = "at every place:";

interface Replaced {
  readonly old: string[];
  readonly now: string[];
  readonly everywhere: boolean;
}

/**
 * The diff of a detail of the form `edit`. Its hunks carry no line numbers: an agent sends the replaced lines, not where
 * they stand. Undefined where the detail is not wholly of that form, as where a mask has swallowed a line's sign: then
 * it is shown as it is.
 *
 * @param full lines that stay are not left out
 */
export function editDiff(path: string, detail: string, full: boolean): readonly string[] | undefined {
  const [note = ""] = NOTE.exec(detail) ?? [];
  const edits = editsIn(detail.slice(0, detail.length - note.length));
  if (edits === undefined) return undefined;
  const lines = [`--- ${path}`, `+++ ${path}`];
  for (const [at, { old, now, everywhere }] of edits.entries()) {
    const text = (side: readonly string[]) => side.length === 0 ? "" : `${side.join("\n")}\n`;
    const context = full ? Math.max(old.length, now.length) : CONTEXT;
    const patch = structuredPatch("", "", text(old), text(now), "", "", { context, timeout: TIMEOUT_MS });
    if (patch === undefined) return undefined;
    const which = `${edits.length === 1 ? "" : ` ${at + 1} of ${edits.length}`}${everywhere ? " at every place" : ""}`;
    if (patch.hunks.length === 0) lines.push(`@@${which} changes nothing @@`);
    for (const hunk of patch.hunks) lines.push(which === "" ? "@@" : `@@${which} @@`, ...hunk.lines);
  }
  return note === "" ? lines : [...lines, note.trim()];
}

/** A run of old lines and the new ones behind it are one edit. */
function editsIn(detail: string): readonly Replaced[] | undefined {
  const edits: Replaced[] = [];
  let everywhere = false;
  let before = "";
  for (const line of detail.split("\n")) {
    const sign = line.slice(0, 2);
    if (line === EVERY_PLACE) everywhere = true;
    else if (sign !== "- " && sign !== "+ ") return undefined;
    else {
      if (before === "" || everywhere || (before === "+ " && sign === "- ")) {
        edits.push({ old: [], now: [], everywhere });
      }
      const edit = edits.at(-1)!;
      (sign === "- " ? edit.old : edit.now).push(line.slice(2));
      everywhere = false;
    }
    before = line === EVERY_PLACE ? "" : sign;
  }
  return edits.length === 0 ? undefined : edits;
}
