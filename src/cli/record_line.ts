/** A record of the journal as a line for people. */
import { dim } from "@std/fmt/colors";
import { clip, escapeControls } from "../domain/sanitize.ts";
import type { StoredRecord } from "../protocol/record.ts";
import { recordText } from "../view/record_words.ts";
import { localTime } from "../view/times.ts";
import type { Output } from "./output.ts";

/** Where no terminal cuts it: a record can be as large as a payload. */
const MOST_UNITS = 400;
/** What stands before what it says, columns. */
const BEFORE = 67;

export function recordLine(
  { seq, ts, type, actor, data }: Pick<StoredRecord, "seq" | "ts" | "type" | "actor" | "data">,
  { isTerminal, columns }: Output["screen"],
): string {
  const width = isTerminal ? Math.max(20, columns - BEFORE) : MOST_UNITS;
  const what = escapeControls(clip(recordText({ type, data }), width));
  const [time, kind, who] = [localTime(ts), type, actor].map(escapeControls);
  return `${String(seq).padStart(7)}  ${dim(time!)}  ${kind!.padEnd(16)} ${dim(who!)}  ${what}`;
}
