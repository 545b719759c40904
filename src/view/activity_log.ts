/** The changes as they came: the last of them kept, held still while somebody reads. Pure. */
import type { ChangeLine } from "./change_lines.ts";

/** More are forgotten, the oldest first. */
const KEPT = 500;

export class ActivityLog {
  #lines: readonly ChangeLine[] = [];
  /** While it stands still: what came since. */
  #held: readonly ChangeLine[] | undefined;
  #news = 0;

  /** The newest last. */
  get lines(): readonly ChangeLine[] {
    return this.#lines;
  }

  get isPaused(): boolean {
    return this.#held !== undefined;
  }

  /** Lines that came while it stood still, also those that are forgotten by now. */
  get waiting(): number {
    return this.#news;
  }

  add(lines: readonly ChangeLine[]): void {
    if (lines.length === 0) return;
    if (this.#held === undefined) {
      this.#lines = [...this.#lines, ...lines].slice(-KEPT);
    } else {
      this.#held = [...this.#held, ...lines].slice(-KEPT);
      this.#news += lines.length;
    }
  }

  pause(): void {
    this.#held ??= [];
  }

  goOn(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#news = 0;
    this.add(held);
  }
}
