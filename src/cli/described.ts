/** What an agent says of a choice, below that choice. Pure. */
import { wrap } from "../view/text_fit.ts";

/** Narrower lines are not wrapped: they would be all indent. */
const NARROWEST = 10;

/** @param description without line breaks, escaped; empty: no line */
export function describedLines(description: string, width: number, indent: number): string[] {
  if (description === "") return [];
  return wrap(description, Math.max(NARROWEST, width - indent)).map((line) => `${" ".repeat(indent)}${line}`);
}
