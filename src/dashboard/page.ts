/** What lies over the lists for a while and takes the keys: the whole of one session, a question, a line to type. */
import type { Approval } from "../domain/approval.ts";
import type { KeyHint } from "./foot.ts";
import type { Effect } from "./effect.ts";
import type { KeyPress, TerminalSize, TextRow } from "./terminal_port.ts";

/** A key at a page. */
export interface PagePress extends KeyPress {
  /** When it was pressed; of a key that may be held down, when that began, ms. */
  readonly began: number;
}

/** What a key did: `list` hands it on to the list, an effect is for the window. */
export type PageKey = "taken" | "back" | "list" | { readonly effect: Effect };

export interface DashboardPage {
  /** `all`: instead of the lists. `detail`: where the detail stands. `foot`: in the last line. */
  readonly place: "all" | "detail" | "foot";
  /** Of a page with a line of its own at its top. */
  readonly title?: TextRow;
  /** What part of it is on the screen, for the end of that line. */
  readonly shownPart?: string;
  /** Whose text it shows; its answer goes to no other one. */
  readonly approval?: Approval;
  /** All that is asked was on the screen. */
  readonly isRead?: boolean;
  readonly hints: readonly KeyHint[];
  /** As many as the area has, or fewer. */
  rows(area: TerminalSize, now: number): readonly TextRow[];
  key(press: PagePress, now: number): PageKey;
  paste?(text: string): void;
  /** The wheel turns over it; absent where nothing can be scrolled. */
  scroll?(by: 1 | -1): void;
}

/** Rows of which the area shows as many as it has room for, and which of them were on the screen. */
export class Scroll {
  #top = 0;
  #room = 1;
  #count = 0;
  /** Numbers of the rows that were on the screen, as long as they are the same rows. */
  readonly #seen = new Set<number>();
  #form = "";
  #judged = 0;

  /**
   * @param judged so many of them, from the top, must have been on the screen before anything is allowed by them
   * @param followsEnd who is at the end stays there while rows come
   */
  of(
    rows: readonly TextRow[],
    { columns, rows: room }: TerminalSize,
    judged = rows.length,
    followsEnd = false,
  ): readonly TextRow[] {
    const wasAtEnd = this.#top >= this.#count - this.#room;
    [this.#count, this.#room] = [rows.length, Math.max(1, room)];
    this.by(followsEnd && wasAtEnd ? Infinity : 0);
    const form = `${columns} ${judged}`;
    if (form !== this.#form) this.#seen.clear();
    this.#form = form;
    this.#judged = judged;
    const shown = rows.slice(this.#top, this.#top + Math.max(0, room));
    shown.forEach((_, at) => this.#top + at < judged && this.#seen.add(this.#top + at));
    return shown;
  }

  /** Each row that is judged was on the screen. */
  get isSeen(): boolean {
    return this.#judged > 0 && this.#seen.size >= this.#judged;
  }

  by(rows: number): void {
    this.#top = Math.min(Math.max(0, this.#count - this.#room), Math.max(0, this.#top + rows));
  }

  /** Whether the key was one that scrolls. */
  key(key: string): boolean {
    const page = Math.max(1, this.#room - 1);
    const by = new Map([
      ["j", 1],
      ["Down", 1],
      ["k", -1],
      ["Up", -1],
      ["Space", page],
      ["PageDown", page],
      ["b", -page],
      [
        "PageUp",
        -page,
      ],
      ["Home", -Infinity],
      ["g", -Infinity],
      ["End", Infinity],
      ["G", Infinity],
    ]).get(key);
    if (by !== undefined) this.by(by);
    return by !== undefined;
  }

  /** `1–19 of 206`, where not all is on the screen. */
  get place(): string {
    if (this.#count <= this.#room) return "";
    const last = Math.min(this.#count, this.#top + this.#room);
    return `${last === this.#top + 1 ? last : `${this.#top + 1}–${last}`} of ${this.#count}`;
  }
}
