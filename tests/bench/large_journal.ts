/** A journal of many records over many days, made without a daemon by the journal's own code. */
import { openJournal } from "../../src/journal/journal.ts";
import { daemonTimers, daemonTurns } from "../../src/platform/clock.ts";
import { denoFiles } from "../../src/platform/deno_files.ts";
import { runningSha256, sha256Hex } from "../../src/platform/hash.ts";
import { DAEMON } from "../../src/protocol/actor.ts";
import { ANSWERS, nth, PROMPTS } from "./day_of_work.ts";

/** Bytes of a file, as by default. */
const SEGMENT_BYTES = 64 * 1_048_576;
const SESSIONS = 1000;
const FIRST = Date.parse("2026-01-01T00:00:00.000Z");

/** When the record `seq` is written, of `records` over so many `days`: ISO 8601 UTC. */
export function timeOfRecord(seq: number, records: number, days: number): string {
  return new Date(FIRST + Math.floor(seq * days * 86_400_000 / records)).toISOString();
}

/** Updates of {@link SESSIONS} sessions in turn; the records that begin files count too. */
export async function makeLargeJournal(dir: string, records: number, days: number): Promise<void> {
  let made = 0;
  const { journal } = openJournal({
    dir,
    files: denoFiles,
    sha256: sha256Hex,
    runningSha256,
    clock: { now: () => Date.parse(timeOfRecord(made, records, days)), steady: () => performance.now() },
    timers: daemonTimers,
    turns: daemonTurns,
    fsync: "never",
    segmentBytes: SEGMENT_BYTES,
    actor: DAEMON,
  }, { restore: () => false, record: () => {} });
  for (; made < records; made = journal.head().seq) {
    const at = made % SESSIONS;
    const session = {
      id: `5f0f1f3e-7c0e-4a4b-9f6e-${String(at).padStart(12, "0")}`,
      agent: "claude",
      status: "working",
      since: timeOfRecord(made, records, days),
      title: nth(PROMPTS, made).slice(0, 60),
      text: nth(ANSWERS, made),
      cwd: `/home/u/project-${at % 50}`,
      priority: 0,
    };
    journal.append({ type: "session.updated", actor: "hook:claude", data: { session } });
  }
  await journal.close();
}
