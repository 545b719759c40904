/**
 * What signed checkpoints cost: CPU of the daemon for each event until a checkpoint covers it, beside a daemon that signs
 * nothing. No setting turns them off; a daemon whose signing key is gone signs nothing until a person puts it back.
 */
import { eventually } from "../support/harness_wait.ts";
import { TestHome } from "../support/harness.ts";
import { type Measured, pour, startDaemon } from "./daemon.ts";
import { alternate, median } from "./measure.ts";
import { cpuSecs, HAS_PROC } from "./proc.ts";
import { judged, type Row, Skipped } from "./result.ts";

const EVENTS = 40_000;
const SESSIONS = 100;
const ROUNDS = 5;
const WARM_UP = 1;
const GOAL = 1.1;
/** A checkpoint is made at a tick of the daemon, and not while many events come. */
const TICK_MS = 1000;
const SIGNED_MS = 30_000;
const CHECKPOINTS = "journal.checkpoints";

export async function signingCost(): Promise<readonly Row[]> {
  if (!HAS_PROC) throw new Skipped("it needs Linux's /proc");
  await using signing = await TestHome.create();
  await using silent = await TestHome.create();
  const tick = ["--limit", `tickMs=${TICK_MS}`, "--limit", `firstTickMs=${TICK_MS}`];
  await using signer = await startDaemon(signing, undefined, tick);
  await (await startDaemon(silent))[Symbol.asyncDispose]();
  await Deno.remove(silent.path("keys/journal.key")); // that stop has signed what there was
  const before = await signedOf(silent);
  await using other = await startDaemon(silent, undefined, tick);
  const covered = () => signedOf(signing);
  let events = 0;
  const us = await alternate({
    on: () => {
      events += EVENTS;
      return cpuUs(signer, () => eventually(async () => await covered() >= events, SIGNED_MS, "a checkpoint", 200));
    },
    // As long as the other one: what a daemon does at rest counts in both.
    off: () => cpuUs(other, () => new Promise((resolve) => setTimeout(resolve, 3 * TICK_MS))),
  }, { rounds: ROUNDS, warmUp: WARM_UP });
  if (await signedOf(silent) !== before) throw new Error("the daemon without a key signed a checkpoint");
  const [on, off] = [median(us.on), median(us.off)];
  return [judged(
    {
      id: "signing",
      what: `CPU of the daemon for each \`session.report\` until a signed checkpoint covers it, ${
        EVENTS.toLocaleString("en")
      } in a burst`,
      counterpart: "itself where nothing is signed",
      goal: `≤ ${GOAL}×`,
      measured: `${(on / off).toFixed(2)}× (${on.toFixed(1)} / ${off.toFixed(1)} µs)`,
    },
    "an event with signed checkpoints, beside none",
    on / (GOAL * off),
  )];
}

/** µs of CPU for each event of a burst, and of what follows it. */
async function cpuUs({ pid, socketPath }: Measured, followed: () => Promise<unknown>): Promise<number> {
  const before = cpuSecs(pid);
  await pour(socketPath, { sessions: SESSIONS, count: EVENTS });
  await followed();
  return (cpuSecs(pid) - before) * 1e6 / EVENTS;
}

/** The size that the newest checkpoint of a home signs; 0 where there is none. */
async function signedOf(home: TestHome): Promise<number> {
  const text = await Deno.readTextFile(home.path(CHECKPOINTS)).catch(() => "");
  const last = text.trimEnd().split("\n").at(-1) ?? "";
  // The second line of a signed note.
  return last === "" ? 0 : Number((JSON.parse(last) as { checkpoint: string }).checkpoint.split("\n")[1]);
}
