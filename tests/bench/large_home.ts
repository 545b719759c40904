/** A home whose journal holds many sessions, made without a daemon by the store's own code. */
import { EventBus } from "../../src/core/event_bus.ts";
import { Store } from "../../src/core/store.ts";
import { testProjections } from "../support/projections.ts";
import { Inbox } from "../../src/approvals/inbox.ts";
import { decideUpdate, isRefusal } from "../../src/domain/decide.ts";
import { openJournal } from "../../src/journal/journal.ts";
import { daemonTimers, daemonTurns, systemClock } from "../../src/platform/clock.ts";
import { denoFiles } from "../../src/platform/deno_files.ts";
import { runningSha256, sha256Hex } from "../../src/platform/hash.ts";
import { DAEMON } from "../../src/protocol/actor.ts";
import { TestHome } from "../support/harness.ts";
import { hookEvent } from "./daemon.ts";
import { ANSWERS, nth, PROMPTS } from "./day_of_work.ts";

/** Nobody waits for the disk. */
const CONFIG = '{ "journal": { "fsync": "never" } }';
/** A daemon that has replayed four times as many records as it has sessions writes a snapshot at its first tick. */
const RECORDS_EACH = 4;
const STATUSES = ["idle", "working", "waiting", "error"] as const;

/** Its sessions are those of `hookEvent`, one after the other. */
export async function largeHome(sessions: number): Promise<TestHome> {
  const home = await TestHome.create({ config: CONFIG });
  await Deno.mkdir(home.dir, { recursive: true, mode: 0o700 });
  const bus = new EventBus({ maxEvents: 1, maxUnits: 1, onError: () => {} });
  const projections = testProjections([() => new Inbox()]);
  const store = new Store({ clock: systemClock, bus, idempotencyKeys: 1, staleAfterMs: () => 1e9, projections });
  const { journal } = openJournal({
    dir: home.path("journal"),
    files: denoFiles,
    sha256: sha256Hex,
    runningSha256,
    clock: systemClock,
    timers: daemonTimers,
    turns: daemonTurns,
    fsync: "never",
    segmentBytes: 64 * 1_048_576,
    actor: DAEMON,
  }, { restore: () => false, record: () => {} });
  store.attach(journal);
  const began = Date.now() - 3_600_000;
  for (let at = 0; at < sessions; at++) {
    const { session_id, cwd } = hookEvent(at, 0) as { session_id: string; cwd: string };
    const fields = {
      status: STATUSES[at % STATUSES.length]!,
      title: nth(PROMPTS, at).slice(0, 60),
      text: nth(ANSWERS, at),
      cwd: `${cwd}-${at % 50}`,
      model: "a-model",
      gitBranch: "main",
    };
    const since = new Date(began + (at * 7919) % 3_000_000).toISOString();
    const decided = decideUpdate(undefined, { id: session_id, agent: "claude" }, fields, since);
    if (isRefusal(decided)) throw new Error(decided.why);
    store.commit(decided, DAEMON);
  }
  while (journal.head().seq < RECORDS_EACH * sessions) {
    journal.append({ type: "daemon.config_reloaded", actor: DAEMON, data: { applied: [], needsRestart: [] } });
  }
  await journal.snapshot(store.save());
  await journal.close();
  return home;
}
