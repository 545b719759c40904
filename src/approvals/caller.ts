/** Whose question it is: the row that waits, and the caller that rules are about. */
import type { IncomingRequest } from "../core/approvals_port.ts";
import type { Store } from "../core/store.ts";
import type { ApprovalRequest } from "../domain/approval.ts";
import type { Report } from "../domain/report.ts";
import { routeReport } from "../domain/report_routing.ts";
import type { RuleContext } from "../policy/rule.ts";
import type { PendingRequest } from "./pending_requests.ts";

type Rows = Pick<Store, "get" | "children">;

export function subjectSession(
  { report, ask }: Pick<IncomingRequest, "report" | "ask">,
  rows: Rows,
): Pick<PendingRequest, "rowId" | "agent" | "cwd"> {
  const asked: Report = { ...report, happening: { kind: "asked", for: "permission", text: "" } };
  const rowId = routeReport(asked, rows).at(-1)?.sessionId ?? report.sessionId;
  return { rowId, agent: report.agent, cwd: cwdOf(report, ask, rows) };
}

export function ruleContext(
  { report, ask, cut }: Pick<IncomingRequest, "report" | "ask" | "cut">,
  rows: Rows,
): Omit<RuleContext, "now"> {
  const cwd = cwdOf(report, ask, rows);
  const { agent, sessionId, facts } = report;
  const parentId = facts.parentId ?? rows.get(sessionId)?.parentId;
  return {
    agent,
    sessionId,
    cut,
    ...(cwd === undefined ? {} : { cwd }),
    ...(parentId === undefined ? {} : { parentId }),
  };
}

function cwdOf({ facts, sessionId }: Report, ask: ApprovalRequest, rows: Rows): string | undefined {
  return ask.cwd ?? facts.cwd ?? rows.get(sessionId)?.cwd;
}
