/**
 * A turn as it is told to who waits for it: what the agent says as it comes, and each of its steps in a line of its own
 * between. Pure, but for what it remembers.
 */
import { escapeControlsKeepLines } from "../domain/sanitize.ts";
import { isCallOver } from "../domain/turn_change.ts";
import { planLine, toolLine } from "./turn_words.ts";

/** As far as it is shown beside the text. */
type ToldStep =
  | { readonly kind: "tool"; readonly tool: Parameters<typeof toolLine>[0] }
  | { readonly kind: "plan"; readonly steps: readonly Parameters<typeof planLine>[0][] };

export class ToldLines {
  #isInLine = false;
  /** The line that was said last was ended for something else. */
  #isBroken = false;
  readonly #planned = new Set<string>();

  /** What to print of a piece of the text. Escaped. */
  said(text: string): string {
    // Behind a call a line begins: it has begun already.
    const rest = this.#isBroken && text.startsWith("\n") ? text.slice(1) : text;
    if (text !== "") this.#isBroken = false;
    if (rest !== "") this.#isInLine = !rest.endsWith("\n");
    return escapeControlsKeepLines(rest);
  }

  /** What to print before anything else: it begins a line. */
  broken(): "\n" | "" {
    if (!this.#isInLine) return "";
    this.#isInLine = false;
    this.#isBroken = true;
    return "\n";
  }

  /** Lines of calls that have ended and of steps that were not told yet. Escaped. */
  asides(told: ToldStep): readonly string[] {
    if (told.kind === "tool") return isCallOver(told.tool.status) ? [toolLine(told.tool)] : [];
    const fresh = told.steps.map(planLine).filter((line) => !this.#planned.has(line));
    for (const line of fresh) this.#planned.add(line);
    return fresh;
  }
}
