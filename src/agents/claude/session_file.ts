/**
 * What Claude Code (2.1.329) writes down about each of its processes: `sessions/<pid>.json` in its configuration folder,
 * recorded in tests/fixtures/feeds. It follows every prompt, dialog, Esc and No within 50 ms, also where no hook runs.
 * The format is Claude's own business: whatever looks different is no evidence. Pure.
 */
import { type Fields, parseObject, stringField } from "../../lib/json_fields.ts";

export interface ClaudeStatus {
  readonly sessionId: string;
  readonly status: "idle" | "busy" | "waiting";
  /** With `waiting`, Claude's own text: "permission prompt", "input needed", "dialog open". */
  readonly waitingFor?: string;
  /** Since when it has this status, ISO 8601 UTC. */
  readonly since: string;
}

/**
 * The pid of a status file; undefined for other names: files with keys are in the same folder, which only Claude may
 * read.
 */
export function pidOfStatusFile(name: string): number | undefined {
  const [, pid] = /^([1-9]\d{0,9})\.json$/.exec(name) ?? [];
  return pid === undefined ? undefined : Number(pid);
}

/** Undefined where `content` is not the whole status of process `pid`, for whatever reason. */
export function readClaudeStatus(content: string, pid: number): ClaudeStatus | undefined {
  const file = parseObject(content);
  if (file === undefined || file["pid"] !== pid) return undefined;
  const sessionId = stringField(file, "sessionId");
  const status = stringField(file, "status");
  const since = timeIn(file, "statusUpdatedAt") ?? timeIn(file, "updatedAt");
  if (sessionId === undefined || since === undefined) return undefined;
  if (status === "idle" || status === "busy") return { sessionId, status, since };
  const waitingFor = stringField(file, "waitingFor");
  return status === "waiting" && waitingFor !== undefined ? { sessionId, status, waitingFor, since } : undefined;
}

/** Milliseconds since the epoch in the file. */
function timeIn(file: Fields, name: string): string | undefined {
  const ms = file[name];
  return typeof ms === "number" && ms > 0 && ms < 8.64e15 ? new Date(ms).toISOString() : undefined;
}
