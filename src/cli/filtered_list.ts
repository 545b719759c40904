/** `ls` and `next` for people, and `ls` with filters or in a form of the caller's. */
import { approvalItems } from "../view/approval_items.ts";
import { sessionItems } from "../view/session_items.ts";
import { passesFilter } from "../view/session_filter.ts";
import { displayStatus } from "../domain/state_words.ts";
import { SESSION_FIELDS } from "../view/template.ts";
import { windowView } from "../view/window_view.ts";
import { terminalPlace } from "../domain/terminal_place.ts";
import type { Approval } from "../domain/approval.ts";
import { mostUrgent, type SessionView } from "../domain/query.ts";
import { env } from "../platform/process.ts";
import { approvalBlocks } from "./approval_blocks.ts";
import { allSessions, type CommandContext, read } from "./context.ts";
import { listFilter, listWidth, type SessionListOptions, templateOf } from "./list_options.ts";
import { paneNames } from "./pane_names.ts";
import { sessionLines, sessionRows, summaryLines } from "./session_list.ts";

export async function filteredList(run: CommandContext, options: SessionListOptions): Promise<void> {
  const template = templateOf(options, SESSION_FIELDS);
  const filter = await listFilter(run, options);
  const { status, agent } = filter;
  const everything = await allSessions(run, {
    ...(agent === undefined ? {} : { agent }),
    ...(status === undefined || status === "lost" ? {} : { status }),
  });
  const all = everything.filter((one) => passesFilter(one, filter));
  const shown = all.filter((one) => options.all || status !== undefined || one.status !== "closed");
  if (options.json) return run.out.json({ sessions: shown });
  if (options.quiet) return shown.forEach(({ id }) => run.out.plain(id));
  const sessions = lacksParents(shown) ? await withParents(run, shown) : shown;
  const state = { sessions, approvals: await openFor(run, shown) };
  const { items } = windowView(state, { now: Date.now(), filter, ...(options.all ? { ended: "all" } : {}) });
  if (template !== undefined) {
    const rows = new Map(shown.map((one) => [one.id, one]));
    for (const item of items) run.out.line(template({ item, session: rows.get(item.id)! }));
    return;
  }
  if (shown.length === 0) return await sayEmpty(run, all.length, Object.keys(filter).length > 0);
  const width = listWidth(run);
  for (const line of summaryLines(shown.map(displayStatus), width)) run.out.line(line);
  run.out.line("");
  for (const line of sessionLines(items, width)) run.out.line(line);
}

/** A sub-agent is called after its session, also where the list leaves that out. */
function lacksParents(shown: readonly SessionView[]): boolean {
  const ids = new Set(shown.map(({ id }) => id));
  return shown.some(({ parentId }) => parentId !== undefined && !ids.has(parentId));
}

async function withParents(run: CommandContext, shown: readonly SessionView[]): Promise<readonly SessionView[]> {
  const wanted = new Set(shown.flatMap(({ parentId }) => parentId ?? []));
  for (const { id } of shown) wanted.delete(id);
  return [...shown, ...(await allSessions(run)).filter(({ id }) => wanted.has(id))];
}

/** The open requests, where one of `sessions` has any. */
async function openFor(run: CommandContext, sessions: readonly SessionView[]): Promise<readonly Approval[]> {
  if (!sessions.some((session) => session.status === "waiting" && session.waiting.approvalId !== undefined)) return [];
  return (await read(run, "approval.list", {})).approvals;
}

/** An empty list says why it is empty, and what would fill it. */
async function sayEmpty(run: CommandContext, closed: number, isFiltered: boolean): Promise<void> {
  if (closed > 0) return run.out.note(`No open sessions (${closed} closed: --all).`);
  if (isFiltered) return run.out.note("No such sessions.");
  run.out.note("No sessions.");
  const { agentsWithHooks } = await import("./commands/hooks_target.ts");
  if ((await agentsWithHooks(run)).length > 0) return;
  const { HOOK_SPECS: [agent] } = await import("../agents/registry.ts");
  run.out.note(`hint: agent-console hooks install ${agent?.name}`);
}

/** The session that needs you most, with the whole of what it asks, called as in the lists. */
export async function printNext(run: CommandContext): Promise<void> {
  const sessions = (await allSessions(run)).filter(({ status }) => status !== "closed");
  const first = mostUrgent(sessions);
  if (first === undefined) return run.out.note("Nobody waits for you.");
  const now = Date.now();
  const width = listWidth(run);
  const among = await openFor(run, [first]);
  const open = among.filter(({ sessionId }) => sessionId === first.id);
  const panes = await paneNames([first]);
  if (open.length === 0) {
    const own = sessionItems(sessions, [], now).filter(({ id }) => id === first.id);
    for (const line of sessionRows(own, width).flatMap(({ lines }) => lines)) run.out.line(line);
  }
  const items = approvalItems(open, { sessions, among, now, home: env("HOME"), panes });
  for (const line of approvalBlocks(items, width)) run.out.line(line);
  if (first.status !== "waiting" || open.length > 0) return;
  const place = terminalPlace(first, panes);
  run.out.note(`Only its own terminal has the answer${place === undefined ? "" : ` (${place})`}.`);
}
