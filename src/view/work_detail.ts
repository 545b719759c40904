/**
 * All that a window shows of one turn or one job, and the conversation of a session: in words. Texts that are safe to show
 * come out. Pure.
 */
import { isFailure } from "../domain/job_outcome.ts";
import { isTurnOver } from "../domain/turn_change.ts";
import { escapeControls, escapeControlsKeepLines, escapedLine } from "../domain/sanitize.ts";
import type { DetailFact } from "./detail_view.ts";
import { type TurnTold } from "./live_turns.ts";
import { tildePath } from "./names.ts";
import { clockTime, duration, localTime, zonedTime } from "./times.ts";
import { earlyEnd, planLine, type ToolShown, toolShown } from "./turn_words.ts";
import { actionText, type JobTold, runOutcome, type RunTold, untilText } from "./work_items.ts";
import { WORK_LOOKS, type WorkLook, type WorkState } from "./work_looks.ts";

/** One turn: what was asked, what the agent did and said, and how it ended. */
export interface TurnTexts {
  readonly id: string;
  readonly look: WorkLook;
  /** `14:02:07 · mine · running 12s`. */
  readonly head: string;
  readonly prompt: readonly string[];
  readonly tools: readonly ToolShown[];
  /** What the agent is going to do. */
  readonly plan: readonly string[];
  /** What the agent said so far. */
  readonly reply: readonly string[];
  /** The beginning of it is not in {@link reply}. */
  readonly isCut: boolean;
  /** Why it did not go to its end; none for one that did. */
  readonly end: readonly string[];
  /** Its texts are asked for. */
  readonly isAsked: boolean;
}

/** Its first line, the only one that the time changes. */
export function turnHead(turn: TurnTold, now: number): Pick<TurnTexts, "look" | "head"> {
  const { agent, status, submittedAt, startedAt, endedAt, resumed } = turn;
  const since = Date.parse(startedAt ?? submittedAt);
  const took = duration((endedAt === undefined ? now : Date.parse(endedAt)) - since);
  const look = WORK_LOOKS[status];
  const head = [clockTime(submittedAt), escapeControls(agent), `${look.word} ${took}`, ...(resumed ? ["went on"] : [])];
  return { look, head: head.join(" · ") };
}

/** @param most units of a reply, the end of it; calls of tools, the last ones */
export function turnTexts(
  turn: TurnTold,
  now: number,
  most: { readonly reply: number; readonly tools: number },
): TurnTexts {
  const { id, prompt, reply = "", tools = [], error } = turn;
  const early = earlyEnd(stopReasonOf(turn));
  const said = reply.trimEnd();
  const cut = cutStart(said, most.reply);
  return {
    id,
    ...turnHead(turn, now),
    prompt: linesOf(prompt),
    tools: tools.slice(-most.tools).map(toolShown),
    plan: (turn.plan ?? []).map(planLine),
    reply: cut === "" ? [] : linesOf(cut),
    isCut: cut.length < said.length,
    end: [...(error === undefined ? [] : linesOf(error)), ...(early === undefined ? [] : [early])],
    isAsked: turn.reply === undefined,
  };
}

/** A cancelled turn says so by its state. */
function stopReasonOf({ status, stopReason }: TurnTold): string | undefined {
  return status === "cancelled" ? undefined : stopReason;
}

/** The end of a text, from the beginning of a line where one is near. It begins elsewhere only now and then while it grows. */
function cutStart(text: string, most: number): string {
  if (text.length <= most) return text;
  const step = Math.max(1, Math.floor(most / 2));
  const end = text.slice(Math.ceil((text.length - most) / step) * step).replace(/^[\udc00-\udfff]/, "");
  const line = end.indexOf("\n");
  return line >= 0 && line < end.length / 2 ? end.slice(line + 1) : end;
}

export interface WorkDetail {
  readonly id: string;
  readonly name: string;
  /** Who works, or what runs. */
  readonly heading: readonly string[];
  readonly look: WorkLook;
  readonly facts: readonly DetailFact[];
}

interface WorkSurroundings {
  /** ms since the epoch */
  readonly now: number;
  /** The user's home folder; absent in a window that does not know it. */
  readonly home?: string | undefined;
  /** As the list shows it. */
  readonly state: WorkState;
}

/** Beside its {@link turnTexts}. @param name as the list calls it */
export function turnDetail(turn: TurnTold, name: string, { now, home, state }: WorkSurroundings): WorkDetail {
  const { id, agent, source, cwd, submittedAt } = turn;
  return {
    id,
    name,
    heading: [escapedLine(agent)],
    look: WORK_LOOKS[state],
    facts: factsOf([
      ["from", `${escapedLine(source)}, ${duration(now - Date.parse(submittedAt))} ago`],
      ["folder", tildePath(cwd, home)],
    ]),
  };
}

/** Beside its {@link runTexts}. @param next the times to come, where they were asked for */
export function jobDetail(
  job: JobTold,
  { now, home, state }: WorkSurroundings,
  next: readonly string[] = [],
): WorkDetail {
  const { id, schedule, timezone, nextRun, enabled, trouble, skipped } = job;
  const times = next.length > 0 ? next : nextRun === null ? [] : [nextRun];
  const until = nextRun === null ? undefined : untilText(Date.parse(nextRun), now);
  return {
    id,
    name: escapedLine(id),
    heading: [actionText(job, home)],
    look: WORK_LOOKS[state],
    facts: factsOf([
      ["trouble", trouble],
      ["schedule", `${schedule}  ${timezone}`],
      ["next", enabled ? nextText(times[0], until, timezone) : "disabled"],
      ...(enabled ? times.slice(1).map((time) => ["", zonedTime(time, timezone)] as const) : []),
      [
        "skipped",
        skipped === undefined ? undefined : `${localTime(skipped.dueAt)}: ${skipped.why.replaceAll("_", " ")}`,
      ],
      ["policy", policyText(job)],
    ]),
  };
}

function nextText(time: string | undefined, until: string | undefined, timezone: string): string {
  return time === undefined ? "never: its schedule is over" : `${zonedTime(time, timezone)} · ${until}`;
}

function policyText({ missed, overlap, cooldownSecs, jitterSecs, maxRuns, runs }: JobTold): string {
  return [
    `missed ${missed}`,
    `overlap ${overlap}`,
    ...(cooldownSecs === 0 ? [] : [`cooldown ${duration(cooldownSecs * 1000)}`]),
    ...(jitterSecs === 0 ? [] : [`jitter ${duration(jitterSecs * 1000)}`]),
    ...(maxRuns === null ? [] : [`${runs} of ${maxRuns} runs`]),
  ].join(", ");
}

/** One run of a job, and what it printed. */
export interface RunTexts {
  readonly id: string;
  readonly look: WorkLook;
  /** `2026-11-20 14:02:07 +01:00 · failed: exit code 1 · took 3s, by hand`. */
  readonly head: string;
  readonly output: readonly string[];
}

export function runTexts(run: RunTold, now: number): RunTexts {
  const { runId, startedAt, endedAt, dueAt, missed, outcome, stdout, stderr } = run;
  const end = endedAt === undefined ? now : Date.parse(endedAt);
  const took = `${endedAt === undefined ? "since" : "took"} ${duration(end - Date.parse(startedAt))}`;
  const cause = missed ? ", for missed times" : dueAt === null ? ", by hand" : "";
  const look = outcome === undefined
    ? WORK_LOOKS.running
    : isFailure(outcome)
    ? WORK_LOOKS.failed
    : WORK_LOOKS[outcome === "cancelled" ? "cancelled" : "finished"];
  return {
    id: runId,
    look,
    head: [localTime(startedAt), runOutcome(run), took + cause].join(" · "),
    output: [stdout, stderr].flatMap((text) => text === undefined ? [] : linesOf(text)),
  };
}

/** Whether `turn.recent` is to be asked for it. */
export function lacksTexts(turn: TurnTold): boolean {
  return turn.reply === undefined;
}

/** The turn that runs or waits, for what ends it. */
export function openTurn(turns: readonly TurnTold[]): TurnTold | undefined {
  return turns.find(({ status }) => status === "running") ?? turns.find(({ status }) => !isTurnOver(status));
}

function factsOf(facts: readonly (readonly [label: string, text: string | undefined])[]): readonly DetailFact[] {
  return facts.flatMap(([label, text]) =>
    text === undefined || text === "" ? [] : [{ label, text: escapedLine(text) }]
  );
}

function linesOf(text: string): readonly string[] {
  return escapeControlsKeepLines(text).split("\n");
}
