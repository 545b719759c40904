/**
 * The state of the page: what was heard of the daemon, and what the person does with it. Components read it and draw; each
 * change asks for a drawing.
 */
import type { Approval } from "../domain/approval.ts";
import type { HistoryEntry } from "../domain/session.ts";
import { oldestFirst } from "./activity_times.ts";
import { ActivityLog } from "../view/activity_log.ts";
import { ChangeLines } from "../view/change_lines.ts";
import { LiveState } from "../view/live_state.ts";
import { LiveTurns } from "../view/live_turns.ts";
import { type JobTold, tellsOfJobs } from "../view/work_items.ts";
import type { GatewayScope } from "../protocol/methods.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import type { LostLink } from "./lost_text.ts";
import type { PageWire } from "./page_wire.ts";
import type { Picked } from "./picks.ts";
import type { WindowView } from "../view/window_view.ts";
import { ReadingGuard } from "../view/reading.ts";
import { isOnlyWork } from "../view/redraw_pace.ts";
import type { Redraw } from "./redraw.ts";
import { notifyState } from "./told.ts";
import { goTo } from "./navigate.ts";
import { readRoute, type Route } from "./route.ts";
import { mayAnswer, mayPrompt } from "./scope.ts";
import { PromptDesk } from "./prompt_desk.ts";

export type PageLink =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "lost" } & LostLink;

/** What a person is asked about a request before the answer goes: how long a yes lasts, why not, or whether it is meant. */
export type Answering =
  | { readonly kind: "none" }
  | { readonly kind: "sheet"; readonly name: "scope" | "deny"; readonly id: string }
  /** It destroys: once more. */
  | { readonly kind: "confirming"; readonly id: string };

/** What is known of the daemon beside its sessions. */
export type DaemonFacts = Pick<ResultOf<"status">, "safetyMode" | "state" | "socketPath"> & {
  /** The agents that can be given a prompt. */
  readonly agents: readonly string[];
  /** Those whose sessions take prompts also where the daemon does not run them. */
  readonly reached: readonly string[];
};

type WholeText = ResultOf<"approval.text">;

export const NOTHING_ASKED: Answering = { kind: "none" };

/** What may be set from outside, each with a drawing. */
interface PageState {
  readonly link: PageLink;
  readonly wire: PageWire | undefined;
  /** What the token may do, as soon as the daemon has said it. */
  readonly scope: GatewayScope | undefined;
  /** A daemon of another version answers: this page is not its own. */
  readonly isOutdated: boolean;
  readonly daemon: DaemonFacts | undefined;
  /** Why the form for the token is shown. */
  readonly refused: string | undefined;
  readonly filter: string;
  readonly isHelp: boolean;
  /** A prompt is typed that opens a session. */
  readonly isNew: boolean;
  readonly isConsole: boolean;
  readonly answering: Answering;
  /** For those who hear the page. */
  readonly announced: string;
  /** Whether notifications can be asked for, are on, or are out of reach; as last looked at: that takes milliseconds. */
  readonly notifications: ReturnType<typeof notifyState>;
}

export class PageStore implements PageState {
  readonly live = new LiveState();
  readonly #changes = new ChangeLines();
  readonly activity = new ActivityLog();
  /** Requests of whose text the end was on the screen. */
  readonly readEnds = new Set<string>();
  readonly texts = new Map<string, WholeText | "asked" | "failed">();
  readonly histories = new Map<string, { readonly since: string; readonly entries: readonly HistoryEntry[] }>();
  readonly turns = new LiveTurns();
  /** The list as it was made last: what a turn says does not change it. */
  listed: { readonly view: WindowView; readonly at: number } | undefined;
  /** Undefined until the Jobs view has asked for them. */
  jobs: readonly JobTold[] | undefined;
  /** Counts what makes the turns and jobs that are shown old. */
  age = 0;
  readonly prompts = new PromptDesk();
  /** The new session that is waited for. */
  opening: { readonly key: string; readonly text: string; readonly turnId?: string } | undefined;
  /** The session whose detail is drawn. */
  shown: string | undefined;
  /** Requests that were answered here, until their end is heard. */
  readonly given = new Set<string>();
  link: PageLink = { kind: "connecting" };
  wire: PageWire | undefined;
  scope: GatewayScope | undefined;
  isOutdated = false;
  daemon: DaemonFacts | undefined;
  refused: string | undefined;
  route: Route = readRoute(location.hash);
  filter = "";
  isHelp = false;
  isNew = false;
  isConsole = false;
  answering: Answering = NOTHING_ASKED;
  /** What can be answered on the screen, as it stands there. */
  asked: Approval | undefined;
  readonly guard = new ReadingGuard();
  readonly picks = new Map<string, readonly Picked[]>();
  announced = "";
  toast: { readonly text: string; readonly isBad: boolean } | undefined;
  isWide = matchMedia(WIDE).matches;
  notifications = notifyState();
  redraw: Redraw | undefined;
  #toastTimer: number | undefined;

  constructor() {
    matchMedia(WIDE).addEventListener("change", ({ matches }) => {
      this.isWide = matches;
      this.changed();
    });
    document.addEventListener("visibilitychange", () => {
      this.guard.again(performance.now());
      this.set({ notifications: notifyState() });
    });
    addEventListener("popstate", () => {
      this.route = readRoute(location.hash);
      this.set({ isHelp: false, isNew: false, isConsole: false, answering: NOTHING_ASKED });
    });
  }

  set(change: Partial<PageState>): void {
    Object.assign(this, change);
    this.changed();
  }

  changed(): void {
    this.listed = undefined;
    this.redraw?.soon();
  }

  get isLive(): boolean {
    return this.link.kind === "live";
  }

  get mayAnswer(): boolean {
    return mayAnswer(this.scope);
  }

  get mayPrompt(): boolean {
    return mayPrompt(this.scope);
  }

  /** Those that a new session can be begun with. */
  get agents(): readonly string[] {
    return this.mayPrompt ? this.daemon?.agents ?? [] : [];
  }

  /** The daemon has said that the token may not answer. */
  get isReadOnly(): boolean {
    return this.scope !== undefined && !this.mayAnswer;
  }

  /** Whether it is this request about which a person is asked once more. */
  isConfirming(id: string): boolean {
    return this.answering.kind === "confirming" && this.answering.id === id;
  }

  /** The user's home folder, where the socket lies in the usual place: paths are short then, as in the terminal. */
  get home(): string | undefined {
    return /^(\/.+)\/\.agent-console\/daemon\.sock$/.exec(this.daemon?.socketPath ?? "")?.[1];
  }

  snapshot(...[seq, sessions, approvals, turns = []]: Parameters<SnapshotListener>): void {
    this.live.snapshot({ seq, sessions, approvals });
    this.turns.snapshot(seq, { turns });
    this.age++;
    this.texts.clear();
    this.readEnds.clear();
    const open = new Set(approvals.map(({ id }) => id));
    for (const id of [...this.given, ...this.picks.keys()]) {
      if (open.has(id)) continue;
      this.given.delete(id);
      this.picks.delete(id);
    }
    for (const id of this.histories.keys()) if (this.live.session(id) === undefined) this.histories.delete(id);
    this.activity.add(oldestFirst(this.#changes.snapshot(sessions, approvals, turns)));
  }

  event(event: { readonly seq?: number; readonly ts?: string; readonly type: string; readonly data: EventData }): void {
    this.live.event(event);
    this.activity.add(this.#changes.event(event));
    if (!this.turns.event(event)) this.listed = undefined;
    if (tellsOfJobs(event)) this.age++;
    const session = event.data["session"] as { readonly id: string } | undefined;
    if (event.type === "session.deleted" && session !== undefined) this.histories.delete(session.id);
    if (isOnlyWork(event)) this.redraw?.heard();
    else this.changed();
  }

  /** What became of an answer, or why there is none: long enough to be read. */
  say(text: string, isBad = false): void {
    clearTimeout(this.#toastTimer);
    this.#toastTimer = setTimeout(() => this.#toast(undefined), isBad ? BAD_MS : SAID_MS);
    this.#toast({ text, isBad });
  }

  #toast(toast: PageStore["toast"]): void {
    this.toast = toast;
    this.changed();
  }

  /** @param how whether Back comes back here; on a wide screen a detail is no place of its own */
  go(route: Route, how: "push" | "replace" = this.isWide ? "replace" : "push"): void {
    goTo(route, how);
  }
}

type SnapshotListener = import("./connection.ts").ConnectionListener["onSnapshot"];
type EventData = Readonly<Record<string, unknown>>;

/** List and detail side by side. */
const WIDE = "(min-width: 900px)";
const SAID_MS = 6000;
const BAD_MS = 10_000;
