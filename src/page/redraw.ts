/**
 * When the page is drawn: once for each frame of the browser at most, less often for what is only heard, each second for
 * the times that it shows, and never while nobody looks: then only the count is told.
 */
import { WORK_MS } from "../view/redraw_pace.ts";

/** While nobody looks, title and notifications are enough, ms. */
const HIDDEN_MS = 250;
/** Between two looks at the clock, ms. */
const TICK_MS = 1000;

export interface Redrawn {
  readonly draw: () => void;
  /** What shows also of a page that nobody looks at. */
  readonly tell: () => void;
}

export class Redraw {
  readonly #page: Redrawn;
  #frame: number | undefined;
  #timer: number | undefined;
  #tick: number | undefined;
  #drawn = -Infinity;

  constructor(page: Redrawn) {
    this.#page = page;
  }

  /** In the next frame: the person did something, or is asked for something. */
  soon(): void {
    if (document.hidden) this.#in(HIDDEN_MS);
    else this.#frame ??= requestAnimationFrame(() => this.#draw());
  }

  /** In the next frame, unless there was a drawing a moment ago: a session did something. */
  heard(): void {
    const wait = this.#drawn + WORK_MS - performance.now();
    if (document.hidden || wait <= 0) this.soon();
    else this.#in(wait);
  }

  #in(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (document.hidden) this.#page.tell();
      else this.soon();
    }, ms);
  }

  #draw(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#tick);
    this.#frame = this.#timer = undefined;
    this.#drawn = performance.now();
    this.#page.draw();
    this.#tick = setTimeout(() => document.hidden || this.soon(), TICK_MS);
  }
}
