/** What the dashboard knows of turns and jobs, and which row of their list is the current one. */
import type { Followed } from "../client/follow.ts";
import { parseFilter } from "../view/filter_text.ts";
import { LiveTurns, type TurnTold } from "../view/live_turns.ts";
import { lacksTexts } from "../view/work_detail.ts";
import type { ListFilter } from "../view/session_filter.ts";
import { SHOWN_TURNS } from "./conversation_rows.ts";
import type { NewSessionPage } from "./new_session_page.ts";
import type { PromptPage } from "./prompt_page.ts";
import { nextRow } from "../view/next_row.ts";
import {
  countEndable,
  type JobTold,
  type RunTold,
  tellsOfJobs,
  type WorkItem,
  type WorkSources,
  type WorkView,
  workView,
} from "../view/work_items.ts";

/** A prompt that was sent from here: its row becomes the current one. */
export interface SentTurn {
  readonly turnId: string;
  /** It begins a session. */
  readonly isNew: boolean;
}

/** A run that the schedule began is told by then, ms: behind it the times that are known are old. */
const LATE_MS = 3000;
/** Between two questions for times that have passed, ms. */
const ASK_AGAIN_MS = 30_000;

/** What is to be asked for, once for each key. */
export interface WantedTexts {
  readonly kind: "session" | "turn" | "job";
  readonly id: string;
  readonly key: string;
}

interface WorkLookedAt {
  readonly filter: ListFilter;
  readonly text: string;
  readonly now: number;
  readonly home: string | undefined;
}

export class DashboardWork {
  readonly turns = new LiveTurns();
  jobs: readonly JobTold[] = [];
  /** The last runs of jobs that were looked at, and their times to come. */
  readonly looked = new Map<string, { readonly runs: readonly RunTold[]; readonly next: readonly string[] }>();
  /** The agents that may be given prompts. */
  agents: readonly string[] = [];
  /** Those whose sessions take prompts also where the daemon does not run them. */
  reached: readonly string[] = [];
  sent: SentTurn | undefined;
  /** What was typed and not sent, by the session that it is for. */
  readonly drafts = new Map<string, PromptPage>();
  /** The same for a new session. */
  newSession: NewSessionPage | undefined;
  /** What was asked for over an earlier one is to be asked for again. */
  connections = 0;
  #areJobsOld = false;
  #askedLate = -Infinity;
  #items: readonly WorkItem[] = [];
  #current: string | undefined;

  /** @returns why a prompt that was sent from here failed before there was a session to show it */
  hear(one: Followed): string | undefined {
    if (one.kind === "snapshot") {
      this.turns.snapshot(one.seq, one.features?.turn);
    }
    if (one.kind === "snapshot" || one.kind === "resumed") this.connections++;
    if (one.kind !== "event") return undefined;
    this.turns.event(one.event);
    if (tellsOfJobs(one.event)) this.#areJobsOld = true;
    const sent = one.event.type === "turn.ended" ? this.turns.get(this.sent?.turnId ?? "") : undefined;
    if (sent?.status !== "failed" || sent.sessionId !== null) return undefined;
    this.sent = undefined;
    return sent.error;
  }

  /**
   * Whether the jobs are to be asked for: something was heard of one, or a time has passed that no event told of, as in quiet
   * hours.
   *
   * @param isShown their times are on the screen
   */
  takeOld(now: number, isShown: boolean): boolean {
    const isOld = this.#areJobsOld;
    this.#areJobsOld = false;
    const isLate = isShown && now - this.#askedLate > ASK_AGAIN_MS &&
      this.jobs.some(({ running, queued, nextRun }) =>
        !running && !queued && nextRun !== null && now - Date.parse(nextRun) > LATE_MS
      );
    if (isLate) this.#askedLate = now;
    return isOld || isLate;
  }

  /** What the marked row shows and nobody has asked for. @param sessionId of the list of sessions */
  wanted(sessionId: string | undefined): WantedTexts | undefined {
    const { turn, job, connections } = this;
    if (sessionId !== undefined) {
      const isLacking = this.turns.ofSession(sessionId).slice(-SHOWN_TURNS).some(lacksTexts);
      return isLacking ? { kind: "session", id: sessionId, key: `session ${sessionId} ${connections}` } : undefined;
    }
    if (turn !== undefined) {
      return lacksTexts(turn) ? { kind: "turn", id: turn.id, key: `turn ${turn.id} ${connections}` } : undefined;
    }
    if (job === undefined) return undefined;
    const { runId = "", outcome = "" } = job.lastRun ?? {};
    return { kind: "job", id: job.id, key: `job ${job.id} ${runId} ${outcome} ${job.nextRun} ${connections}` };
  }

  /** @param filter what the window was opened for: an agent or a session has no jobs */
  view(
    sessions: WorkSources["sessions"],
    { filter, text, now, home }: WorkLookedAt,
  ): WorkView {
    const { agent, session } = filter;
    const isAll = agent === undefined && session === undefined;
    const turns = this.turns.all.filter((one) =>
      (agent === undefined || one.agent === agent) && (session === undefined || one.sessionId === session)
    );
    return workView({ turns, jobs: isAll ? this.jobs : [], sessions, home }, now, parseFilter(text).passesWork);
  }

  /** How many turns and jobs run or wait: those can be ended. */
  get endable(): number {
    return countEndable({ turns: this.turns.all, jobs: this.jobs });
  }

  /** The rows of the frame that is drawn. The mark stays on its row; where that is gone, in its place. */
  show(items: readonly WorkItem[]): void {
    const sent = items.find(({ kind, of }) => kind === "turn" && of === this.sent?.turnId);
    const at = this.#items.findIndex(({ id }) => id === this.#current);
    const kept = items.find(({ id }) => id === this.#current) ??
      items[Math.min(Math.max(0, at), Math.max(0, items.length - 1))];
    if (sent !== undefined) this.sent = undefined;
    this.#items = items;
    this.#current = (sent ?? kept)?.id;
  }

  get current(): string | undefined {
    return this.#current;
  }

  get item(): WorkItem | undefined {
    return this.#items.find(({ id }) => id === this.#current);
  }

  get turn(): TurnTold | undefined {
    const { item } = this;
    return item?.kind === "turn" ? this.turns.get(item.of) : undefined;
  }

  get job(): JobTold | undefined {
    const { item } = this;
    return item?.kind === "job" ? this.jobs.find(({ id }) => id === item.of) : undefined;
  }

  goTo(id: string): void {
    if (this.#items.some((one) => one.id === id)) this.#current = id;
  }

  move(by: number): void {
    this.#current = nextRow(this.#items, this.#current, by)?.id;
  }
}
