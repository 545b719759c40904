/** One frame of the dashboard, printed: for scripts and tests. It needs no terminal. */
import { callOn, type CommandContext } from "../cli/context.ts";
import { listAllSessions } from "../client/all_sessions.ts";
import { retryWhileRestarting } from "../client/connect.ts";
import { connectOrStart } from "../client/reach.ts";
import type { WireClient } from "../client/wire_client.ts";
import { env } from "../platform/process.ts";
import { rowText } from "./ansi.ts";
import { drawFrame } from "./frame.ts";
import { DashboardState, type StateOptions } from "./state.ts";
import type { TerminalSize } from "./terminal_port.ts";

/** @throws {ConsoleError} */
export async function printSnapshot(
  run: CommandContext,
  size: TerminalSize,
  options: Pick<StateOptions, "filter" | "view"> & { readonly styled: boolean },
): Promise<void> {
  const state = new DashboardState({ ...options, home: env("HOME") });
  await retryWhileRestarting(async () => {
    const client = await connectOrStart(run.context);
    try {
      await read(run, client, state, size);
    } finally {
      client.close();
    }
  });
  const { rows } = drawFrame(state, size, Date.now(), 0);
  for (const row of rows) run.out.line(rowText(row, options.styled));
}

async function read(run: CommandContext, client: WireClient, state: DashboardState, size: TerminalSize): Promise<void> {
  const { safetyMode, state: daemon, turn, jobs, feeds } = await callOn(client, run, "status", {});
  state.mode = safetyMode;
  state.isReadOnly = daemon === "read_only";
  const { seq, sessions } = await listAllSessions(
    client,
    {},
    AbortSignal.any([run.signal, AbortSignal.timeout(READ_MS)]),
  );
  const { approvals } = await callOn(client, run, "approval.list", {});
  const { turns } = await callOn(client, run, "turn.recent", { limit: RECENT_TURNS });
  const now = Date.now();
  state.hear({ kind: "snapshot", seq, resync: false, sessions, approvals, features: { turn: { turns } } }, now);
  state.work.agents = turn?.configured ?? [];
  state.work.reached = feeds?.prompts ?? [];
  if (jobs !== undefined) state.work.jobs = (await callOn(client, run, "job.list", {})).jobs;
  // The row that a window would have marked.
  drawFrame(state, size, now, 0);
  const { session } = state;
  if (session === undefined) return;
  const { session: { history } } = await callOn(client, run, "session.get", { sessionId: session.id });
  state.histories.set(session.id, history);
}

const READ_MS = 30_000;
/** Turns that a frame may show. */
const RECENT_TURNS = 50;
