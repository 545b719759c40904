/** The dashboard at a terminal: what is heard and pressed goes in, frames go out, and nothing runs while nothing changes. */
import { follow } from "../client/follow.ts";
import type { CommandContext } from "../cli/context.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { ConsolePage } from "./console_page.ts";
import { Effects } from "./effects.ts";
import type { Effect } from "./effect.ts";
import { drawFrame, type Frame } from "./frame.ts";
import { DashboardKeys } from "./keys.ts";
import { KeyHold } from "./key_hold.ts";
import { ScopePage } from "./scope_page.ts";
import { DashboardState, type StateOptions } from "./state.ts";
import type { KeyPress, MousePress, TerminalEnd, TerminalHandlers, TerminalPort } from "./terminal_port.ts";
import { isOnlyWork, WORK_MS } from "../view/redraw_pace.ts";
import { untilNextChange } from "./ticks.ts";

/** Changes that come together are one frame: it waits for them so long, ms. */
const GATHER_MS = 4;
/** Two frames are further apart than this, ms, unless a key draws one. */
const FRAME_MS = 16;
/** The history of a row is asked for once the mark stays on it so long, ms. */
const REST_MS = 150;
/** What a row is looked up for, and when. */
interface Rest {
  key: string;
  timer?: ReturnType<typeof setTimeout>;
}

/** A message at the foot goes by itself: looked at this often, ms. */
const MESSAGE_MS = 500;

export type OpenTerminal = (handlers: TerminalHandlers) => TerminalPort;

export class DashboardWindow {
  code = 0;
  /** What nobody expected. */
  failure: unknown;
  ended: TerminalEnd | undefined;
  readonly #run: CommandContext;
  readonly #state: DashboardState;
  readonly #keys: DashboardKeys;
  /** A key that was held comes by its timer, outside of a read. */
  readonly #hold = new KeyHold((press, at) => this.#batched(() => this.#press(press, at)));
  #isBatch = false;
  readonly #effects: Effects;
  readonly #stop = new AbortController();
  readonly #left = Promise.withResolvers<void>();
  readonly #terminal: TerminalPort;
  #frame: Frame | undefined;
  #top = 0;
  /** When the last frame was drawn, ms of the process. */
  #drawn = -Infinity;
  /** The next frame, and when it is drawn, ms of the process. */
  #pending: { readonly at: number; readonly timer: ReturnType<typeof setTimeout> } | undefined;
  #tick: ReturnType<typeof setTimeout> | undefined;
  /** What is asked for of the marked row once the mark stays on it, and for what that was done last. */
  readonly #rests: Record<"history" | "work", Rest> = { history: { key: "" }, work: { key: "" } };

  constructor(run: CommandContext, open: OpenTerminal, options: Omit<StateOptions, "takesNews">) {
    this.#run = run;
    this.#effects = new Effects({ run, terminal: () => this.#terminal, end: (code) => this.end(code) });
    this.#state = new DashboardState({ ...options, takesNews: (id, how) => this.#effects.takesNews(id, how) });
    this.#keys = new DashboardKeys(this.#state);
    this.#terminal = open({
      onKey: (press) => this.#batched(() => this.#hold.press(press, Date.now())),
      onMouse: (press) => this.#guarded(() => this.#mouse(press)),
      onPaste: (text) =>
        this.#batched(() => {
          this.#hold.paste(Date.now());
          this.#keys.paste(text, Date.now());
        }),
      onResize: () => this.#guarded(() => {}),
      onResume: () => this.#guarded(() => {}),
      onEnd: (end) => {
        this.ended = end;
        this.end(0);
      },
    });
  }

  /** Resolves when it is left. */
  get left(): Promise<void> {
    return this.#left.promise;
  }

  /** Until it is left. @throws what no reconnect would cure */
  async follow(): Promise<void> {
    const { signal } = this.#stop;
    this.#draw();
    try {
      for await (const one of follow({ context: this.#run.context, signal, answers: true })) {
        const isNeeded = this.#state.hear(one, Date.now());
        if (isNeeded) this.#terminal.bell();
        if (one.kind === "snapshot" || one.kind === "resumed") {
          this.#look((effects, state) => effects.lookAtDaemon(state));
        }
        this.#drawSoon(one.kind === "event" && isOnlyWork(one.event) ? WORK_MS : FRAME_MS);
      }
    } finally {
      this.end(0);
    }
  }

  end(code: number): void {
    if (this.#stop.signal.aborted) return;
    this.code = code;
    for (const timer of [this.#pending?.timer, this.#tick, ...Object.values(this.#rests).map(({ timer }) => timer)]) {
      clearTimeout(timer);
    }
    this.#hold.close();
    this.#terminal.close();
    this.#stop.abort();
    this.#left.resolve();
  }

  /** An error must not end the process before the terminal is given back: whoever opened the window throws it. */
  #guarded(work: () => void): void {
    try {
      if (this.#stop.signal.aborted) return;
      work();
      this.#draw();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.failure ??= error;
    this.end(0);
  }

  /** Whatever comes in one read is one frame. */
  #batched(work: () => void): void {
    try {
      if (this.#stop.signal.aborted) return;
      work();
      if (this.#isBatch) return;
      this.#isBatch = true;
      queueMicrotask(() => {
        this.#isBatch = false;
        this.#guarded(() => {});
      });
    } catch (error) {
      this.#fail(error);
    }
  }

  #press(press: KeyPress, at: number): void {
    const page = Math.max(1, Math.floor(this.#terminal.size.rows / 2));
    this.#do(this.#keys.press(press, at, page));
  }

  #mouse(press: MousePress): void {
    if (this.#frame !== undefined) this.#keys.mouse(press, this.#frame, Date.now());
  }

  #do(effect: Effect | undefined): void {
    if (effect !== undefined) this.#look((effects, state) => effects.do(effect, state));
  }

  /** Draws what it has brought; what the daemon refuses to tell is left out. */
  #look(work: (effects: Effects, state: DashboardState) => Promise<void>): void {
    work(this.#effects, this.#state).catch((error) => {
      if (!(error instanceof ConsoleError)) this.#fail(error);
    }).then(() => this.#drawSoon());
  }

  /** @param apart from the frame before, ms */
  #drawSoon(apart = FRAME_MS): void {
    if (this.#stop.signal.aborted) return;
    const at = Math.max(performance.now() + GATHER_MS, this.#drawn + apart);
    if (this.#pending !== undefined && this.#pending.at <= at) return;
    clearTimeout(this.#pending?.timer);
    this.#pending = { at, timer: setTimeout(() => this.#guarded(() => {}), at - performance.now()) };
  }

  #draw(): void {
    clearTimeout(this.#pending?.timer);
    clearTimeout(this.#tick);
    this.#pending = this.#tick = undefined;
    if (this.#stop.signal.aborted) return;
    this.#drawn = performance.now();
    const now = Date.now();
    const state = this.#state;
    const frame = this.#frame = drawFrame(state, this.#terminal.size, now, this.#top);
    this.#top = frame.top;
    this.#terminal.draw(frame.rows);
    this.#terminal.setTitle(frame.title);
    const { page } = state;
    if (page instanceof ScopePage || page instanceof ConsolePage) this.#do(page.takeWanted());
    this.#askMore(now);
    const hasMessage = state.board.message !== undefined;
    const ms = Math.min(untilNextChange(frame.shown, now, frame.texts), hasMessage ? MESSAGE_MS : Infinity);
    this.#tick = setTimeout(() => this.#guarded(() => {}), ms);
  }

  /** What the marked row shows beside what every window hears. */
  #askMore(now: number): void {
    const state = this.#state;
    const { session, work } = state;
    if (state.lost !== undefined) return;
    if (work.takeOld(now, state.view === "jobs")) this.#look((effects) => effects.work.lookAtJobs(state));
    if (session !== undefined) {
      const { id, since } = session;
      this.#atRest("history", `${id} ${since}`, (effects) => effects.lookAtHistory(state, id));
    }
    const wanted = state.view === "jobs" || session !== undefined ? work.wanted(session?.id) : undefined;
    if (wanted !== undefined) this.#atRest("work", wanted.key, (effects) => effects.work.lookAt(state, wanted));
  }

  #atRest(what: "history" | "work", key: string, work: (effects: Effects) => Promise<void>): void {
    const rest = this.#rests[what];
    if (rest.key === key) return;
    rest.key = key;
    clearTimeout(rest.timer);
    rest.timer = setTimeout(() => this.#look(work), REST_MS);
  }
}
