/** What agents report, by connections and by hook processes. Each report is repeated under its key until it is answered. */
import { hook } from "../support/hook_process.ts";
import { pause } from "../support/harness_wait.ts";
import type { RawClient } from "../support/wire.ts";
import type { World } from "./world.ts";

/** Half of them have the token; the others are strangers, with a stranger's limits. */
const WRITERS = 4;
/** Each rotates through so many sessions: a soak that made new ones would measure them. */
const SESSIONS = 25;
const HOOK_SESSIONS = 200;
/** Of so many reports a hook process brings one: each costs the machine a whole program. */
const REPORTS_FOR_A_HOOK = 60;

export function reports(world: World): Promise<void>[] {
  return [...Array.from({ length: WRITERS }, (_, at) => writer(world, at)), hooks(world)];
}

async function writer(world: World, name: number): Promise<void> {
  const { ledger, options: { rate } } = world;
  const chance = world.chance(`writer ${name}`);
  const connection: { client?: RawClient } = {};
  const isAdmin = name % 2 === 0;
  let due = performance.now();
  for (let at = 0; await world.mayGoOn(); at++) {
    const key = `w${name}-${at}`;
    const session = `w${name}-${at % SESSIONS}`;
    const isUpdate = isAdmin && chance() < 0.2;
    const params = isUpdate
      ? { sessionId: `u${name}-${at % SESSIONS}`, agent: "test", title: key, idempotencyKey: key }
      : { agent: "claude", event: eventOf(session, at, chance), idempotencyKey: key };
    ledger.sent++;
    const { seq } = await world.insist(
      connection,
      isAdmin,
      (client) => client.request(isUpdate ? "session.update" : "session.report", params),
    );
    if (typeof seq === "number") ledger.writes.set(key, seq);
    else ledger.faults.push(`${key} was answered without a number`);
    // Ten at once, then nothing: the mean stays, and what a kill has kept up comes in one burst of a second at most.
    due = Math.max(due + 1000 * WRITERS / rate, performance.now() - 1000);
    if (at % 10 === 9) await pause(Math.max(0, due - performance.now()));
  }
  await connection.client?.close();
}

function eventOf(session: string, at: number, chance: () => number) {
  const more = at % 3 === 0
    ? { hook_event_name: "UserPromptSubmit", prompt: `prompt ${at} ${"x".repeat(chance() * 400)}` }
    : at % 3 === 1
    ? { hook_event_name: "PreToolUse", tool_name: "Bash", tool_input: { command: `echo ${at}` } }
    : { hook_event_name: "Stop", last_assistant_message: `done ${at}` };
  return { session_id: session, cwd: "/x", ...more };
}

/** Real hook processes: whatever became of the daemon they end well, and their event is kept. */
async function hooks(world: World): Promise<void> {
  const { ledger, home, options: { rate } } = world;
  const chance = world.chance("hooks");
  for (let at = 0; await world.mayGoOn(); at++) {
    const prompt = `from hook ${at}`;
    const event = { session_id: `h${at % HOOK_SESSIONS}`, hook_event_name: "UserPromptSubmit", cwd: "/x", prompt };
    ledger.sent++;
    await using process = hook(home, event);
    const { code, stdout } = await process.exit(20_000);
    if (code !== 0 || stdout.trim() !== "") ledger.faults.push(`hook ${at} ended with ${code} and said ${stdout}`);
    ledger.hooks.add(prompt);
    await world.rest(1000 * REPORTS_FOR_A_HOOK / rate, chance);
  }
}
