/** `/status`, `/cron`, `/memory`: what else the daemon does, in lines for people. */
import type { ConsoleCall } from "../core/console_command.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import { stateCounts } from "../view/state_counts.ts";
import { duration, localTime, zonedTime } from "../view/times.ts";

export async function statusText({ call }: ConsoleCall): Promise<string> {
  const { version, state, uptimeSecs, safetyMode, sessions, approvalsPending, journal, jobs, turn, lastError } =
    await call(
      "status",
      {},
    );
  const open = stateCounts({ ...sessions, closed: 0 }).map(({ text }) => text);
  const toAnswer = approvalsPending === 0 ? [] : [`${approvalsPending} to answer here`];
  return [
    `agent-console ${version} ${state}, up ${duration(uptimeSecs * 1000)}, safety mode ${safetyMode}`,
    `sessions  ${[...(open.length === 0 ? ["none open"] : open), ...toAnswer].join(" · ")}`,
    ...(turn === undefined ? [] : [`turns     ${turn.running} running · ${turn.queued} queued`]),
    ...(jobs === undefined ? [] : [`jobs      ${jobs.total} · ${jobs.running} running`]),
    `journal   ${journal.ok ? "ok" : "DOES NOT VERIFY"}${
      journal.readOnly ? ", READ ONLY" : ""
    }, ${journal.count} records`,
    ...(lastError === undefined ? [] : [`error     ${lastError}`]),
  ].join("\n");
}

type Job = ResultOf<"job.list">["jobs"][number];

/** @param args `list`, or `run` or `cancel` with the name of a job; none: `list` */
export async function cronText(
  [what = "list", id]: readonly string[],
  { call, once }: ConsoleCall,
): Promise<string> {
  if (what === "list") {
    const { jobs } = await call("job.list", id === undefined ? {} : { id });
    return jobs.length === 0 ? "No jobs." : jobs.map(jobLine).join("\n");
  }
  if (what !== "run" && what !== "cancel") throw usage("cron", what);
  if (id === undefined) throw new ConsoleError("usage", "no job is named", { hint: "/cron lists them" });
  await call(`job.${what}`, { id, ...once });
  return what === "run" ? `${id}: has begun` : `${id}: cancelled`;
}

function jobLine({ id, schedule, enabled, running, waiting, nextRun, timezone, lastRun, trouble }: Job): string {
  const next = !enabled ? "disabled" : nextRun === null ? "over" : `next ${zonedTime(nextRun, timezone)}`;
  const last = lastRun?.outcome === undefined ? [] : [`last ${lastRun.outcome.replace("_", " ")}`];
  return [
    id,
    schedule,
    ...(waiting ? ["waits for you"] : running ? ["runs"] : []),
    next,
    ...last,
    ...(trouble === undefined ? [] : [trouble]),
  ].join(
    "  ",
  );
}

/** Of notes for all folders, because the console stands in none. @param args `append`, `search` or `peek`, and its words */
export async function memoryText(
  [what = "peek", ...words]: readonly string[],
  { call, once }: ConsoleCall,
): Promise<string> {
  const text = words.join(" ");
  if (what === "peek") return notesText((await call("memory.peek", {})).notes);
  if (what !== "append" && what !== "search") throw usage("memory", what);
  if (text.trim() === "") throw new ConsoleError("usage", `"/memory ${what}" needs words behind it`);
  if (what === "search") return notesText((await call("memory.search", { query: text })).notes);
  const { id, masked } = await call("memory.append", { text, ...once });
  return `note ${id}, for all folders${masked ? "; what looked like a secret in it was not kept" : ""}`;
}

function notesText(notes: ResultOf<"memory.peek">["notes"]): string {
  if (notes.length === 0) return "No such notes.";
  return notes.map(({ id, at, by, text }) => `${id}  ${localTime(at)}  ${by}\n  ${text.replaceAll("\n", "\n  ")}`).join(
    "\n",
  );
}

function usage(command: string, what: string): ConsoleError {
  return new ConsoleError("usage", `"/${command} ${what}" is no command`, { hint: `/help ${command}` });
}
