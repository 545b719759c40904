/** Queries and exports of a journal: what they give, what they read for it, and what they say they left out. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { exportRecords } from "../../src/journal/export_records.ts";
import { queryRecords } from "../../src/journal/query.ts";
import type { RecordFilter } from "../../src/journal/record_filter.ts";
import { readBlocksBackwards } from "../../src/journal/read_backwards.ts";
import type { Files } from "../../src/platform/system.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import type { StoredRecord } from "../../src/protocol/record.ts";
import { NO_PACE } from "../support/checkpoints.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { allLines, DIR, lines, open, putLines, segments, sha256 } from "../support/memory_journal.ts";

const ALL = { limit: 10_000, maxBytes: 1 << 30 };
const START = Date.parse("2026-01-01T00:00:00.000Z");
const SECRET = /Straße|"quoted"/;

/** Sessions, approvals and turns of 7 sessions; a minute lies between two records, unless `stepMs` says otherwise. */
async function filled(count: number, segmentBytes = 6000, stepMs = 60_000): Promise<MemoryFiles> {
  let now = START;
  const clock = { now: () => now, steady: () => now };
  const { journal, files } = open(new MemoryFiles(), { segmentBytes, fsync: "never", clock });
  for (let at = 0; journal.head().seq < count; at++) {
    const id = `s${at % 7}-${"x".repeat(at % 5)}`;
    const text = ["Straße ✓", 'a "quoted"\nword', "é".repeat(at % 60), "plain"][at % 4];
    journal.append(
      at % 3 === 0
        ? { type: "session.updated", actor: "hook:report", data: { session: { id, text } } }
        : at % 3 === 1
        ? {
          type: "approval.requested",
          actor: "cli:approve",
          data: { approval: { id: `a${at}`, sessionId: id, text } },
        }
        : { type: "turn.ended", actor: "daemon", data: { turnId: `t${at}`, sessionId: id, text } },
    );
    now += stepMs;
  }
  await journal.close();
  return files;
}

function query(files: Files, filter: RecordFilter, bounds = ALL) {
  return queryRecords({ dir: DIR, files, sha256, pace: NO_PACE, filter }, bounds);
}

async function exported(files: Files, filter: RecordFilter) {
  const given: string[] = [];
  const seqs: number[] = [];
  const report = await exportRecords({ dir: DIR, files, sha256, pace: NO_PACE, filter }, ({ seq }, line) => {
    seqs.push(seq);
    given.push(new TextDecoder().decode(line));
  }, () => Promise.resolve());
  return { given, seqs, report };
}

const minute = (count: number) => new Date(START + count * 60_000).toISOString();

Deno.test("Q1 a query and an export give what reading every record gives, whatever is asked for", async () => {
  const files = await filled(400);
  const all = allLines(files).map((line) => JSON.parse(line) as StoredRecord);
  const about = (record: StoredRecord) => JSON.stringify(record.data);
  const cases: readonly [RecordFilter, (record: StoredRecord) => boolean][] = [
    [{}, () => true],
    [{ from: 1, to: 1 }, ({ seq }) => seq === 1],
    [{ from: 90, to: 131 }, ({ seq }) => seq >= 90 && seq <= 131],
    [{ from: 399 }, ({ seq }) => seq >= 399],
    [{ from: 5000 }, () => false],
    [{ since: minute(200), until: minute(230) }, ({ ts }) => ts >= minute(200) && ts <= minute(230)],
    [{ until: minute(-1) }, () => false],
    [{ since: minute(350), from: 380 }, ({ ts, seq }) => ts >= minute(350) && seq >= 380],
    [{ types: ["approval", "turn.ended"] }, ({ type }) => type !== "session.updated" && !type.startsWith("journal.")],
    [{ types: ["appro"] }, () => false],
    [{ actor: "hook" }, ({ actor }) => actor === "hook:report"],
    [{ actor: "cli:approve" }, ({ actor }) => actor === "cli:approve"],
    [{ actor: "cl" }, () => false],
    [{ session: "s3" }, (record) => about(record).includes('"s3-')],
    [{ session: "s3-xx", types: ["turn"] }, (one) => about(one).includes('"s3-xx') && one.type === "turn.ended"],
    [{ text: "STRASSE" }, () => false],
    [{ text: "strAßE ✓" }, (record) => about(record).includes("Straße")],
    [{ text: '"QUOTED"\nw' }, (record) => SECRET.exec(about(record).replaceAll("\\", ""))?.[0] === '"quoted"'],
    [{ text: "nword" }, () => false], // the letter of an escape is no part of the text
    [{ text: "approval" }, ({ type }) => type.startsWith("approval.")],
  ];
  for (const [filter, wanted] of cases) {
    const seqs = all.filter(wanted).map(({ seq }) => seq);
    const { records, report } = await query(files, filter);
    assertEquals(records.map(({ seq }) => seq), seqs, JSON.stringify(filter));
    assertEquals(report.matched, seqs.length);
    const out = await exported(files, filter);
    assertEquals(out.seqs, seqs, JSON.stringify(filter));
    assertEquals(out.given, seqs.map((seq) => `${allLines(files)[seq - 1]}\n`));
    assertEquals(out.report, report);
    const last = await query(files, filter, { limit: 3, maxBytes: 1 << 30 });
    assertEquals(last.records.map(({ seq }) => seq), seqs.slice(-3));
    const few = await query(files, filter, { limit: 10, maxBytes: 1000 });
    assertEquals(few.records.map(({ seq }) => seq), seqs.slice(seqs.length - few.records.length));
  }
  assertEquals((await query(files, {}, { limit: 10, maxBytes: 1000 })).report.stopped, "size");
  const { report } = await query(files, {}, { limit: 5, maxBytes: 1 << 30 });
  assertEquals([report.stopped, report.looked, report.from, report.to], ["limit", 5, all.length - 4, all.length]);
});

Deno.test("Q1 a range by number or time reads its own part of the journal and a few places beside it", async () => {
  const files = await filled(3000, 120_000, 60 * 60_000);
  const size = segments(files).reduce((sum, path) => sum + files.read(path).length, 0);
  const read: { path: string; bytes: number }[] = [];
  const counted: Files = {
    ...boundTo(files),
    readRange: (path, offset, length) => {
      const bytes = files.readRange(path, offset, length);
      read.push({ path, bytes: bytes.length });
      return bytes;
    },
    read: () => {
      throw new Error("a whole file is read");
    },
  };
  for (const filter of [{ from: 1500, to: 1510 }, { since: minute(1500 * 60), until: minute(1510 * 60) }]) {
    read.length = 0;
    const { records, report } = await query(counted, filter);
    assertEquals(records.length, 11);
    assert(report.looked < 50, `${report.looked} records`);
    const sum = read.reduce((total, { bytes }) => total + bytes, 0);
    assert(sum < size / 2, `${sum} of ${size} bytes in ${read.length} reads`);
    const large = new Set(read.filter(({ bytes }) => bytes > 16_384).map(({ path }) => path));
    assert(large.size <= 2, `${[...large]}`);
  }
});

function boundTo(files: MemoryFiles): Files {
  const all: Files = files;
  return {
    read: (path) => all.read(path),
    readRange: (...args) => all.readRange(...args),
    list: (path) => all.list(path),
    stat: (path) => all.stat(path),
    append: (...args) => all.append(...args),
    replace: (...args) => all.replace(...args),
    replaceInParts: (path) => all.replaceInParts(path),
    create: (...args) => all.create(...args),
    mkdir: (...args) => all.mkdir(...args),
    rename: (...args) => all.rename(...args),
    remove: (path) => all.remove(path),
  };
}

Deno.test("Q1 what was changed in the records that are read is named, also where a filter would leave it out", async () => {
  const files = await filled(120);
  const path = segments(files)[2]!;
  const rows = lines(files, path);
  const at = rows.findIndex((row) => row.includes('"session":{"id":"s'));
  const { seq } = JSON.parse(rows[at]!);
  const whole = rows.join("\n");
  putLines(files, path, rows.map((row, place) => place === at ? row.replace('"id":"s', '"id":"z') : row));
  const named = new RegExp(`record ${seq} in .* is altered`);
  const refused = async (doing: () => Promise<unknown>, says: RegExp) => {
    const { kind, message } = await assertRejects(doing, ConsoleError);
    assertEquals([kind, says.test(message)], ["journal_broken", true], message);
  };
  await refused(() => query(files, {}), named);
  await refused(() => query(files, { session: "s3" }), named); // altered so that it is no match
  await refused(() => exported(files, { types: ["approval"] }), named);
  assertEquals((await exported(files, { from: seq + 1 })).report.looked, 120 - seq + (await last(files) - 120));
  putLines(files, path, whole.split("\n").filter((_, place) => place !== at));
  await refused(() => query(files, { types: ["approval"] }), new RegExp(`record ${seq} in .* is missing`));
  await refused(() => exported(files, { types: ["approval"] }), new RegExp(`record ${seq} in .* is missing`));
});

async function last(files: MemoryFiles): Promise<number> {
  return (await query(files, { from: 1 }, { limit: 1, maxBytes: 1000 })).report.journal.last;
}

Deno.test("Q1 an unfinished end is not read, pruned records are told, and an empty journal is an error", async () => {
  const files = await filled(120);
  const end = segments(files).at(-1)!;
  const size = await last(files);
  files.put(end, new Uint8Array([...files.read(end), ...new TextEncoder().encode('{"actor":"dae')]));
  assertEquals(await last(files), size);
  assertEquals((await exported(files, {})).seqs.length, size);
  files.put(`${DIR}/${String(size + 1).padStart(16, "0")}.jsonl`, new TextEncoder().encode('{"act'));
  assertEquals(await last(files), size);
  const [first, second] = segments(files);
  files.remove(first!);
  const begins = JSON.parse(lines(files, second!)[0]!);
  const { report } = await query(files, { to: 10 });
  assertEquals(report.pruned, { seq: begins.seq - 1, hash: begins.prev });
  assertEquals([report.looked, report.matched, report.journal.first], [0, 0, begins.seq]);
  const { kind } = await assertRejects(() => query(new MemoryFiles(), {}), ConsoleError);
  assertEquals(kind, "not_found");
});

Deno.test("Q1 where the clock was set back, a range of times is looked for in all records", async () => {
  let now = START;
  const clock = { now: () => now, steady: () => now };
  const { journal, files } = open(new MemoryFiles(), { segmentBytes: 3000, fsync: "never", clock });
  const append = () => journal.append({ type: "a.b", actor: "daemon", data: { text: "x".repeat(300) } });
  for (let at = 0; at < 40; at++) {
    append();
    now += at === 20 ? -30 * 86_400_000 : 3_600_000;
  }
  await journal.close();
  const all = allLines(files).map((line) => JSON.parse(line) as StoredRecord);
  const since = all.map(({ ts }) => ts).sort().at(-6)!;
  const wanted = all.filter(({ ts }) => ts >= since).map(({ seq }) => seq);
  const { records, report } = await query(files, { since });
  assertEquals([records.map(({ seq }) => seq), report.clockSetBack, report.looked], [wanted, true, all.length]);
});

Deno.test("Q1 records of a clock that began at 1970 for a while hide none from a range of times", async () => {
  let [now, made] = [START, 0];
  const clock = { now: () => now, steady: () => now };
  const { journal, files } = open(new MemoryFiles(), { fsync: "never", clock });
  for (; made < 300; made++) {
    now = made >= 140 && made < 160 ? made * 1000 : START + made * 3_600_000;
    journal.append({ type: "a.b", actor: "daemon", data: { made } });
  }
  await journal.close();
  for (const from of [60, 100, 139, 200]) {
    const since = new Date(START + from * 3_600_000).toISOString();
    const { report, records } = await query(files, { since });
    assertEquals(records.length, 300 - from - (from < 140 ? 20 : 0), JSON.stringify(report));
  }
});

Deno.test("Q1 lines are read backwards whatever their lengths and the block's", () => {
  const files = new MemoryFiles();
  files.mkdir(DIR, 0o700);
  const rows = Array.from({ length: 50 }, (_, at) => `${at} ${"é".repeat((at * 37) % 90)}\n`);
  const bytes = new TextEncoder().encode(rows.join(""));
  files.put(`${DIR}/x`, bytes);
  for (const size of [1, 7, 64, 100, 1000, 100_000]) {
    const found = [...readBlocksBackwards(files, `${DIR}/x`, 0, bytes.length, size)]
      .map((block) => [block.offset, new TextDecoder().decode(block.bytes)] as const).reverse();
    assertEquals(found.map(([, text]) => text).join(""), rows.join(""), `${size}`);
    assertEquals(
      found.every(([offset, text]) => new TextDecoder().decode(bytes.subarray(offset)).startsWith(text)),
      true,
    );
  }
});
