/**
 * What each type of record says, in one line for people: one table. A record of another version may lack what is read
 * here, or have a type that is not in it: then its data is shown as it is. Pure.
 */
import { type Approval, riskNamed } from "../domain/approval.ts";
import { type Fields, isFields, objectArrayField, objectField } from "../lib/json_fields.ts";
import { approvalSummary, outcomeText } from "./approval_words.ts";

/** What a record says; not escaped, for whoever shows it cuts it first. */
export function recordText({ type, data }: { readonly type: string; readonly data: unknown }): string {
  const words = Object.hasOwn(RECORD_WORDS, type) ? RECORD_WORDS[type] : undefined;
  if (words === undefined || !isFields(data)) return JSON.stringify(data);
  try {
    return words(data);
  } catch {
    return JSON.stringify(data);
  }
}

type Words = (data: Fields) => string;

/** Type → its words. */
export const RECORD_WORDS: Readonly<Record<string, Words>> = {
  "session.created": sessionWords,
  "session.updated": sessionWords,
  "session.closed": sessionWords,
  "session.deleted": sessionWords,
  "approval.requested": approvalWords,
  "approval.noted": approvalWords,
  "approval.corrected": approvalWords,
  "approval.decided": approvalWords,
  "approval.expired": approvalWords,
  "approval.rule_added": ruleWords,
  "approval.rule_revoked": (data) => `${ruleWords(data)}${isTrue(data, "expired") ? " (its time has come)" : ""}`,
  "journal.segment": (data) => `a file begins with record ${of(data, "first")}, format ${of(data, "format")}`,
  "journal.snapshot": (data) => `a snapshot of the state behind record ${of(data, "seq")}`,
  "journal.pruned": (data) =>
    `records ${of(data, "first")} to ${of(data, "last")} removed, written up to ${of(data, "until")}`,
  "daemon.started": (data) => `version ${of(data, "version")}, pid ${of(data, "pid")}`,
  "daemon.stopping": (data) => `${of(data, "reason")}${isTrue(data, "restart") ? ", and starts again" : ""}`,
  "daemon.recovered": recoveredWords,
  "daemon.config_reloaded": (data) =>
    joined([["applied: ", list(data, "applied")], ["needs a restart: ", list(data, "needsRestart")]]) ||
    "nothing has changed",
  "daemon.config_rejected": (data) => of(data, "problem"),
  "daemon.safety_mode": (data) => `${of(data, "mode")}: ${of(data, "reason")}`,
  "daemon.socket_replaced": (data) => of(data, "socketPath"),
  "hook.unknown": (data) => `${of(data, "agent")}: ${of(data, "problem")}`,
  "capsule.granted": grantWords,
  "capsule.revoked": (data) => of(data, "name"),
  "capsule.changed": (data) =>
    `${of(data, "name")}: its folder ${isNull(data, "digest") ? "cannot be read" : `is now ${digest(data)}`}`,
  "capsule.failed": (data) => `${of(data, "name")} ${digest(data)}: ${of(data, "reason")}`,
  "channel.muted": (data) => isNull(data, "until") ? "not muted any more" : `until ${of(data, "until")}`,
  "gateway.token_rotated": (data) => `the scopes ${list(data, "scopes")}`,
  "job.added": jobWords,
  "job.removed": (data) => of(data, "jobId"),
  "job.enabled": (data) => of(data, "jobId"),
  "job.disabled": (data) => of(data, "jobId"),
  "job.started": (data) => `${runWords(data)} ${isNull(data, "dueAt") ? "by a person" : `due at ${of(data, "dueAt")}`}`,
  "job.prompted": (data) => `${runWords(data)}: turn ${of(data, "turnId")}`,
  "job.cancel_requested": runWords,
  "job.spawned": (data) => `${runWords(data)}: pid ${of(data, "pid")}`,
  "job.ended": (data) =>
    `${runWords(data)}: ${of(data, "outcome")}${
      joined([[", code ", some(data, "code")], [": ", some(data, "problem")]], "")
    }`,
  "job.skipped": (data) => `${of(data, "jobId")} at ${of(data, "dueAt")}: ${of(data, "why")}`,
  "memory.appended": (data) => `${of(data, "id")} by ${of(data, "by")}: ${of(data, "text")}`,
  "memory.forgotten": (data) => of(data, "id"),
  "turn.submitted": (data) => {
    const turn = within(data, "turn");
    return `${of(turn, "agent")} ${of(data, "id")}: ${of(turn, "prompt")}`;
  },
  "turn.started": turnWords,
  "turn.resumed": turnWords,
  "turn.chunk": (data) => `${turnWords(data)} ${of(data, "kind")}: ${of(data, "text")}`,
  "turn.plan": (data) => {
    const steps = objectArrayField(data, "steps") ?? [];
    const done = steps.filter((step) => some(step, "status") === "completed").length;
    return `${turnWords(data)}: ${done} of ${steps.length} steps done`;
  },
  "turn.tool": (data) => {
    const tool = within(data, "tool");
    return `${turnWords(data)}: ${of(tool, "name")} ${of(tool, "status")}`;
  },
  "turn.cancel_requested": (data) => list(data, "turnIds"),
  "turn.agent_started": (data) => `${of(data, "agent")}, pid ${of(data, "pid")}`,
  "turn.agent_ended": (data) => `pid ${of(data, "pid")}`,
  "turn.ended": (data) =>
    `${turnWords(data)}: ${of(data, "status")}${
      joined([[", ", some(data, "stopReason")], [": ", some(data, "error")]], "")
    }`,
};

/** @throws where the record does not have what its type has */
function of(data: Fields, name: string): string {
  const found = some(data, name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

function some(data: Fields, name: string): string | undefined {
  const value = data[name];
  return ["string", "number", "boolean"].includes(typeof value) ? String(value) : undefined;
}

/** @throws as {@link of} */
function within(data: Fields, name: string): Fields {
  const found = objectField(data, name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

function isTrue(data: Fields, name: string): boolean {
  return data[name] === true;
}

function isNull(data: Fields, name: string): boolean {
  return data[name] === null;
}

function list(data: Fields, name: string): string {
  const value = data[name];
  return Array.isArray(value) ? value.join(", ") : "";
}

/** The parts that are not empty, each behind its words. */
function joined(parts: readonly (readonly [string, string | undefined])[], between = "; "): string {
  return parts.flatMap(([words, part]) => part ? [`${words}${part}`] : []).join(between);
}

/** As much of it as tells two apart. */
function digest(data: Fields): string {
  return of(data, "digest").slice(0, 12);
}

function sessionWords(data: Fields): string {
  const session = within(data, "session");
  return `${of(session, "agent")} ${of(session, "id")} ${of(session, "status")}`;
}

function approvalWords(data: Fields): string {
  const approval = within(data, "approval") as unknown as Approval;
  const how = approval.status === "pending" ? riskNamed(approval.risk) : outcomeText(approval);
  return `${approval.agent} ${approval.id} ${how}: ${approvalSummary(approval)}`;
}

function ruleWords(data: Fields): string {
  const rule = within(data, "rule");
  return `${of(rule, "id")} ${of(rule, "decision")} ${of(rule, "scope")}: ${of(rule, "tool")}: ${of(rule, "pattern")}`;
}

function recoveredWords(data: Fields): string {
  const torn = some(data, "tornBytes");
  const kept = some(data, "keptIn");
  return joined([
    ["", `${torn ?? 0} torn bytes in ${of(data, "segment")} at byte ${of(data, "offset")}`],
    ["kept in ", kept],
    ["missing up to record ", some(data, "missingUpTo")],
    ["nothing is known from before record ", some(data, "unknownBefore")],
  ]);
}

/** What it may do is longer than a line; its names are told. */
function grantWords(data: Fields): string {
  const grant = within(data, "grant");
  const may = Object.entries(objectField(grant, "capabilities") ?? {})
    .filter(([, what]) => Array.isArray(what) ? what.length > 0 : Boolean(what)).map(([name]) => name);
  return `${of(grant, "name")} ${digest(grant)} from ${of(grant, "folder")}: ${may.join(", ") || "nothing"}`;
}

function jobWords(data: Fields): string {
  const job = within(data, "job");
  const action = within(job, "action");
  const what = ["program", "command", "text", "task"].map((name) => some(action, name)).find((one) =>
    one !== undefined
  );
  return `${of(job, "id")} at ${of(job, "schedule")} ${of(job, "timezone")}: ${of(action, "kind")} ${what ?? ""}`
    .trim();
}

function runWords(data: Fields): string {
  return `${of(data, "jobId")} run ${of(data, "runId")}`;
}

function turnWords(data: Fields): string {
  const session = some(data, "sessionId");
  return `${of(data, "turnId")}${session === undefined ? "" : ` in ${session}`}`;
}
