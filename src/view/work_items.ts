/**
 * What the daemon runs, as every window lists it: the turns of agents and the jobs with a schedule, in groups, what runs
 * first. State and the time go in; texts that are safe to show come out. Pure.
 */
import { isFailure } from "../domain/job_outcome.ts";
import { isTurnOver } from "../domain/turn_change.ts";
import { escapeControls, escapedLine, oneLine } from "../domain/sanitize.ts";
import { type TurnEvent, type TurnTold } from "./live_turns.ts";
import { type KnownSession, namesIn, tildePath } from "./names.ts";
import { duration } from "./times.ts";
import { earlyEnd } from "./turn_words.ts";
import { WORK_GROUPS, type WorkGroupKey, workGroupOf, type WorkState } from "./work_looks.ts";

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
  /** Of a prompt: the turn that it is. */
  readonly turnId?: string;
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
  const open = turns.filter(({ status }) => !isTurnOver(status));
  const waits = ({ status, sessionId }: TurnTold) =>
    status === "running" && sessions.some((one) => one.id === sessionId && one.status === "waiting");
  const rows = [
    ...[...open, ...ended].map((turn) => turnRow(turn, names, now, waits(turn))),
    ...jobs.map((job) =>
      jobRow(job, now, home, job.running && turns.some((turn) => turn.id === job.lastRun?.turnId && waits(turn)))
    ),
  ];
  const shown = rows.filter(({ item }) => passes(item));
  const groups = (Object.keys(WORK_GROUPS) as WorkGroupKey[]).flatMap((key): WorkGroup[] => {
    const own = shown.filter(({ item }) => workGroupOf(item.state) === key).sort((a, b) => a.rank - b.rank);
    return own.length === 0 ? [] : [{ key, title: WORK_GROUPS[key], items: own.map(({ item }) => item) }];
  });
  return {
    groups,
    items: groups.flatMap(({ items }) => items),
    hidden: rows.length - shown.length,
  };
}

/** Whether the jobs are to be asked for behind an event: of one of them, or of a turn, which one of them may have submitted. */
export function tellsOfJobs({ type }: Pick<TurnEvent, "type">): boolean {
  return /^job\.|^turn\.submitted$/.test(type);
}

/** How many can be ended. */
export function countEndable({ turns, jobs }: Pick<WorkSources, "turns" | "jobs">): number {
  return turns.filter(({ status }) => !isTurnOver(status)).length +
    jobs.filter(({ running, queued }) => running || queued).length;
}

interface RankedRow {
  readonly item: WorkItem;
  /** The lowest of its group is first. */
  readonly rank: number;
}

/** What runs or waits longest, then what ended or failed last. */
function turnRow(
  turn: TurnTold,
  names: ReadonlyMap<string, string>,
  now: number,
  waits: boolean,
): RankedRow {
  const { id, status, agent, sessionId, source, submittedAt, startedAt, endedAt } = turn;
  const since = timeOf(endedAt ?? startedAt ?? submittedAt);
  const name = names.get(sessionId ?? "");
  return {
    item: {
      id: `turn ${id}`,
      kind: "turn",
      of: id,
      state: waits ? "waiting" : status,
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
  const asked = escapedLine(prompt.split("\n", 1)[0] ?? "");
  const why = status === "failed" ? escapedLine(error ?? "") : status === "finished" ? earlyEnd(stopReason) : undefined;
  return [why, asked].filter((part) => part !== undefined && part !== "").join(" · ");
}

/** @param waits the turn of its run does */
function jobRow(job: JobTold, now: number, home: string | undefined, waits: boolean): RankedRow {
  const { id, nextRun, lastRun, running } = job;
  const state = waits ? "waiting" : jobState(job);
  const next = nextRun === null ? undefined : timeOf(nextRun);
  const since = timeOf(lastRun?.endedAt ?? lastRun?.startedAt);
  return {
    item: {
      id: `job ${id}`,
      kind: "job",
      of: id,
      state,
      name: escapeControls(id),
      who: escapedLine(job.action.kind),
      about: jobAbout(job, actionWords(job, { known: id, home }), state, now),
      time: running ? duration(now - since) : next === undefined ? "" : untilText(next, now),
    },
    rank: running ? since : state === "failed" ? -since : next ?? Infinity,
  };
}

/** A job that failed stays so until a run of it succeeds. */
function jobState({ running, queued, enabled, nextRun, lastRun, trouble }: JobTold): WorkState {
  if (running) return "running";
  if (queued) return "queued";
  if (trouble !== undefined || isFailure(lastRun?.outcome)) return "failed";
  return enabled && nextRun !== null ? "due" : "off";
}

/** What a job does, in a few words: `program backup`, `prompt mine · ~/shop · TEXT`. Escaped. */
export function actionText(job: Pick<JobTold, "action">, home?: string): string {
  return [escapedLine(job.action.kind), actionWords(job, { home })].filter((part) => part !== "").join(" ");
}

/** The same without its kind. Escaped. @param known a word that stands beside it already */
function actionWords(
  { action: { kind: _, ...rest } }: Pick<JobTold, "action">,
  { known, home }: { readonly known?: string; readonly home?: string | undefined },
): string {
  const words = Object.values(rest).filter((value): value is string => typeof value === "string" && value !== known);
  return words.map((word) => escapedLine(tildePath(oneLine(word), home))).join(" · ");
}

/** How a run ended, and why; `runs` while it goes on. Escaped. */
export function runOutcome({ outcome, code, problem }: Pick<RunTold, "outcome" | "code" | "problem">): string {
  if (outcome === undefined) return "runs";
  const why = problem ?? (code ? `exit code ${code}` : undefined);
  return escapedLine(outcome.replaceAll("_", " ") + (why === undefined ? "" : `: ${why}`));
}

function jobAbout(
  { schedule, enabled, lastRun, trouble, skipped, nextRun }: JobTold,
  what: string,
  state: WorkState,
  now: number,
): string {
  const last = lastRun?.outcome &&
    `${runOutcome(lastRun)} ${duration(now - timeOf(lastRun.endedAt ?? lastRun.startedAt))} ago`;
  const isFailed = state === "failed";
  const off = (isFailed || state === "off") && (enabled ? nextRun === null && "its schedule is over" : "disabled");
  const why = skipped && `skipped: ${skipped.why.replaceAll("_", " ")}`;
  // What is wrong comes first.
  const parts = isFailed ? [trouble, last, what, schedule, off, why] : [what, schedule, off, last, why];
  return parts.flatMap((part) => part ? [escapedLine(part)] : []).join(" · ");
}

/** `in 3m`; `now` for what is due. */
export function untilText(at: number, now: number): string {
  return at <= now ? "now" : `in ${duration(at - now + 999)}`;
}

function timeOf(iso: string | undefined): number {
  return iso === undefined ? 0 : Date.parse(iso);
}
