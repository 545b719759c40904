/** `watch`: in a terminal the dashboard, in a pipe or with `--log` a line for each change. */
import { dim } from "@std/fmt/colors";
import { connectOrStart } from "../../client/reach.ts";
import { follow } from "../../client/follow.ts";
import type { WireEvent } from "../../client/wire_client.ts";
import type { Approval } from "../../domain/approval.ts";
import type { SessionView } from "../../domain/query.ts";
import { canTakeScreen } from "../../platform/stdio.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { type ChangeLine, ChangeLines } from "../../view/change_lines.ts";
import { LiveTurns } from "../../view/live_turns.ts";
import { type ListFilter, passesFilter, requestPasses, workPasses } from "../../view/session_filter.ts";
import { clockTime, localTime } from "../../view/times.ts";
import { changeText } from "../change_text.ts";
import type { CommandContext } from "../context.ts";
import { listFilter, listWidth, type SessionListOptions } from "../list_options.ts";

export interface WatchOptions extends Pick<SessionListOptions, "agent" | "for" | "json" | "session" | "status"> {
  readonly log?: boolean;
  readonly since?: string;
}

export async function watch(run: CommandContext, options: WatchOptions): Promise<void> {
  const since = options.since === undefined ? undefined : Number(options.since);
  if (since !== undefined && !(Number.isSafeInteger(since) && since >= 0)) {
    throw new ConsoleError("usage", `--since is "${options.since}", expected a sequence number`);
  }
  // Without permission to start one, a missing daemon is an error; one that stops later is waited for.
  if (!run.context.mayStart) (await connectOrStart(run.context)).close();
  const filter = await listFilter(run, options);
  if (options.json) return await watchJson(run, since, filter);
  if (!options.log && since === undefined && run.openDashboard !== undefined && canTakeScreen()) {
    return await run.openDashboard({ filter: { ...filter } });
  }
  await watchLog(run, since, filter);
}

async function watchLog(run: CommandContext, since: number | undefined, filter: ListFilter): Promise<void> {
  const { context, out, signal } = run;
  const changes = new ChangeLines(filter);
  const width = listWidth(run);
  // A log is read later and elsewhere; who sits at the terminal knows the day and the zone.
  const [timeOf, wide] = out.screen.isTerminal ? [clockTime, CLOCK] as const : [localTime, TIME] as const;
  const print = (line: ChangeLine) => {
    const time = line.ts === undefined ? "" : timeOf(line.ts);
    out.line(`${dim(time.padEnd(wide))}  ${changeText(line, width - wide - 2)}`);
  };
  let told = false;
  for await (const one of follow({ context, signal, answers: true, ...(since === undefined ? {} : { since }) })) {
    if (one.kind !== "disconnected") told = false;
    if (one.kind === "snapshot") {
      for (const line of changes.snapshot(one.sessions, one.approvals, one.features?.turn?.turns)) print(line);
    }
    if (one.kind === "event") { for (const line of changes.event(one.event)) print(line); }
    // Once for each outage: the tries go on every few seconds for as long as it takes.
    if (one.kind === "disconnected" && !told) out.note(`${one.reason}; trying again`);
    if (one.kind === "disconnected") told = true;
  }
}

/** `2026-11-20 14:02:07 +01:00`, and the time of day of it: columns. */
const TIME = 26;
const CLOCK = 8;

/** For a program: an agent is not kept waiting for one that only listens. */
async function watchJson(run: CommandContext, since: number | undefined, filter: ListFilter): Promise<void> {
  const { context, out, signal } = run;
  const rows = new Map<string, SessionView>();
  const turns = new LiveTurns();
  let told = false;
  for await (const one of follow({ context, signal, ...(since === undefined ? {} : { since }) })) {
    if (one.kind !== "disconnected") told = false;
    switch (one.kind) {
      case "snapshot": {
        const { seq, resync, sessions, approvals, features } = one;
        turns.snapshot(seq, features?.turn);
        rows.clear();
        for (const session of sessions) rows.set(session.id, session);
        out.json({
          type: "snapshot",
          seq,
          resync,
          sessions: sessions.filter((session) => passesFilter(session, filter)),
          approvals: approvals.filter((each) => requestPasses(each, rows.get(each.sessionId), filter)),
        });
        break;
      }
      case "event": {
        const { seq, ts, type, data } = one.event;
        turns.event(one.event);
        if (eventPasses(one.event, { rows, turns }, filter)) out.json({ seq, ts, type, data });
        break;
      }
      case "disconnected":
        if (!told) out.note(`${one.reason}; trying again`);
        told = true;
        break;
      case "resumed":
        break;
    }
  }
}

interface Known {
  readonly rows: Map<string, SessionView>;
  readonly turns: LiveTurns;
}

/** What is of no session passes a filter by sessions only where there is none. */
function eventPasses({ type, data }: WireEvent, { rows, turns }: Known, filter: ListFilter): boolean {
  const { session, approval } = data as { readonly session?: SessionView; readonly approval?: Approval };
  if (session !== undefined) rows.set(session.id, session);
  if (Object.keys(filter).length === 0) return true;
  if (session !== undefined) return passesFilter(session, filter);
  if (type.startsWith("turn.")) {
    const { turnId, turnIds, id, sessionId } = data as Readonly<Record<string, unknown>>;
    const [first] = Array.isArray(turnIds) ? turnIds : [turnId ?? id];
    const turn = turns.get(String(first));
    const row = rows.get(String(sessionId ?? turn?.sessionId));
    const agent = turn?.agent ?? row?.agent;
    return agent !== undefined && workPasses({ agent, sessionId: row?.id ?? turn?.sessionId ?? null }, row, filter);
  }
  return approval !== undefined && requestPasses(approval, rows.get(approval.sessionId), filter);
}
