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
  /** Whose text it shows; its answer goes to no other one. */
  readonly approval?: Approval;
  readonly hints: readonly KeyHint[];
  /** As many as the area has, or fewer. */
  rows(area: TerminalSize, now: number): readonly TextRow[];
  key(press: PagePress, now: number): PageKey;
  paste?(text: string): void;
  /** The wheel turns over it; absent where nothing can be scrolled. */
  scroll?(by: 1 | -1): void;
}

/** Rows of which the area shows as many as it has room for. */
export class Scroll {
  #top = 0;
  #room = 1;
  #count = 0;

  of(rows: readonly TextRow[], room: number): readonly TextRow[] {
    [this.#count, this.#room] = [rows.length, Math.max(1, room)];
    this.by(0);
    return rows.slice(this.#top, this.#top + room);
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

  /** `12/40`, where not all is on the screen. */
  get place(): string {
    return this.#count > this.#room ? `${Math.min(this.#count, this.#top + this.#room)}/${this.#count}` : "";
  }
}
