/**
 * Which requests stood on the screen when a line was typed: a line may be typed ahead, and must not decide what appears only
 * later. Pure.
 */
import { splitLine } from "../lib/line_words.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { RequestScreen } from "./command_port.ts";

/** What appeared so shortly before a line came, or behind it, nobody had read who typed that line, ms. */
const UNREAD_MS = 400;

export class SeenRequests {
  /** Request → since when it is on the screen, steady ms. */
  readonly #since = new Map<string, number>();
  readonly #now: () => number;

  /** @param now steady, ms */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Those that are open, all on the screen now; the others are over, and forgotten. */
  see(open: readonly string[]): void {
    for (const id of this.#since.keys()) if (!open.includes(id)) this.#since.delete(id);
    this.show(open);
  }

  /** These are on the screen too. */
  show(ids: readonly string[]): void {
    for (const id of ids) if (!this.#since.has(id)) this.#since.set(id, this.#now());
  }

  /** The screen as who typed a line at that time had read it, for the commands of that line. */
  readAt(typedAt: number): RequestScreen {
    return {
      shows: (ids) => this.show(ids),
      mayAnswer: (id, answered) => {
        const at = answered === "in its line" ? typedAt : this.#now();
        if ((this.#since.get(id) ?? Infinity) <= at - UNREAD_MS) return;
        throw new ConsoleError(
          "failed",
          `request "${id}" was not on this screen when that was typed: it is not answered`,
          {
            hint: "agent-console approvals shows what waits now",
          },
        );
      },
    };
  }
}

/** Commands that answer, and the one that shows what is asked: they run also while a turn does. */
const IN_A_TURN = ["approve", "deny", "approvals"];

/** Whether a line runs while the agent is at work; all else waits for the end of its turn. */
export function runsInTurn(text: string): boolean {
  const line = text.trim();
  if (!line.startsWith("/") || line.includes("\n")) return false;
  return IN_A_TURN.includes(splitLine(line.slice(1)).words[0] ?? "");
}
