/**
 * The state of the page: what was heard of the daemon, and what the person does with it. Components read it and draw; each
 * change asks for a drawing.
 */
import type { Approval } from "../domain/approval.ts";
import type { HistoryEntry } from "../domain/session.ts";
import { type ChangeLine, ChangeLines } from "../view/change_lines.ts";
import { LiveState } from "../view/live_state.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import type { PageWire } from "./page_wire.ts";
import type { Picked } from "./picks.ts";
import { ReadingGuard } from "./reading_guard.ts";
import type { Redraw } from "./redraw.ts";
import { notifyState } from "./told.ts";
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
  /** Whether notifications can be asked for, are on, or are out of reach; as last looked at: that takes milliseconds. */
  notifications = notifyState();
  redraw: Redraw | undefined;
  #toastTimer: number | undefined;

  constructor() {
    matchMedia(WIDE).addEventListener("change", ({ matches }) => this.set({ isWide: matches }));
    document.addEventListener("visibilitychange", () => {
      this.guard.again(performance.now());
      this.set({ notifications: notifyState() });
    });
    addEventListener("popstate", () => {
      this.set({ route: readRoute(location.hash), isHelp: false, sheet: undefined, confirming: undefined });
    });
  }

  set(change: Partial<PageStore>): void {
    Object.assign(this, change);
    this.changed();
  }

  changed(): void {
    this.redraw?.soon();
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
    const session = event.data["session"] as { readonly status: string } | undefined;
    if (session === undefined || session.status === "waiting") this.changed();
    else this.redraw?.heard();
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
