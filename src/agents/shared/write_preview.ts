/** What a tool that writes a file would write, as people read it: the part of its input that no rule is about. */
import type { DetailForm } from "../../domain/approval.ts";
import { booleanField, type Fields, objectArrayField } from "../../lib/json_fields.ts";
import { oneLineExcerpt } from "./excerpt.ts";

/** Longest part of a notebook cell's name that is shown, UTF-16 units. */
const CELL = 100;

/**
 * The new content as it is; of an edit each old line behind `- ` and each new one behind `+ `, so that no text can pass
 * for one of the other kind. By the field names of Claude Code and the Gemini family. Undefined where none is there.
 */
export function writePreview(input: Fields): string | undefined {
  const parts = [
    ...given(input, "content"),
    ...cellOf(input),
    ...[input, ...objectArrayField(input, "edits") ?? []].flatMap(editOf),
  ];
  return parts.length === 0 ? undefined : parts.join("\n");
}

/** What kind of text the preview is: undefined where it is of several kinds, or a notebook's cell. */
export function previewForm(input: Fields): DetailForm | undefined {
  const isContent = given(input, "content").length > 0;
  const isEdit = [input, ...objectArrayField(input, "edits") ?? []].some((one) => editOf(one).length > 0);
  if (cellOf(input).length > 0 || isContent === isEdit) return undefined;
  return isContent ? "content" : "edit";
}

function editOf(edit: Fields): string[] {
  const [old, now] = [given(edit, "old_string"), given(edit, "new_string")];
  // An empty side is a plain insertion or deletion.
  const lines = [...old.map((text) => signed("- ", text)), ...now.map((text) => signed("+ ", text))].filter(Boolean);
  return lines.length > 0 && booleanField(edit, "replace_all") ? ["at every place:", ...lines] : lines;
}

/** A cell of a notebook (Claude Code's NotebookEdit). */
function cellOf(input: Fields): string[] {
  const source = given(input, "new_source");
  if (source.length === 0) return [];
  const words = [...given(input, "edit_mode"), "cell", ...given(input, "cell_id")].join(" ");
  return [`${oneLineExcerpt(words, CELL)}:`, ...source.map((text) => signed("+ ", text)).filter(Boolean)];
}

function signed(sign: string, text: string): string {
  return text === "" ? "" : text.split("\n").map((one) => sign + one).join("\n");
}

/** Its text, an empty one too: a file that is emptied is news. */
function given(fields: Fields, name: string): string[] {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return typeof value === "string" ? [value] : [];
}
