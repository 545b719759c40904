/** Whose question it is: the row that waits, and the caller that rules are about. */
import type { Asked } from "../core/approvals_port.ts";
import type { Store } from "../core/store.ts";
import type { Ask } from "../domain/approval.ts";
import type { Report } from "../domain/report.ts";
import { route } from "../domain/route.ts";
import type { Caller } from "../domain/rule.ts";
import type { Hold } from "./holds.ts";

type Rows = Pick<Store, "get" | "children">;

export function aboutOf(
  { report, ask }: Pick<Asked, "report" | "ask">,
  rows: Rows,
): Pick<Hold, "rowId" | "agent" | "cwd"> {
  const asked: Report = { ...report, happening: { kind: "asked", for: "permission", text: "" } };
  const rowId = route(asked, rows).at(-1)?.sessionId ?? report.sessionId;
  return { rowId, agent: report.agent, cwd: cwdOf(report, ask, rows) };
}

export function callerOf({ report, ask, cut }: Pick<Asked, "report" | "ask" | "cut">, rows: Rows): Omit<Caller, "now"> {
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

function cwdOf({ facts, sessionId }: Report, ask: Ask, rows: Rows): string | undefined {
  return ask.cwd ?? facts.cwd ?? rows.get(sessionId)?.cwd;
}
