/** Sessions as a table, and the short forms of their ids. Pure. */
import { dim } from "@std/fmt/colors";
import type { Approval } from "../domain/approval.ts";
import { byUrgency, type SessionView } from "../domain/query.ts";
import { escapeControls } from "../domain/sanitize.ts";
import type { Screen } from "../platform/stdio.ts";
import { activityText, displayStatus, duration, paint, shortPath, SYMBOLS } from "./format.ts";
import { type Column, table } from "./table.ts";
import { costText } from "./cost.ts";

/** Narrower terminals have no room for the cost. */
const WIDE = 100;

/** The table of `ls`: who needs the human comes first. `screen` without a terminal is as wide as it takes. */
export function sessionTable(
  sessions: readonly SessionView[],
  open: readonly Approval[],
  now: number,
  screen: Pick<Screen, "isTerminal" | "columns">,
): string[] {
  const width = screen.isTerminal ? screen.columns : 200;
  const short = shortIds(sessions.map((session) => session.id));
  const columns: Column<SessionView>[] = [
    {
      title: "STATUS",
      value: (s) =>
        `${SYMBOLS[displayStatus(s)]} ${displayStatus(s)}${s.stale ? " (stale)" : ""}${
          s.unproven ? " (unproven)" : ""
        }`,
      paint: (s, cell) => paint(displayStatus(s), cell),
    },
    ...(open.length > 0 ? [{ title: "APPROVAL", value: (s: SessionView) => approvalsOf(s, open) }] : []),
    { title: "FOR", value: (s) => duration(now - Date.parse(s.since)) },
    { title: "AGENT", value: (s) => escapeControls(s.agent), shrinksTo: 6 },
    { title: "SESSION", value: name, shrinksTo: 8 },
    { title: "ABOUT", value: activityText, shrinksTo: 10, grows: true },
    ...(width >= WIDE && sessions.some(({ cost }) => cost !== undefined)
      ? [{ title: "COST", value: ({ cost }: SessionView) => costText(cost), shrinksTo: 5 }]
      : []),
    { title: "ID", value: (s) => escapeControls(short.get(s.id) ?? s.id), paint: (_s, cell) => dim(cell) },
  ];
  return table(columns, [...sessions].sort(byUrgency), width);
}

/** The id to decide by, `+1` where the same session has more requests; empty where only its own terminal can decide. */
function approvalsOf(session: SessionView, open: readonly Approval[]): string {
  const ids = open.filter(({ sessionId }) => sessionId === session.id).map(({ id }) => id);
  // The one that the row is about.
  const own = session.status === "waiting" ? session.waiting.approvalId : undefined;
  const first = own !== undefined && ids.includes(own) ? own : ids[0];
  return first === undefined ? "" : `${escapeControls(first)}${ids.length === 1 ? "" : ` +${ids.length - 1}`}`;
}

function name(session: SessionView): string {
  const title = escapeControls(session.title ?? "");
  const where = shortPath(session.cwd);
  const own = title === "" ? where : where === "" ? title : `${title} (${where})`;
  return session.parentId === undefined ? own : `└ ${own}`;
}

/** The shortest unambiguous prefixes of the ids, at least 8 characters long. */
export function shortIds(ids: readonly string[]): ReadonlyMap<string, string> {
  const sorted = [...new Set(ids)].sort();
  const shared = (a: string, b: string | undefined) => {
    let i = 0;
    while (b !== undefined && i < a.length && a[i] === b[i]) i++;
    return i;
  };
  return new Map(sorted.map((id, i) => {
    const length = Math.max(8, shared(id, sorted[i - 1]) + 1, shared(id, sorted[i + 1]) + 1);
    return [id, id.slice(0, length)];
  }));
}
