/**
 * Which requests stood on the screen when a line was typed: an answer that names none may be typed ahead, and must not decide
 * what appears only later. Pure.
 */
import { splitLine } from "../lib/line_words.ts";

export class SeenRequests {
  /** Request → since when it is on the screen, steady ms. */
  readonly #since = new Map<string, number>();

  /** They are on the screen now. */
  see(ids: Iterable<string>, now: number): void {
    for (const id of ids) if (!this.#since.has(id)) this.#since.set(id, now);
  }

  /** Whether any of those that are open was on the screen at that time; the others are forgotten. */
  wasAny(open: readonly string[], at: number): boolean {
    for (const id of this.#since.keys()) if (!open.includes(id)) this.#since.delete(id);
    return open.some((id) => (this.#since.get(id) ?? Infinity) <= at);
  }
}

/** Commands that answer, and the one that shows what is asked: they run also while a turn does. */
const IN_A_TURN = ["approve", "deny", "approvals"];

/** Whether a line runs while the agent is at work; all else waits for the end of its turn. */
export function runsInTurn(text: string): boolean {
  return IN_A_TURN.includes(wordsOf(text)[0] ?? "");
}

/** Whether a line answers what it does not name by its id. @param open the ids of the requests that are open */
export function answersUnnamed(text: string, open: readonly string[]): boolean {
  const [name = "", ...rest] = wordsOf(text);
  if (name !== "approve" && name !== "deny") return false;
  // These show what they answer, and ask.
  const shows = ["-i", "--interactive", "--all", "--help", "-h"];
  return !rest.some((word) => shows.includes(word) || open.includes(word));
}

function wordsOf(text: string): readonly string[] {
  const line = text.trim();
  return line.startsWith("/") && !line.includes("\n") ? splitLine(line.slice(1)).words : [];
}
