/**
 * What the daemon runs, as every window lists it: the turns of agents and the jobs with a schedule, in groups, what runs
 * first. State and the time go in; texts that are safe to show come out. Pure.
 */
import { isTurnOver } from "../domain/turn_change.ts";
import { escapeControls, oneLine } from "../domain/sanitize.ts";
import { type TurnTold } from "./live_turns.ts";
import { type KnownSession, namesIn, tildePath } from "./names.ts";
import type { Tone } from "./states.ts";
import { duration } from "./times.ts";
import { earlyEnd } from "./turn_words.ts";

/** A job, as `job.list` answers, as far as it is shown. */
export interface JobTold {
  readonly id: string;
  readonly schedule: string;
  readonly timezone: string;
  /** What it does: its kind, and what that needs. */
  readonly action: { readonly kind: string };
  readonly missed: string;
  readonly overlap: string;
  readonly cooldownSecs: number;
  readonly jitterSecs: number;
  readonly maxRuns: number | null;
  readonly enabled: boolean;
  readonly runs: number;
  readonly running: boolean;
  readonly queued: boolean;
  readonly nextRun: string | null;
  readonly lastRun?: RunTold;
  readonly skipped?: { readonly dueAt: string; readonly why: string };
  readonly trouble?: string;
}

/** A run of a job, as `job.history` answers. */
export interface RunTold {
  readonly runId: string;
  readonly dueAt: string | null;
  readonly missed?: true;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly outcome?: string;
  readonly code?: number;
  readonly problem?: string;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** In the order of the list. */
export type WorkState = "running" | "queued" | "failed" | "due" | "finished" | "cancelled" | "off";

export interface WorkLook {
  /** One column wide. */
  readonly sign: string;
  readonly word: string;
  readonly tone: Tone;
}

export const WORK_LOOKS: Readonly<Record<WorkState, WorkLook>> = {
  running: { sign: "●", word: "running", tone: "good" },
  queued: { sign: "○", word: "queued", tone: "plain" },
  failed: { sign: "✖", word: "failed", tone: "danger" },
  due: { sign: "◇", word: "due", tone: "plain" },
  finished: { sign: "✓", word: "finished", tone: "plain" },
  cancelled: { sign: "–", word: "cancelled", tone: "quiet" },
  off: { sign: "–", word: "disabled", tone: "quiet" },
};

export type WorkGroupKey = "running" | "queued" | "failed" | "due" | "ended" | "off";

const WORK_GROUPS: Readonly<Record<WorkGroupKey, string>> = {
  running: "RUNNING",
  queued: "QUEUED",
  failed: "FAILED",
  due: "NEXT",
  ended: "ENDED",
  off: "OFF",
};

export interface WorkItem {
  /** No turn and no job have the same: `turn …`, `job …`. */
  readonly id: string;
  readonly kind: "turn" | "job";
  /** The turn's or the job's own id. */
  readonly of: string;
  readonly state: WorkState;
  /** What the session of a turn is called, else its agent; of a job its name. */
  readonly name: string;
  /** Who works: the agent of a turn; of a job what it does, in a few words. */
  readonly who: string;
  /** The kind of client that submitted a turn. */
  readonly source?: string;
  /** The first line of a turn's prompt, or why it failed; a job's schedule, and how its last run ended. */
  readonly about: string;
  /** `3m`: since when it runs, waits or is over; `in 3m`: when a job runs next. */
  readonly time: string;
  /** Of a turn whose session is known. */
  readonly sessionId?: string;
}

export interface WorkGroup {
  readonly key: WorkGroupKey;
  readonly title: string;
  readonly items: readonly WorkItem[];
}

export interface WorkView {
  readonly groups: readonly WorkGroup[];
  /** Those of the groups, one after the other. */
  readonly items: readonly WorkItem[];
  /** Rows that the filter leaves out. */
  readonly hidden: number;
}

export interface WorkSources {
  readonly turns: readonly TurnTold[];
  readonly jobs: readonly JobTold[];
  /** All that the window knows: turns are called after them. */
  readonly sessions: readonly KnownSession[];
  /** The user's home folder, where it is known: folders are short then. */
  readonly home?: string | undefined;
}

/** So long a turn that is over is shown, ms, and so many of them at most. */
const SHOWN_MS = 86_400_000;
const SHOWN = 20;

/** @param now ms since the epoch @param passes what the typed filter lets through */
export function workView(
  { turns, jobs, sessions, home }: WorkSources,
  now: number,
  passes: (item: WorkItem) => boolean = () => true,
): WorkView {
  const ids = new Set(turns.map(({ sessionId }) => sessionId));
  const names = namesIn(sessions.filter(({ id, status }) => status !== "closed" || ids.has(id)), sessions);
  const ended = turns.filter(({ status, endedAt }) => isTurnOver(status) && now - timeOf(endedAt) < SHOWN_MS).slice(
    -SHOWN,
  );
  const rows = [
    ...turns.filter(({ status }) => !isTurnOver(status)).map((turn) => turnRow(turn, names, now)),
    ...ended.map((turn) => turnRow(turn, names, now)),
    ...jobs.map((job) => jobRow(job, now, home)),
  ];
  const shown = rows.filter(({ item }) => passes(item));
  const groups = (Object.keys(WORK_GROUPS) as WorkGroupKey[]).flatMap((key): WorkGroup[] => {
    const own = shown.filter(({ item }) => groupOf(item.state) === key).sort((a, b) => a.rank - b.rank);
    return own.length === 0 ? [] : [{ key, title: WORK_GROUPS[key], items: own.map(({ item }) => item) }];
  });
  return {
    groups,
    items: groups.flatMap(({ items }) => items),
    hidden: rows.length - shown.length,
  };
}

/** How many run or wait. */
export function openWork({ turns, jobs }: Pick<WorkSources, "turns" | "jobs">): number {
  return turns.filter(({ status }) => !isTurnOver(status)).length +
    jobs.filter(({ running, queued }) => running || queued).length;
}

function groupOf(state: WorkState): WorkGroupKey {
  return state === "finished" || state === "cancelled" ? "ended" : state;
}

interface RankedRow {
  readonly item: WorkItem;
  /** The lowest of its group is first. */
  readonly rank: number;
}

/** What runs or waits longest, then what ended or failed last. */
function turnRow(turn: TurnTold, names: ReadonlyMap<string, string>, now: number): RankedRow {
  const { id, status, agent, sessionId, source, submittedAt, startedAt, endedAt } = turn;
  const since = timeOf(endedAt ?? startedAt ?? submittedAt);
  const name = names.get(sessionId ?? "");
  return {
    item: {
      id: `turn ${id}`,
      kind: "turn",
      of: id,
      state: status,
      name: name ?? escapeControls(agent),
      who: escapeControls(agent),
      source: escapeControls(source),
      about: turnAbout(turn),
      time: duration(now - since),
      ...(sessionId === null ? {} : { sessionId }),
    },
    rank: isTurnOver(status) ? -since : since,
  };
}

/** What was asked, behind why it failed or ended early. Escaped. */
export function turnAbout({ prompt, status, error, stopReason }: TurnTold): string {
  const asked = shown(prompt.split("\n", 1)[0] ?? "");
  const why = status === "failed" ? shown(error ?? "") : earlyEnd(stopReason) ?? "";
  return (status === "cancelled" ? [asked] : [why, asked]).filter((part) => part !== "").join(" · ");
}

function jobRow(job: JobTold, now: number, home: string | undefined): RankedRow {
  const { id, nextRun, lastRun } = job;
  const state = jobState(job);
  const next = nextRun === null ? undefined : timeOf(nextRun);
  const since = timeOf(lastRun?.endedAt ?? lastRun?.startedAt);
  return {
    item: {
      id: `job ${id}`,
      kind: "job",
      of: id,
      state,
      name: escapeControls(id),
      who: shown(job.action.kind),
      about: jobAbout(job, actionWords(job, { known: id, home }), state, now),
      time: state === "running" ? duration(now - since) : next === undefined ? "" : untilText(next, now),
    },
    rank: state === "running" ? since : state === "failed" ? -since : next ?? Infinity,
  };
}

/** A job that failed stays so until a run of it succeeds. */
export function jobState({ running, queued, enabled, nextRun, lastRun, trouble }: JobTold): WorkState {
  if (running) return "running";
  if (queued) return "queued";
  if (trouble !== undefined || isFailure(lastRun?.outcome)) return "failed";
  return enabled && nextRun !== null ? "due" : "off";
}

export function isFailure(outcome: string | undefined): boolean {
  return outcome !== undefined && outcome !== "succeeded" && outcome !== "cancelled";
}

/** What a job does, in a few words: `program backup`, `prompt mine · ~/shop · TEXT`. Escaped. */
export function actionText(job: Pick<JobTold, "action">, home?: string): string {
  return [shown(job.action.kind), actionWords(job, { home })].filter((part) => part !== "").join(" ");
}

/** The same without its kind. Escaped. @param known a word that stands beside it already */
function actionWords(
  { action: { kind: _, ...rest } }: Pick<JobTold, "action">,
  { known, home }: { readonly known?: string; readonly home?: string | undefined },
): string {
  const words = Object.values(rest).filter((value): value is string => typeof value === "string" && value !== known);
  return words.map((word) => shown(tildePath(oneLine(word), home))).join(" · ");
}

/** How a run ended, and why; `runs` while it goes on. Escaped. */
export function runOutcome({ outcome, code, problem }: Pick<RunTold, "outcome" | "code" | "problem">): string {
  if (outcome === undefined) return "runs";
  const why = problem ?? (code === undefined || code === 0 ? undefined : `exit code ${code}`);
  return shown(outcome.replaceAll("_", " ") + (why === undefined ? "" : `: ${why}`));
}

function jobAbout(
  { schedule, enabled, lastRun, trouble, skipped, nextRun }: JobTold,
  what: string,
  state: WorkState,
  now: number,
): string {
  const last = lastRun?.outcome === undefined
    ? undefined
    : `${runOutcome(lastRun)} ${duration(now - timeOf(lastRun.endedAt ?? lastRun.startedAt))} ago`;
  const off = state === "off" || state === "failed"
    ? enabled ? (nextRun === null ? "its schedule is over" : undefined) : "disabled"
    : undefined;
  const why = skipped === undefined ? undefined : `skipped: ${skipped.why.replaceAll("_", " ")}`;
  // What is wrong comes first.
  const parts = state === "failed"
    ? [trouble, last, what, shown(schedule), off, why]
    : [what, shown(schedule), off, last, why];
  return parts.flatMap((part) => part === undefined || part === "" ? [] : [shown(part)]).join(" · ");
}

/** `in 3m`; `now` for what is due. */
export function untilText(at: number, now: number): string {
  return at <= now ? "now" : `in ${duration(at - now + 999)}`;
}

function timeOf(iso: string | undefined): number {
  return iso === undefined ? 0 : Date.parse(iso);
}

function shown(text: string): string {
  return escapeControls(oneLine(text));
}
