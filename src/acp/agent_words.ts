/** What an agent says beside the protocol, on its stderr and in its errors: without its secrets, and the last of it kept. */
import { maskSecrets } from "../domain/mask.ts";
import { clip } from "../domain/sanitize.ts";
import { StreamMask } from "../domain/stream_mask.ts";

/** Of the last of its stderr, UTF-16 units, and lines in a message. */
const KEPT = 8192;
const SHOWN = 2000;
const SHOWN_LINES = 5;
/** A line that is longer is two, UTF-16 units. */
const LINE = 16_384;
/** Shorter values (UTF-16 units) are words that stand anywhere. */
const MIN_VALUE = 8;

export class AgentWords {
  readonly #values: readonly string[];
  readonly #mask = new StreamMask();
  /** Whole lines, masked. */
  #lines = "";
  /** The line that has not ended. */
  #line = "";
  /** Lines that have ended, also those that are not kept. */
  #count = 0;

  /** @param values of the environment that the configuration gives it */
  constructor(values: readonly string[]) {
    // The longest first: one may begin with another.
    this.#values = values.filter(({ length }) => length >= MIN_VALUE).sort((a, b) => b.length - a.length);
  }

  /** `text` without values of the agent's environment, and without what looks like a secret. */
  masked(text: string): string {
    return maskSecrets(this.#withoutValues(text));
  }

  /** @returns the lines that have ended with `text`, masked: a line is looked at as a whole */
  add(text: string): string {
    const all = this.#line + text;
    const end = all.length > LINE ? all.length : all.lastIndexOf("\n") + 1;
    this.#line = all.slice(end);
    if (end === 0) return "";
    const lines = this.#mask.mask(this.#withoutValues(all.slice(0, end)));
    this.#lines = (this.#lines + lines).slice(-KEPT);
    this.#count += lines.split("\n").length - 1;
    return lines;
  }

  /** Where it is now, for {@link last}: a line that has begun stands before it. */
  get position(): number {
    return this.#count + (this.#line === "" ? 0 : 1);
  }

  /**
   * The last lines. The one that has not ended counts: nothing comes behind it any more.
   *
   * @param since a {@link position}: only what came behind it
   */
  last(since = 0): string {
    this.add(this.#line === "" ? "" : "\n");
    const count = this.#count - since;
    if (since > 0 && count <= 0) return "";
    const all = maskSecrets(this.#lines).replace(/\n$/, "").split("\n"); // again, for what stands in two lines
    const behind = (since > 0 ? all.slice(-count) : all).join("\n").trim();
    return clip(behind.split("\n").slice(-SHOWN_LINES).join("\n"), SHOWN);
  }

  #withoutValues(text: string): string {
    return this.#values.reduce((rest, value) => rest.replaceAll(value, "***"), text);
  }
}
