/**
 * What the dashboard knows and shows, without a terminal and without a connection: sessions and requests as they are heard
 * of, the view, the cursor, what lies over the lists. The time goes in.
 */
import { type Followed, STOPPED } from "../client/follow.ts";
import type { Approval } from "../domain/approval.ts";
import type { SessionView } from "../domain/query.ts";
import { escapeControls } from "../domain/sanitize.ts";
import type { HistoryEntry } from "../domain/session.ts";
import { answeredElsewhere } from "../view/approval_words.ts";
import { requestNames, type WholeApproval } from "../view/approval_items.ts";
import { ChangeLines } from "../view/change_lines.ts";
import { LiveState } from "../view/live_state.ts";
import { openNames } from "../view/names.ts";
import { Needs } from "../view/needs.ts";
import type { ListFilter } from "../view/session_filter.ts";
import type { SessionItem } from "../view/session_items.ts";
import { READING_MS, ReadingGuard } from "../view/reading.ts";
import { clockTime } from "../view/times.ts";
import { ScrolledActivity } from "./activity.ts";
import { Board } from "./board.ts";
import type { ViewName } from "../view/views.ts";
import type { DashboardPage } from "./page.ts";
import { SeveralPage } from "./several_page.ts";
import { DashboardWork } from "./work.ts";

export interface StateOptions {
  readonly filter?: ListFilter;
  readonly view?: ViewName;
  /** The user's home folder. */
  readonly home?: string | undefined;
  /** Keeps how a request ended that is being answered here; false: its end is news. */
  readonly takesNews?: (id: string, how: string) => boolean;
}

export class DashboardState {
  readonly live = new LiveState();
  readonly activity = new ScrolledActivity();
  readonly work = new DashboardWork();
  readonly filter: ListFilter;
  readonly home: string | undefined;
  /** Requests that are to be answered together. */
  readonly marked = new Set<string>();
  /** All of the text of requests that were opened. */
  readonly wholes = new Map<string, WholeApproval>();
  readonly histories = new Map<string, readonly HistoryEntry[]>();
  view: ViewName;
  /** What is typed behind `/`. */
  text = "";
  /** What lies over the lists. */
  page: DashboardPage | undefined;
  /** A page that comes back when the one over it is left. */
  under: DashboardPage | undefined;
  /** How the request of the page ended, where somebody else has answered it. */
  over: string | undefined;
  /** Set while the daemon is not reached. */
  lost: string | undefined;
  isNew = true;
  mode: string | undefined;
  isReadOnly = false;
  /** The terminal has no room for what is asked: nothing is allowed in it. */
  isTooSmall = false;
  /** The current request, where the last frame showed all of it. */
  readonly inSight = new ReadingGuard();
  readonly #boards = { sessions: new Board(), inbox: new Board() };
  readonly #changes: ChangeLines;
  readonly #needs = new Needs();
  readonly #takesNews: (id: string, how: string) => boolean;
  /** ms; until then keys answer nothing, because an overlay or another view has only just gone. */
  #readable = 0;
  /** The request at the cursor when the page was opened. */
  #askedBefore: string | undefined;

  constructor({ filter = {}, view = "sessions", home, takesNews = () => false }: StateOptions = {}) {
    this.filter = filter;
    this.view = view;
    this.home = home;
    this.#takesNews = takesNews;
    this.#changes = new ChangeLines(filter);
  }

  /** The list with the cursor; of the views that have none of the kind, that of the sessions. */
  get board(): Board {
    return this.#boards[this.view === "inbox" ? "inbox" : "sessions"];
  }

  /** The current row, in lists that have one. */
  get item(): SessionItem | undefined {
    if (this.view === "activity" || this.view === "jobs") return undefined;
    const { items, current } = this.board;
    return items.find(({ id }) => id === current);
  }

  /** The session of the current row. */
  get session(): SessionView | undefined {
    const { item } = this;
    return item === undefined ? undefined : this.live.session(item.asks?.approval?.sessionId ?? item.id);
  }

  /** @returns whether a person is needed who was not before */
  hear(one: Followed, now: number): boolean {
    if (one.kind === "disconnected") {
      const { reason } = one;
      const next = reason === STOPPED ? "agent-console daemon start brings it back" : "trying again";
      this.lost ??= `${escapeControls(reason)}; ${next} · this is of ${clockTime(new Date(now).toISOString())}`;
      return false;
    }
    this.lost = undefined;
    const failed = this.work.hear(one);
    if (failed !== undefined) this.tell(escapeControls(failed), now);
    if (one.kind === "snapshot") this.#snapshot(one, now);
    if (one.kind !== "event") return false;
    const { event } = one;
    this.live.event(event);
    this.activity.add(this.#changes.event(event));
    if (event.type === "daemon.safety_mode") this.mode = String(event.data["mode"]);
    if (event.type === "session.deleted") this.histories.delete((event.data["session"] as SessionView).id);
    const approval = event.type.startsWith("approval.") ? event.data["approval"] as Approval | undefined : undefined;
    if (approval !== undefined && approval.status !== "pending") {
      this.#gone(approval.id, escapeControls(answeredElsewhere(approval, this.nameOf(approval))), now);
    }
    return this.#needs.hear(event) !== undefined;
  }

  /** What the session of a request is called. Escaped. */
  nameOf(approval: Approval): string {
    const { sessionId } = approval;
    return requestNames([approval], this.live.openSessions).get(sessionId) ?? escapeControls(sessionId.slice(0, 8));
  }

  /** The session of a prompt that was sent becomes the current row once it is there, unless a person is asked for something. */
  goToSent(now: number): void {
    const { sent, turns } = this.work;
    const sessionId = sent?.isNew && this.view === "sessions" ? turns.get(sent.turnId)?.sessionId : undefined;
    if (sessionId === undefined || sessionId === null) return;
    if (this.board.items.every(({ id }) => id !== sessionId)) return;
    this.work.sent = undefined;
    if (this.board.asked === undefined) this.board.goTo(sessionId, now);
  }

  /** What an open session is called. Escaped. */
  nameOfSession(id: string): string {
    return openNames(this.live.sessions).get(id) ?? escapeControls(id.slice(0, 8));
  }

  #snapshot({ seq, sessions, approvals, features }: Followed & { readonly kind: "snapshot" }, now: number): void {
    const open = new Set(approvals.map(({ id }) => id));
    const before = this.live.approvals;
    this.live.snapshot({ seq, sessions, approvals });
    const lines = this.#changes.snapshot(sessions, approvals, features?.turn?.turns);
    // What was there before is no change; after a reconnect the rest of it is.
    if (!this.isNew) this.activity.add(lines);
    this.isNew = false;
    this.#needs.seed(sessions, approvals);
    for (const id of this.histories.keys()) if (this.live.session(id) === undefined) this.histories.delete(id);
    for (const one of before) if (!open.has(one.id)) this.#gone(one.id, `${this.nameOf(one)}: not asked any more`, now);
  }

  /** A request is over that was not answered here. */
  #gone(id: string, how: string, now: number): void {
    this.marked.delete(id);
    this.wholes.delete(id);
    for (const board of Object.values(this.#boards)) board.forget(id);
    if (this.page instanceof SeveralPage) {
      this.page = this.page.without(id);
      if (this.page === undefined) this.leave(now);
    }
    if (this.#takesNews(id, how)) return;
    if (this.page?.approval?.id === id) this.over = how;
    else for (const board of Object.values(this.#boards)) board.over(id, how, now);
  }

  open(page: DashboardPage): void {
    this.under = undefined;
    this.page = page;
    this.#askedBefore = this.board.asked?.id;
    this.over = undefined;
  }

  /** Back to the list. */
  leave(now: number): void {
    if (this.page?.place !== "foot") this.#readable = now + READING_MS;
    this.page = this.under;
    this.under = this.over = undefined;
  }

  /** At the foot of a page that asks nothing, which comes back behind it; or of the list. */
  openOver(page: DashboardPage): void {
    const under = this.page?.approval === undefined ? this.page : undefined;
    this.open(page);
    this.under = under;
  }

  turnTo(view: ViewName, now: number): void {
    if (view === this.view) return;
    this.view = view;
    this.#askedBefore = undefined;
    this.marked.clear();
    this.#readable = now + READING_MS;
  }

  /** What stands at the cursor was there to be read, as far as pages and other lists go; the board knows the rest. */
  isReadable(began: number): boolean {
    const { asked } = this.board;
    // The page showed that very request, or lay beside it.
    return began >= this.#readable || (asked !== undefined && asked.id === this.#askedBefore);
  }

  /** A key that began then may answer what was in sight long enough to be read. */
  noteRead(began: number): void {
    const { shown } = this.inSight;
    if (shown !== undefined && this.inSight.isMeant(shown, began)) this.board.opened(shown);
  }

  say(text: string, now: number): void {
    this.board.say(text, now);
  }

  /** What became of something. */
  tell(text: string, now: number): void {
    this.board.tell(text, now);
  }
}
