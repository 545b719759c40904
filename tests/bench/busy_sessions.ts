/** The load of B10: many sessions, of which some change each second, as every window of them hears it. */
import { pause } from "../support/harness_wait.ts";
import type { Json } from "../support/wire.ts";

export const SESSIONS = 200;
export const UPDATES_PER_SEC = 20;
export const BUSY_SECS = 30;
export const LOAD = `${SESSIONS} sessions, ${UPDATES_PER_SEC} updates/s for ${BUSY_SECS} s`;

/** Who tells the daemon. */
type Call = (method: string, params: Json) => Promise<unknown>;

/** All sessions, once. */
export async function openSessions(call: Call): Promise<void> {
  for (let at = 0; at < SESSIONS; at++) await update(call, at, 0);
}

/** One change after the other, in time. Gives how long it took, ms. */
export async function changeSessions(call: Call, secs = BUSY_SECS): Promise<number> {
  const began = performance.now();
  for (let turn = 0; turn < secs * UPDATES_PER_SEC; turn++) {
    await update(call, turn % SESSIONS, turn);
    await pause(Math.max(0, began + (turn + 1) * 1000 / UPDATES_PER_SEC - performance.now()));
  }
  return performance.now() - began;
}

async function update(call: Call, at: number, turn: number): Promise<void> {
  const status = (["working", "idle", "error", "working"] as const)[(at + turn) % 4] ?? "idle";
  const cwd = `/home/u/projects/project-${at}`;
  const text = `turn ${turn}: deno test -A --no-check tests/unit/${at}_test.ts`;
  await call("session.update", { sessionId: `bench-${at}`, agent: "mine", cwd, status, text });
}
