/** A key, a click or a pasted text: to the page that lies over the lists, or to the list. */
import type { Effect } from "./effect.ts";
import type { Frame } from "./frame.ts";
import { openDetail, pressInList } from "./list_keys.ts";
import type { PageKey, PagePress } from "./page.ts";
import type { DashboardState } from "./state.ts";
import { KeyRun } from "../view/reading.ts";
import type { KeyPress, MousePress } from "./terminal_port.ts";
import { openWorkDetail } from "./work_keys.ts";

/** Two clicks on a row within this time open it, ms. */
const DOUBLE_MS = 400;

/** Keys that may allow something. */
const ALLOWS = /^(?:[aAy1-9]|Enter)$/;

export class DashboardKeys {
  readonly #state: DashboardState;
  readonly #run = new KeyRun();
  #clicked: { readonly id: string; readonly at: number } | undefined;

  constructor(state: DashboardState) {
    this.#state = state;
  }

  /** @param page rows of a page of the list */
  press(press: KeyPress, now: number, page: number): Effect | undefined {
    const state = this.#state;
    const at = { ...press, began: this.#run.press(press.key, now) };
    if (press.key === "Ctrl+C") return { kind: "quit", code: 130 };
    if (press.key === "Ctrl+Z") return { kind: "suspend" };
    if (state.isTooSmall && ALLOWS.test(press.key) && state.page?.paste === undefined) {
      return void state.say("too small to answer in", now);
    }
    if (state.page === undefined) return pressInList(state, at, { now, page });
    if (state.over !== undefined) return void state.leave(now);
    const does = state.page.key(at, now);
    if (does === "list") return this.#pressBelow(at, now, page);
    if (does === "taken") state.board.pressed(now);
    return this.#done(does, now);
  }

  /** The page shows the current request: its keys are those of the list. */
  #pressBelow(press: PagePress, now: number, page: number): Effect | undefined {
    const state = this.#state;
    const id = state.page?.approval?.id;
    if (id !== undefined && state.board.asked?.id !== id) {
      state.leave(now);
      return void state.say("it is not the current one any more", now);
    }
    const effect = pressInList(state, press, { now, page });
    if (effect?.kind === "decide") state.leave(now);
    return effect;
  }

  #done(does: PageKey, now: number): Effect | undefined {
    if (does === "taken" || does === "list") return undefined;
    this.#state.leave(now);
    return does === "back" ? undefined : does.effect;
  }

  paste(text: string, now: number): void {
    const { page } = this.#state;
    if (page?.paste !== undefined) page.paste(text);
    else this.#state.say("a pasted text answers nothing", now);
  }

  /** A click goes to a row, or turns to a view; it never answers. The wheel goes from row to row, and types nothing. */
  mouse(press: MousePress, frame: Frame, now: number): void {
    const state = this.#state;
    if (press.kind !== "press") {
      const isUp = press.kind === "wheelUp";
      if (state.page !== undefined) state.page.scroll?.(isUp ? -1 : 1);
      else pressInList(state, { key: isUp ? "k" : "j", alone: false, began: now }, { now, page: 1 });
      return;
    }
    if (press.button !== "left" || state.page !== undefined) return;
    const hit = frame.hits.find(({ row, from, to }) => row === press.row && press.column >= from && press.column < to);
    if (hit === undefined) return;
    if ("tab" in hit.hits) return state.turnTo(hit.hits.tab, now);
    const { id } = hit.hits;
    if (state.view === "jobs") state.work.goTo(id);
    else state.board.goTo(id, now);
    const isDouble = this.#clicked?.id === id && now - this.#clicked.at < DOUBLE_MS;
    this.#clicked = isDouble ? undefined : { id, at: now };
    if (isDouble && state.view === "jobs") openWorkDetail(state, now);
    else if (isDouble) openDetail(state, now);
  }
}
