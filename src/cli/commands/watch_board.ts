/** `watch` in a terminal: follows the daemon, draws the board, answers what is asked. */
import { follow, type Followed } from "../../client/follow.ts";
import type { Approval } from "../../domain/approval.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import type { WireEvent } from "../../client/wire_client.ts";
import { Needs } from "../../domain/needs.ts";
import { FullScreen } from "../../platform/full_screen.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { answeredElsewhere } from "../../view/approval_words.ts";
import { Board, type BoardAction } from "../../view/board.ts";
import { type ChangeLine, ChangeLines } from "../../view/change_lines.ts";
import { sessionItems } from "../../view/session_items.ts";
import { type ListFilter, passesFilter } from "../../view/session_filter.ts";
import { displayStatus } from "../../domain/state_words.ts";
import { clockTime } from "../../view/times.ts";
import { askAnswers } from "../ask_answers.ts";
import { BoardAnswers } from "../board_answers.ts";
import { boardFrame, cutRows } from "../board_frame.ts";
import { type BoardPage, HELP_PAGE, RequestPage } from "../board_pages.ts";
import { BoardQuestion } from "../board_question.ts";
import type { CommandContext } from "../context.ts";
import { ENDED_BY_SIGNAL } from "../exit_meanings.ts";
import { goThere } from "../go_there.ts";
import { CommandEnded } from "../tree/shared.ts";
import { wholeApproval } from "./show.ts";

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

class BoardWindow {
  code = 0;
  /** What nobody expected. */
  failure: unknown;
  readonly #run: CommandContext;
  readonly #filter: ListFilter;
  readonly #changes: ChangeLines;
  readonly #board = new Board();
  readonly #answers: BoardAnswers;
  readonly #needs = new Needs();
  readonly #stop = new AbortController();
  readonly #screen: FullScreen;
  #log: ChangeLine[] = [];
  #lost: string | undefined;
  #page: BoardPage | undefined;
  /** How the request of the page ended, where somebody else has answered it. */
  #over: string | undefined;
  #frame: ReturnType<typeof setTimeout> | undefined;

  constructor(run: CommandContext, filter: ListFilter) {
    // A daemon that somebody stopped is not started again by an answer.
    this.#run = { ...run, context: { ...run.context, mayStart: false } };
    this.#answers = new BoardAnswers(this.#run);
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
    this.#leave();
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
      const id = this.#page?.approval?.id;
      if (id !== undefined && !one.approvals.some((each) => each.id === id)) this.#gone(id, "not asked any more");
    }
    if (one.kind === "event") this.#hear(one.event);
    this.#frame ??= setTimeout(() => {
      this.#frame = undefined;
      this.draw();
    }, FRAME_MS);
  }

  #hear(event: WireEvent): void {
    if (this.#needs.hear(event) !== undefined) this.#screen.bell();
    this.#log = [...this.#log, ...this.#changes.event(event)].slice(-LOG_LINES);
    const { approval } = event.data as { readonly approval?: Approval };
    if (event.type.startsWith("approval.") && approval !== undefined && approval.status !== "pending") {
      this.#gone(approval.id, escapeControls(answeredElsewhere(approval)));
    }
  }

  /** A request is over that was not answered here. */
  #gone(id: string, how: string): void {
    if (this.#answers.takesNews(id, how)) return;
    if (this.#page?.approval?.id !== id) return this.#board.over(id, how, Date.now());
    this.#over = how;
    if (this.#page instanceof BoardQuestion) this.#page.leave();
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
    const all = sessionItems(sessions, this.#changes.approvals, now, this.#changes.sessions);
    // What the narrowest list leaves out cannot be marked.
    const items = size.columns >= NARROW ? all : all.filter(({ state }) => state === "waiting" || state === "error");
    this.#board.show(items, now, cutRows(items, size.columns));
    const { selected, message, result } = this.#board;
    const lost = this.#lost;
    const said = this.#over === undefined ? lost ?? message : `${this.#over}; any key goes back`;
    const lines = this.#page === undefined
      ? boardFrame({
        items,
        states: sessions.map(displayStatus),
        selected,
        log: this.#log,
        lost,
        message,
        result,
        size,
      })
      : this.#page.frame({ sessions: this.#changes.sessions, now, size, message: said });
    if (!this.#screen.draw(lines)) this.end(0);
  }

  #key(key: string, alone: boolean): void {
    const page = this.#page;
    const does = page === undefined ? "board" : this.#over !== undefined ? "back" : page.key(key, alone);
    if (does === "taken") this.#board.pressed(Date.now());
    if (does === "back") this.#leave();
    if (does === "board") this.#press(key, alone);
    this.draw();
  }

  #press(key: string, alone: boolean): void {
    const now = Date.now();
    if (!alone && !MOVES.has(key)) {
      return this.#board.say("keys that come together, as in a pasted text, answer nothing", now);
    }
    const id = this.#page?.approval?.id;
    if (id !== undefined && this.#board.asked?.id !== id) {
      this.#leave();
      return this.#board.say("it is not the marked one any more", now);
    }
    const action = this.#board.press(key, now);
    if (action !== undefined) void this.#do(action);
  }

  /** Back to the list. */
  #leave(): void {
    if (this.#page instanceof BoardQuestion) this.#page.leave();
    // The page of keys shows no message: one that came meanwhile is still to be read.
    if (this.#page !== HELP_PAGE) this.#board.say(undefined, Date.now());
    this.#page = this.#over = undefined;
  }

  async #do(action: BoardAction): Promise<void> {
    try {
      if (action.kind === "quit") return this.end(0);
      if (action.kind === "help") this.#page = HELP_PAGE;
      if (action.kind === "view") await this.#view(action.approval);
      if (action.kind === "ask") await this.#ask(action.approval);
      if (action.kind === "answer") {
        const { approval, allow, option } = action;
        const question = approval.choices?.[0]?.question;
        const answers = option === undefined || question === undefined ? {} : { answers: { [question]: option } };
        await this.#decide(approval, { decision: allow ? "approve" : "deny", ...answers });
      }
      if (action.kind === "open") {
        const session = this.#changes.sessions.find(({ id }) => id === action.sessionId);
        this.#board.tell(session === undefined ? "it has ended" : await goThere(this.#run, session), Date.now());
      }
    } catch (error) {
      if (!(error instanceof ConsoleError)) return this.#fail(error);
      const hint = error.hint === undefined ? "" : `; ${error.hint}`;
      this.#board.tell(escapeControls(`${error.message}${hint}`), Date.now());
    }
    this.draw();
  }

  async #decide(approval: Approval, answer: Parameters<BoardAnswers["give"]>[1]): Promise<void> {
    try {
      const said = await this.#answers.give(approval, answer);
      if (said === undefined) return;
      this.#leaveOf(approval);
      this.#board.tell(said, Date.now());
    } catch (error) {
      this.#leaveOf(approval);
      throw error;
    }
  }

  /** Back to the list from the page of that request; another one may be open by now. */
  #leaveOf({ id }: Approval): void {
    if (this.#page?.approval?.id === id) this.#leave();
  }

  /** With all of its text. Undefined where it was answered meanwhile, or another key has opened something else. */
  async #whole(approval: Approval): Promise<Approval | undefined> {
    const page = this.#page;
    const whole = await wholeApproval(this.#run, approval);
    // Its end may have been heard meanwhile, and told.
    if (!this.#changes.approvals.some(({ id }) => id === approval.id)) return undefined;
    if (whole.status === "pending") return page === this.#page ? whole : undefined;
    this.#board.tell(escapeControls(answeredElsewhere(whole)), Date.now());
    return undefined;
  }

  async #view(approval: Approval): Promise<void> {
    const whole = await this.#whole(approval);
    if (whole === undefined) return;
    this.#page = new RequestPage(whole);
    this.#board.opened(approval.id);
  }

  async #ask(approval: Approval): Promise<void> {
    const whole = await this.#whole(approval);
    if (whole === undefined) return;
    const page = this.#page = new BoardQuestion(whole, this.#screen.size.columns, () => this.draw());
    this.#board.say(undefined, Date.now());
    try {
      const answers = await askAnswers({ signal: page.signal }, whole, page);
      await this.#decide(whole, { decision: "approve", answers });
    } catch (error) {
      if (!(error instanceof CommandEnded)) throw error; // it was left, with nothing answered
    }
  }
}

/** Below this width the list is only who needs you. */
const NARROW = 40;
