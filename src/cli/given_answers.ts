/**
 * The answers that are given in the dashboard: each request gets one, and what others make of it meanwhile is kept apart from
 * what the daemon tells of our own.
 */
import type { Approval } from "../domain/approval.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ParamsOf } from "../protocol/method_schemas.ts";
import type { CommandContext } from "./context.ts";
import { decide } from "./decide_one.ts";

/** So many are remembered: of one that is over for long nobody hears any more. */
const KEPT = 200;

export class GivenAnswers {
  readonly #run: CommandContext;
  /** Request that was answered here → how it ended, as far as that was heard. */
  readonly #given = new Map<string, string | undefined>();

  constructor(run: CommandContext) {
    this.#run = run;
  }

  /** Keeps how a request ended that is being answered here, or was; false for another one, whose end is news. */
  takesNews(id: string, how: string): boolean {
    if (!this.#given.has(id)) return false;
    this.#given.set(id, how);
    return true;
  }

  /**
   * What became of it, escaped; undefined for one that was answered here before, as by a second key.
   *
   * @throws {ConsoleError}
   */
  async give(approval: Approval, answer: Omit<ParamsOf<"approval.decide">, "id">): Promise<string | undefined> {
    const { id } = approval;
    if (this.#given.has(id)) return undefined;
    this.#given.set(id, undefined);
    for (const first of this.#given.keys()) {
      if (this.#given.size <= KEPT) break;
      this.#given.delete(first);
    }
    const said: string[] = [];
    const out = { ...this.#run.out, note: (text: string) => void said.push(text) };
    try {
      await decide({ ...this.#run, out }, approval, { id, ...answer });
      return escapeControls(said.join("; "));
    } catch (error) {
      if (error instanceof ConsoleError && error.kind === "already_decided") {
        return this.#given.get(id) ?? escapeControls(error.message);
      }
      // Where it was decided but not delivered it is over all the same; else the next key may try again.
      if (!(error instanceof ConsoleError) || error.details["delivered"] !== false) this.#given.delete(id);
      throw error;
    }
  }
}
