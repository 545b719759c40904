/** `watch` in a terminal: follows the daemon, draws the board, answers what is asked. */
import { follow, type Followed } from "../../client/follow.ts";
import type { Approval } from "../../domain/approval.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { Needs } from "../../domain/needs.ts";
import { env } from "../../platform/process.ts";
import { FullScreen } from "../../platform/full_screen.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { approvalItems } from "../../view/approval_items.ts";
import { approvalSummary, isQuestion } from "../../view/approval_words.ts";
import { Board, type BoardAction } from "../../view/board.ts";
import { type ChangeLine, ChangeLines } from "../../view/change_lines.ts";
import { sessionItems } from "../../view/session_items.ts";
import { type ListFilter, passesFilter } from "../../view/session_filter.ts";
import { displayStatus } from "../../domain/state_words.ts";
import { clockTime } from "../../view/times.ts";
import { approvalBlock } from "../approval_blocks.ts";
import { boardFrame, cutRows, viewFrame } from "../board_frame.ts";
import { call, type CommandContext } from "../context.ts";
import { ENDED_BY_SIGNAL } from "../exit_meanings.ts";
import { goThere } from "../go_there.ts";
import { CommandEnded } from "../tree/shared.ts";

/** Changes that come together are one frame, ms. */
const FRAME_MS = 20;
/** The visible durations go on, ms. */
const TICK_MS = 1000;
/** More are never on the screen. */
const LOG_LINES = 200;
const EXIT = { ...ENDED_BY_SIGNAL, input: 0 } as const;

/** Until q, Ctrl-C or the end of the terminal, which is given back in every case. @throws {CommandEnded} */
export async function watchBoard(run: CommandContext, filter: ListFilter): Promise<void> {
  const window = new BoardWindow(run, filter);
  const tick = setInterval(() => window.draw(), TICK_MS);
  run.signal.addEventListener("abort", () => window.end(0), { once: true });
  try {
    window.open();
    for await (const one of follow({ context: run.context, signal: window.signal, answers: true })) window.follow(one);
  } finally {
    clearInterval(tick);
    window.end(0);
  }
  if (window.failure !== undefined) throw window.failure;
  if (!run.signal.aborted && window.code !== 0) throw new CommandEnded(window.code);
}

/** The keys that mean the same when they come together. */
const MOVES: ReadonlySet<string> = new Set(["j", "k", "\x1b[A", "\x1b[B", "\x1bOA", "\x1bOB"]);

/** The text of one request, whole, over the board. */
interface Viewed {
  readonly approval: Approval;
  top: number;
}

class BoardWindow {
  code = 0;
  /** What nobody expected. */
  failure: unknown;
  readonly #run: CommandContext;
  readonly #filter: ListFilter;
  readonly #changes: ChangeLines;
  readonly #board = new Board();
  readonly #needs = new Needs();
  readonly #stop = new AbortController();
  readonly #screen: FullScreen;
  #log: ChangeLine[] = [];
  #lost: string | undefined;
  #viewed: Viewed | undefined;
  #frame: ReturnType<typeof setTimeout> | undefined;

  constructor(run: CommandContext, filter: ListFilter) {
    // A daemon that somebody stopped is not started again by an answer.
    this.#run = { ...run, context: { ...run.context, mayStart: false } };
    this.#filter = filter;
    this.#changes = new ChangeLines(filter);
    this.#screen = new FullScreen({
      onKey: (key, alone) => this.#guarded(() => this.#key(key, alone)),
      onRedraw: () => this.draw(),
      onEnd: (why) => this.end(EXIT[why]),
    });
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  open(): void {
    this.#screen.take();
    this.draw();
  }

  end(code: number): void {
    if (this.#stop.signal.aborted) return;
    this.code = code;
    this.#screen.release();
    this.#stop.abort();
  }

  follow(one: Followed): void {
    if (one.kind === "disconnected") {
      this.#lost ??= `${one.reason}; trying again, this is of ${clockTime(new Date().toISOString())}`;
    } else this.#lost = undefined;
    if (one.kind === "snapshot") {
      this.#changes.snapshot(one.sessions, one.approvals);
      this.#needs.seed(one.sessions, one.approvals);
    }
    if (one.kind === "event") {
      if (this.#needs.hear(one.event) !== undefined) this.#screen.bell();
      const line = this.#changes.event(one.event);
      if (line !== undefined) this.#log = [...this.#log, line].slice(-LOG_LINES);
    }
    this.#frame ??= setTimeout(() => {
      this.#frame = undefined;
      this.draw();
    }, FRAME_MS);
  }

  draw(): void {
    this.#guarded(() => this.#draw());
  }

  /** An error must not end the process before the terminal is given back: the loop throws it. */
  #guarded(work: () => void): void {
    try {
      if (!this.#stop.signal.aborted) work();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.failure ??= error;
    this.end(0);
  }

  #draw(): void {
    const now = Date.now();
    const { size } = this.#screen;
    const sessions = this.#changes.sessions.filter((one) => passesFilter(one, this.#filter));
    const all = sessionItems(sessions, this.#changes.approvals, now);
    // What the narrowest list leaves out cannot be marked.
    const items = size.columns >= NARROW ? all : all.filter(({ state }) => state === "waiting" || state === "error");
    this.#board.show(items, now, cutRows(items, size.columns));
    const { selected, message } = this.#board;
    const lines = this.#viewed === undefined
      ? boardFrame({
        items,
        states: sessions.map(displayStatus),
        selected,
        log: this.#log,
        lost: this.#lost,
        message,
        size,
      })
      : viewFrame(this.#viewLines(this.#viewed, now, size.columns), this.#viewed.top, {
        message,
        size,
        canChoose: isQuestion(this.#viewed.approval),
      });
    if (!this.#screen.draw(lines)) this.end(0);
  }

  #viewLines({ approval }: Viewed, now: number, columns: number): readonly string[] {
    const [item] = approvalItems([approval], { sessions: this.#changes.sessions, now, home: env("HOME") });
    return item === undefined ? [] : approvalBlock({ ...item, answers: [] }, columns);
  }

  #key(key: string, alone: boolean): void {
    if (!alone && !MOVES.has(key)) {
      this.#board.say("keys that come together, as in a pasted text, answer nothing");
      return this.draw();
    }
    const viewed = this.#viewed;
    if (viewed !== undefined && this.#scrolls(viewed, key)) return this.draw();
    if (viewed !== undefined && this.#board.asked?.id !== viewed.approval.id) {
      this.#viewed = undefined;
      this.#board.say("it was answered meanwhile");
      return this.draw();
    }
    const action = this.#board.press(key, Date.now());
    if (action !== undefined) void this.#do(action);
    this.draw();
  }

  /** Keys of the whole text, which has no marked row. */
  #scrolls(viewed: Viewed, key: string): boolean {
    const { columns, rows } = this.#screen.size;
    const last = Math.max(0, this.#viewLines(viewed, Date.now(), columns).length - rows + 1);
    const by = { j: 1, "\x1b[B": 1, k: -1, "\x1b[A": -1, " ": rows - 2, b: 2 - rows }[key];
    if (by !== undefined) viewed.top = Math.min(last, Math.max(0, viewed.top + by));
    else if (["v", "q", "\x1b", "\r", "\n"].includes(key)) this.#viewed = undefined;
    else return false;
    this.#board.say(undefined);
    return true;
  }

  async #do(action: BoardAction): Promise<void> {
    try {
      if (action.kind === "quit") return this.end(0);
      if (action.kind === "answer") this.#board.say(await this.#answer(action));
      if (action.kind === "view") await this.#view(action.approval);
      if (action.kind === "open") {
        const session = this.#changes.sessions.find(({ id }) => id === action.sessionId);
        this.#board.say(session === undefined ? "it has ended" : await goThere(this.#run, session));
      }
    } catch (error) {
      if (!(error instanceof ConsoleError)) return this.#fail(error);
      this.#board.say(escapeControls(error.message));
    }
    this.draw();
  }

  async #answer({ approval, allow, option }: Extract<BoardAction, { kind: "answer" }>): Promise<string> {
    const question = approval.choices?.[0]?.question;
    const { delivered } = await call(this.#run, "approval.decide", {
      id: approval.id,
      decision: allow ? "approve" : "deny",
      ...(option === undefined || question === undefined ? {} : { answers: { [question]: option } }),
    });
    this.#viewed = undefined;
    const word = allow ? option === undefined ? "approved once" : `answered "${option}"` : "denied";
    return escapeControls(
      delivered === false
        ? `${word}, not delivered: answer it in the agent's own terminal`
        : `${word}: ${approvalSummary(approval)}`,
    );
  }

  async #view(approval: Approval): Promise<void> {
    const { missing: _, ...shown } = approval;
    const whole = await call(this.#run, "approval.text", { id: approval.id });
    this.#viewed = { approval: { ...shown, ...whole }, top: 0 };
    this.#board.opened(approval.id);
  }
}

/** Below this width the list is only who needs you. */
const NARROW = 40;
