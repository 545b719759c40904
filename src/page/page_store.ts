/**
 * The state of the page: what was heard of the daemon, and what the person does with it. Components read it and draw; each
 * change asks for one drawing, however many come at once.
 */
import type { Approval } from "../domain/approval.ts";
import type { HistoryEntry } from "../domain/session.ts";
import { type ChangeLine, ChangeLines } from "../view/change_lines.ts";
import { LiveState } from "../view/live_state.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import type { PageWire } from "./page_wire.ts";
import type { Picked } from "./picks.ts";
import { ReadingGuard } from "../view/reading.ts";
import { goTo } from "./navigate.ts";
import { readRoute, type Route } from "./route.ts";

export type PageLink =
  | { readonly kind: "none" }
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  /** `at`: ms, of when the picture is. */
  | { readonly kind: "lost"; readonly at: number; readonly why: string };

/** What is asked beside a request, and of which one. */
export interface RequestSheet {
  readonly name: "scope" | "deny";
  readonly id: string;
}

/** What is known of the daemon beside its sessions. */
export type DaemonFacts = Pick<ResultOf<"status">, "safetyMode" | "state" | "socketPath">;

type WholeText = ResultOf<"approval.text">;

/** Lines of the activity that are kept. */
const LINES_KEPT = 300;
/** While nobody looks, title and notifications are enough, ms. */
const HIDDEN_MS = 250;

export class PageStore {
  readonly live = new LiveState();
  readonly #changes = new ChangeLines();
  readonly lines: ChangeLine[] = [];
  readonly texts = new Map<string, WholeText | "asked" | "failed">();
  readonly histories = new Map<string, { readonly since: string; readonly entries: readonly HistoryEntry[] }>();
  /** Requests that were answered here, until their end is heard. */
  readonly answering = new Set<string>();
  link: PageLink = { kind: "none" };
  wire: PageWire | undefined;
  /** What the token may do. */
  scope = "";
  /** A daemon of another version answers: this page is not its own. */
  isOutdated = false;
  daemon: DaemonFacts | undefined;
  /** Why the form for the token is shown. */
  refused: string | undefined;
  route: Route = readRoute(location.hash);
  filter = "";
  isPaused = false;
  isHelp = false;
  sheet: RequestSheet | undefined;
  /** What can be answered on the screen, as it stands there. */
  asked: Approval | undefined;
  readonly guard = new ReadingGuard();
  readonly picks = new Map<string, readonly Picked[]>();
  /** The request that is asked about once more, because it destroys. */
  confirming: string | undefined;
  /** For those who hear the page. */
  announced = "";
  toast: { readonly text: string; readonly isBad: boolean } | undefined;
  isWide = matchMedia(WIDE).matches;
  #draw = () => {};
  #isDue = false;
  #toastTimer: number | undefined;

  constructor() {
    matchMedia(WIDE).addEventListener("change", ({ matches }) => this.set({ isWide: matches }));
    document.addEventListener("visibilitychange", () => {
      this.guard.again(performance.now());
      this.changed();
    });
    addEventListener("popstate", () => {
      this.set({ route: readRoute(location.hash), isHelp: false, sheet: undefined, confirming: undefined });
    });
  }

  set onChange(draw: () => void) {
    this.#draw = draw;
  }

  set(change: Partial<PageStore>): void {
    Object.assign(this, change);
    this.changed();
  }

  changed(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    const run = () => {
      this.#isDue = false;
      this.#draw();
    };
    if (document.hidden) setTimeout(run, HIDDEN_MS);
    else requestAnimationFrame(run);
  }

  get mayAnswer(): boolean {
    return this.scope === "approve" || this.scope === "admin";
  }

  /** The user's home folder, where the socket lies in the usual place: paths are short then, as in the terminal. */
  get home(): string | undefined {
    return /^(\/.+)\/\.agent-console\/daemon\.sock$/.exec(this.daemon?.socketPath ?? "")?.[1];
  }

  snapshot(...[seq, sessions, approvals]: Parameters<SnapshotListener>): void {
    this.live.snapshot({ seq, sessions, approvals });
    this.#say(this.#changes.snapshot(sessions, approvals));
  }

  event(event: { readonly seq?: number; readonly ts?: string; readonly type: string; readonly data: EventData }): void {
    this.live.event(event);
    this.#say(this.#changes.event(event));
    this.changed();
  }

  #say(lines: readonly ChangeLine[]): void {
    this.lines.push(...lines);
    this.lines.splice(0, Math.max(0, this.lines.length - LINES_KEPT));
  }

  /** What became of an answer, or why there is none: long enough to be read. */
  say(text: string, isBad = false): void {
    clearTimeout(this.#toastTimer);
    this.#toastTimer = setTimeout(() => this.set({ toast: undefined }), isBad ? BAD_MS : SAID_MS);
    this.set({ toast: { text, isBad } });
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
