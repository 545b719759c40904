/** Finding places in a journal: what it costs as the journal grows, what is missing in it, and what goes meanwhile. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { exportRecords } from "../../src/journal/export_records.ts";
import { newestCheckpoint } from "../../src/journal/newest_checkpoint.ts";
import { proveConsistency, proveInclusion } from "../../src/journal/prove.ts";
import { queryRecords } from "../../src/journal/query.ts";
import type { RecordFilter } from "../../src/journal/record_filter.ts";
import { ed25519Verify } from "../../src/platform/ed25519.ts";
import type { Files } from "../../src/platform/system.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { digest, NO_PACE, openSigned, sign, signingKey } from "../support/checkpoints.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { DIR, fill, open, segments, sha256, SMALL } from "../support/memory_journal.ts";

const HOUR = 3_600_000;
const START = Date.parse("2026-01-01T00:00:00.000Z");

/** A journal of so many segments, with an hour between two records. */
async function segmented(count: number): Promise<MemoryFiles> {
  let now = START;
  const clock = { now: () => now, steady: () => now };
  const { journal, files } = open(new MemoryFiles(), { ...SMALL, clock });
  for (; segments(files).length < count; now += HOUR) fill(journal, 1);
  await journal.close();
  return files;
}

/** The same files, which tell `read` before each reading of a part of one. */
function watched(files: MemoryFiles, read: (path: string) => void): Files {
  return new Proxy<Files>(files, {
    get: (_, name: keyof Files) => {
      const method = (files[name] as (...args: unknown[]) => unknown).bind(files);
      return name !== "readRange" ? method : (...args: unknown[]) => {
        read(String(args[0]));
        return method(...args);
      };
    },
  });
}

function query(files: Files, filter: RecordFilter, limit = 10_000) {
  return queryRecords({ dir: DIR, files, sha256, pace: NO_PACE, filter }, { limit, maxBytes: 1 << 30 });
}

function exported(files: Files, filter: RecordFilter, each: (seq: number) => void = () => {}) {
  const options = { dir: DIR, files, sha256, pace: NO_PACE, filter };
  return exportRecords(options, ({ seq }) => each(seq), () => Promise.resolve());
}

async function refusal(doing: () => Promise<unknown>): Promise<string> {
  const { kind, message } = await assertRejects(doing, ConsoleError);
  return `${kind}: ${message}`;
}

Deno.test("Q1 ten times the segments cost a look-up a few reads more, and one by time a first line of each", async () => {
  const reads = async (count: number) => {
    const files = await segmented(count);
    let made = 0;
    const counted = watched(files, () => made++);
    const cost = async (doing: () => Promise<unknown>) => {
      made = 0;
      await doing();
      return made;
    };
    const { last } = (await query(files, {}, 1)).report.journal;
    const middle = Math.floor(last / 2);
    const time = (seq: number) => new Date(START + seq * HOUR).toISOString();
    return {
      number: await cost(() => query(counted, { from: middle, to: middle + 3 })),
      time: await cost(() => query(counted, { since: time(middle), until: time(middle + 3) })),
      end: await cost(() => query(counted, {}, 3)),
    };
  };
  const [few, many] = [await reads(25), await reads(250)];
  const more = { number: many.number - few.number, time: many.time - few.time, end: many.end - few.end };
  const told = JSON.stringify({ few, many });
  assert(few.number <= 45 && more.number <= 12, told);
  assert(few.end <= 25 && more.end <= 12, told);
  assert(few.time <= 25 + 60 && more.time <= 225 + 12, told);
});

Deno.test("Q1 a time before or behind all records bounds nothing, also at the ends of the calendar", async () => {
  const files = await segmented(4);
  const { last } = (await query(files, {}, 1)).report.journal;
  const [least, most] = ["0000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"];
  for (const filter of [{ until: most }, { since: least }, { since: least, until: most }]) {
    assertEquals((await query(files, filter)).report.matched, last, JSON.stringify(filter));
    assertEquals((await exported(files, filter)).matched, last, JSON.stringify(filter));
  }
  assertEquals((await query(files, { until: least })).report.matched, 0);
  assertEquals((await query(files, { since: most })).report.matched, 0);
});

Deno.test("Q1 a segment without a whole line before the newest is named", async () => {
  for (const rest of ["", '{"actor":"dae']) {
    for (const at of [0, 2]) {
      const files = await segmented(5);
      const path = segments(files)[at]!;
      files.put(path, new TextEncoder().encode(rest));
      const name = path.slice(DIR.length + 1);
      for (const filter of [{}, { since: new Date(START).toISOString() }]) {
        const says =
          `journal_broken: the journal does not verify: record ${Number(name.slice(0, 16))} in ${name} at byte ` +
          "0 is missing: the file has no whole line";
        assertEquals(await refusal(() => query(files, filter)), says);
        assertEquals(await refusal(() => exported(files, filter)), says);
      }
    }
  }
});

Deno.test("Q1 a reading whose oldest segments go meanwhile begins once more, or says that they were pruned", async () => {
  let at = 1;
  for (let went = true; went; at++) {
    const files = await segmented(5);
    const [oldest, second] = segments(files);
    let [made, hasGone] = [0, false];
    const pruned = watched(files, () => {
      if (++made !== at) return;
      hasGone = true;
      files.remove(oldest!);
    });
    const { records } = await query(pruned, {});
    const first = Number(second!.slice(DIR.length + 1, DIR.length + 17));
    assert([1, first].includes(records[0]!.seq), `read ${at}: from ${records[0]!.seq}`);
    went = hasGone;
  }
  assert(at > 10, `${at} reads`);
  const files = await segmented(5);
  const gone = segments(files)[1]!;
  const says = await refusal(() =>
    exported(files, {}, (seq) => {
      if (seq === 2) files.remove(gone);
    })
  );
  assertMatch(says, /^failed: a part of the journal was removed while it was read: records were pruned$/);
});

Deno.test("C10 a proof whose segments go meanwhile is made of what is left, or says what was pruned", async () => {
  let gone = 0;
  for (let at = 1; gone === at - 1; at++) {
    const { journal, files, time } = open(new MemoryFiles(), SMALL);
    fill(journal, 30);
    const checkpoints = await sign(files, journal);
    await journal.snapshot({});
    const [oldest] = segments(files);
    const bytes = files.read(oldest!);
    await journal.prune(time.clock.now() + 1, Number(segments(files)[1]!.slice(-22, -6)) - 1);
    assertEquals(files.stat(oldest!), undefined);
    await journal.checkpoint(checkpoints, NO_PACE);
    files.put(oldest!, bytes);
    let made = 0;
    const pruned = watched(files, () => {
      if (++made !== at) return;
      gone++;
      files.remove(oldest!);
    });
    const key = await signingKey(files);
    const place = { dir: DIR, files: pruned, digest, verify: ed25519Verify, key };
    assertEquals((await proveInclusion(place, 25)).seq, 25);
    if (gone === at) {
      assertMatch(await refusal(() => proveInclusion(place, 2)), /^not_found: record 2 is not there any/);
    }
    assertEquals((await proveConsistency(place, 25)).from, 25);
  }
  assert(gone > 5, `${gone} reads`);
});

Deno.test("C10 a file of checkpoints that ends in something else is named with its place, by whoever reads it", async () => {
  const { journal, files } = open(new MemoryFiles(), { fsync: "never" });
  fill(journal, 10);
  const signed = await sign(files, journal);
  const path = `${DIR}.checkpoints`;
  const whole = files.read(path);
  const add = (text: string) => files.put(path, new Uint8Array([...whole, ...new TextEncoder().encode(text)]));
  const key = await signingKey(files);
  const place = { dir: DIR, files, digest, verify: ed25519Verify, key };
  for (const line of ["garbage\n", "\n", "{}\n"]) {
    add(line);
    const says =
      `journal_broken: journal.checkpoints ends in a line, at byte ${whole.length}, that is not a checkpoint`;
    for (const doing of [newestCheckpoint, openSignedAt, proveFirst]) {
      assertEquals(await refusal(() => doing(place)), says, JSON.stringify(line));
    }
  }
  add('{"checkpoint":"unfin');
  const { entry, end } = await newestCheckpoint(place);
  assertEquals([entry?.position.seq, end], [signed.seq, whole.length]);

  function openSignedAt() {
    return openSigned(files, key);
  }
  function proveFirst() {
    return proveInclusion(place, 1);
  }
});
