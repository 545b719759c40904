/** Which row a request belongs to, and the context that rules match against. */
import type { IncomingRequest } from "../core/approvals_port.ts";
import type { ApprovalRequest } from "../domain/approval.ts";
import type { Report } from "../domain/report.ts";
import { routeReport, type SessionLookup } from "../domain/report_routing.ts";
import { senderOf } from "../domain/row_processes.ts";
import { resolvePath } from "../policy/places.ts";
import type { RuleContext } from "../policy/rule.ts";
import type { Where } from "../policy/where.ts";
import type { PendingRequest } from "./pending_requests.ts";
import { repositoryOf } from "./repository.ts";

export function subjectSession(
  { report, request }: Pick<IncomingRequest, "report" | "request">,
  rows: SessionLookup,
): Pick<PendingRequest, "rowId" | "agent" | "process" | "cwd"> {
  const requested: Report = { ...report, event: { kind: "requested", for: "permission", text: "" } };
  const rowId = routeReport(requested, rows).at(-1)?.sessionId ?? report.sessionId;
  const process = senderOf(rows.get(report.sessionId), report);
  return { rowId, agent: report.agent, process, cwd: cwdOf(report, request, rows) };
}

/** Where the call runs. @param own the places of this program */
export function whereOf(
  { report, request, repositoryConfig }: Pick<IncomingRequest, "report" | "request" | "repositoryConfig">,
  rows: SessionLookup,
  own: readonly string[],
): Where {
  const cwd = cwdOf(report, request, rows);
  const workspace = workspaceOf({ report, request }, rows);
  return {
    ...(cwd === undefined ? {} : { cwd }),
    ...(workspace === undefined ? {} : { workspace }),
    // The look was at the folder of the event.
    ...(report.facts.cwd === cwd ? repositoryOf(repositoryConfig) : {}),
    own,
  };
}

/** The folder that the session began in. Where it has one it is not that of the call, which the model chooses. */
export function workspaceOf(
  { report, request }: Pick<IncomingRequest, "report" | "request">,
  rows: SessionLookup,
): string | undefined {
  const row = rows.get(report.sessionId);
  const told = report.facts.cwd ?? cwdOf(report, request, rows);
  return row === undefined || row.status === "closed" ? told : row.workspace ?? row.cwd ?? told;
}

export function ruleContext(
  { report, request }: Pick<IncomingRequest, "report" | "request">,
  rows: SessionLookup,
): Omit<RuleContext, "now"> {
  const cwd = cwdOf(report, request, rows);
  const { agent, sessionId, facts } = report;
  const parentId = facts.parentId ?? rows.get(sessionId)?.parentId;
  return {
    agent,
    sessionId,
    ...(cwd === undefined ? {} : { cwd }),
    ...(parentId === undefined ? {} : { parentId }),
  };
}

function cwdOf({ facts, sessionId }: Report, request: ApprovalRequest, rows: SessionLookup): string | undefined {
  const known = facts.cwd ?? rows.get(sessionId)?.cwd;
  return request.cwd === undefined ? known : resolvePath(request.cwd, known ?? "/");
}

/** A shortened payload is no proof that two requests are one. */
export function payloadOf({ cut, payload }: Pick<IncomingRequest, "cut" | "payload">): string | undefined {
  return cut || payload === undefined ? undefined : JSON.stringify(payload);
}
