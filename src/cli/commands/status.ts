/** `status` and `daemon status`: three lines for people, what is wrong below them, the rest behind `-v`. */
import { bold, dim } from "@std/fmt/colors";
import { notRunningError, retryWhileRestarting } from "../../client/connect.ts";
import { turnCounts } from "../../view/turn_words.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { ResultOf } from "../../protocol/method_schemas.ts";
import { callRunning, type CommandContext, read } from "../context.ts";
import { stateCounts } from "../../view/state_counts.ts";
import { wrapBehind } from "../../view/text_fit.ts";
import { duration } from "../../view/times.ts";
import { bytes, detailWords } from "../format.ts";
import { journalState, whyReadOnly } from "../journal_text.ts";
import { versionText } from "../version_note.ts";
import { lookAtStopped, stoppedText } from "../stopped.ts";

export interface StatusOptions {
  readonly json?: boolean;
  readonly verbose?: boolean;
  /** Whether it may start a daemon; one that a person stopped stays so. */
  readonly start: boolean;
}

type Status = ResultOf<"status">;

/** @throws {ConsoleError} `not_running`, with what is known of the daemon that does not run */
export async function showStatus(run: CommandContext, options: StatusOptions): Promise<void> {
  const mayStart = options.start && run.context.mayStart && denoFiles.stat(run.context.paths.stopped) === undefined;
  const service = await import("./status_service.ts"); // ls, which loads this file too, has no need of it
  let found: Status;
  try {
    // Its socket would start one for the question.
    if (!mayStart && await service.wouldStart(run)) throw notRunningError();
    found = await (mayStart ? read(run, "status", {}) : retryWhileRestarting(() => callRunning(run, "status", {})));
  } catch (error) {
    if (!(error instanceof ConsoleError) || error.kind !== "not_running") throw error;
    const stopped = lookAtStopped(run.context.paths);
    const state = await service.lookAtService(run);
    if (options.json) run.out.json({ ...stopped, service: state });
    else if (options.verbose) {
      for (const one of named("unit", service.unitText(state))) run.out.line(row(one.name, one.value, widthOf(run)));
    }
    const text = stoppedText(stopped, Date.now()) + (state?.waits ? `; ${service.WAITS}` : "");
    throw new ConsoleError("not_running", text, { hint: "agent-console daemon start" });
  }
  const state = await service.lookAtService(run);
  if (options.json) return run.out.json({ ...found, service: state });
  const lines = [
    ...summary(found),
    ...troubles(found),
    ...named("service", service.outsideService(found.pid, state, run.context.paths.root)),
    ...(options.verbose ? [...details(found), ...named("unit", service.unitText(state))] : []),
  ];
  for (const { name, value } of lines) run.out.line(row(name, value, widthOf(run)));
}

function widthOf({ out: { screen } }: CommandContext): number {
  return screen.isTerminal ? screen.columns : Infinity;
}

const WIDTH = 9;

interface Line {
  /** Empty in the first line, which has no column of names. */
  readonly name: string;
  readonly value: string;
}

/** One line, or more where the terminal is narrow: broken between words, below its own beginning. */
function row(name: string, value: string, width: number): string {
  const label = name === "" ? "" : `${name.padEnd(WIDTH)} `;
  const [first = "", ...more] = wrapBehind(label, escapeControls(value), width, name === "" ? 2 : undefined);
  return [name === "" ? bold(first) : dim(label) + first, ...more].join("\n");
}

function summary(s: Status): Line[] {
  const suspended = s.safetyModeSuspended === undefined
    ? ""
    : ` (${s.safetyModeSuspended} is suspended: allowed calls failed; answer one yourself)`;
  const mode = `safety mode ${s.safetyMode}${suspended}`;
  return [
    {
      name: "",
      value: `agent-console ${versionText(s)} ${s.state}, pid ${s.pid}, up ${duration(s.uptimeSecs * 1000)}, ${mode}`,
    },
    { name: "sessions", value: sessions(s) },
    ...(s.turn === undefined ? [] : [line("turns", turnCounts(s.turn))]),
    ...(s.jobs === undefined ? [] : [line("jobs", jobs(s.jobs))]),
    ...(s.capsule === undefined ? [] : [line("capsules", capsules(s.capsule))]),
    { name: "journal", value: journalState(s.journal) },
  ];
}

function sessions({ sessions, approvalsPending }: Status): string {
  const { stale = 0 } = sessions;
  const parts = stateCounts({ ...sessions, closed: 0 }).map(({ text }) => text);
  const marks = stale > 0 ? [`${stale} stale`] : [];
  const open = parts.length === 0 ? ["none open"] : parts;
  return [...open, ...marks, ...(approvalsPending === 0 ? [] : [`${approvalsPending} to answer here`])].join(" · ");
}

function jobs({ total, running, waiting, nextRun }: NonNullable<Status["jobs"]>): string {
  const next = nextRun === null ? "none to come" : `next in ${duration(Date.parse(nextRun) - Date.now() + 999)}`;
  const waits = waiting === 0 ? [] : [`${waiting} ${waiting === 1 ? "waits" : "wait"} for you`];
  return [`${total}`, ...(running === 0 ? [] : [`${running} running`]), ...waits, next].join(" · ");
}

function capsules({ granted, running, attention }: NonNullable<Status["capsule"]>): string {
  return [`${granted} granted`, `${running} running`, ...attention.map(({ name, problem }) => `${name}: ${problem}`)]
    .join(" · ");
}

function line(name: string, value: string): Line {
  return { name, value };
}

function named(name: string, value: string | undefined): Line[] {
  return value === undefined ? [] : [line(name, value)];
}

/** What somebody should know of or do something about; mostly nothing. */
function troubles(s: Status): Line[] {
  return [
    ...processes(s).map((words) => line("processes", words)),
    ...(s.refusedReports === undefined
      ? []
      : [line("refused", `${s.refusedReports.count} reports of clients without a token: ${s.refusedReports.why}`)]),
    ...named("read-only", whyReadOnly(s.journal)),
    ...(s.lastError === undefined ? [] : [line("error", s.lastError)]),
    // Another error may have come since.
    ...(s.journal.unsigned === undefined || s.journal.unsigned === s.lastError
      ? []
      : [line("journal", s.journal.unsigned)]),
    ...(s.gateway?.listeners ?? []).flatMap(({ problem }) => problem === undefined ? [] : [line("gateway", problem)]),
    ...(s.gateway?.warnings ?? []).map((warning) => line("gateway", warning)),
    ...(s.needsRestart.length === 0
      ? []
      : [line("restart", `needed for ${s.needsRestart.join(", ")}: agent-console daemon restart`)]),
  ];
}

/** What cannot be seen of the agents' processes: nothing is guessed about them. */
function processes({ liveness: { problem, unseen = 0 } = {} }: Status): string[] {
  if (problem !== undefined) return [`cannot be seen, so no session is shown as lost: ${problem}`];
  if (unseen === 0) return [];
  const whose = unseen === 1 ? "the agent of 1 session lives" : `the agents of ${unseen} sessions live`;
  return [`${whose} where it cannot be seen (in a container), or ended at once: a kill is not noticed`];
}

/** What this program has words of its own for; what a feature adds is shown by its names. */
const OWN_MEMBERS: ReadonlySet<string> = new Set<keyof Status>([
  "approvalsPending",
  "bootId",
  "build",
  "channel",
  "clients",
  "ephemeral",
  "eventLoopLagMs",
  "gateway",
  "idleInSecs",
  "jobs",
  "journal",
  "lastError",
  "limits",
  "liveness",
  "needsRestart",
  "pid",
  "protocol",
  "refusedReports",
  "rssBytes",
  "safetyMode",
  "safetyModeSuspended",
  "sessions",
  "socketPath",
  "startedAt",
  "state",
  "uptimeSecs",
  "version",
  "workspace",
]);

function details(s: Status): Line[] {
  const { byKind, total } = s.clients;
  const kinds = Object.entries(byKind).filter(([, count]) => count > 0).map(([name, count]) => `${count} ${name}`);
  return [
    line("socket", s.socketPath),
    ...(s.workspace === null ? [] : [line("workspace", s.workspace)]),
    ...(s.sessions.closed === 0 ? [] : [line("closed", `${s.sessions.closed} sessions`)]),
    line("clients", total === 0 ? "none" : kinds.join(", ")),
    line(
      "records",
      `${s.journal.count}, head ${s.journal.head.slice(0, 12)}` +
        (s.journal.verifiedTo === undefined ? "" : `, verified to seq ${s.journal.verifiedTo}`),
    ),
    ...(s.gateway?.listeners ?? []).flatMap(({ url, listening }) => listening ? [line("gateway", url)] : []),
    ...channels(s).map((words) => line("channel", words)),
    line("memory", `${bytes(s.rssBytes)}, event loop ${s.eventLoopLagMs} ms late`),
    ...Object.entries(s).filter(([name]) => !OWN_MEMBERS.has(name)).map(([name, part]) => line(name, inWords(part))),
    ...(s.ephemeral ? [line("life", "ends with its last client")] : []),
    ...(s.idleInSecs === undefined ? [] : [line("idle stop", `in ${duration(s.idleInSecs * 1000)}`)]),
  ];
}

/** One line each: `telegram: reached, strangers 0`. */
function channels({ channel }: Status): string[] {
  if (channel === undefined) return [];
  const { on, mutedUntil, problems = [], details: told = {} } = channel;
  const muted = mutedUntil === undefined ? [] : [`muted for ${duration(Date.parse(mutedUntil) - Date.now() + 999)}`];
  return [
    ...on.map((name) => {
      const problem = problems.find((text) => text.startsWith(`${name}: `));
      const words = detailWords(told[name], problem !== undefined);
      return [problem ?? `${name}: on`, ...(words === "" ? [] : [words])].join(", ");
    }),
    ...muted,
  ];
}

/** `prompts 3, last error none`: JSON without its signs, names as words. */
function inWords(part: unknown): string {
  if (part === null || part === undefined || part === "") return "none";
  if (typeof part === "boolean") return part ? "yes" : "no";
  if (typeof part !== "object") return String(part);
  const items = Array.isArray(part)
    ? part.map(inWords)
    : Object.entries(part).map(([name, value]) =>
      typeof value === "object" && value !== null
        ? `${asWords(name)} (${inWords(value)})`
        : `${asWords(name)} ${inWords(value)}`
    );
  return items.length === 0 ? "none" : items.join(", ");
}

function asWords(name: string): string {
  return name.replace(/([a-z\d])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`);
}
