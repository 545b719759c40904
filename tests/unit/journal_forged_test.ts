/** Records that chain and that no daemon writes: who owns the files can make them, and no reader may fall over them. */
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { queryRecords } from "../../src/journal/query.ts";
import { Sealer, SEGMENT_TYPE } from "../../src/journal/record.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { JOURNAL_FORMAT } from "../../src/protocol/version.ts";
import { checkpointPath, parseCheckpointLine } from "../../src/journal/checkpoint_file.ts";
import { recordedTree } from "../../src/journal/pruned_tree.ts";
import { recover } from "../../src/journal/recover.ts";
import { KEYS, NO_PACE, sign, verifySigned } from "../support/checkpoints.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { DIR, fill, open, problem, sha256 } from "../support/memory_journal.ts";

const TS = "2026-01-02T03:04:05.678Z";

/** A journal of one segment that begins with record `first` and has one more, of `type` with the data `dataJson`. */
function forged(type: string, dataJson: string, { first = 1, prev = "0".repeat(64) } = {}): MemoryFiles {
  const files = new MemoryFiles();
  files.mkdir(DIR, 0o700);
  const sealer = new Sealer(sha256);
  const opening = { seq: first, ts: TS, type: SEGMENT_TYPE, dataJson: `{"first":${first},"format":${JOURNAL_FORMAT}}` };
  const opener = sealer.seal(opening, "daemon", prev);
  const begun = opener.bytes.slice();
  const { bytes } = sealer.seal({ seq: first + 1, ts: TS, type, dataJson }, "daemon", opener.hash);
  const segment = new Uint8Array([...begun, ...bytes]);
  files.put(`${DIR}/${String(first).padStart(16, "0")}.jsonl`, segment);
  return files;
}

/** What a start and a verification say of record 2: the same. */
async function said(files: MemoryFiles): Promise<string> {
  const error = assertThrows(() => open(files), ConsoleError);
  assertEquals(error.kind, "journal_broken");
  const found = await problem(files);
  assert(found !== undefined);
  assertEquals([found.segment, found.seq, found.what], [
    error.details["segment"],
    error.details["seq"],
    error.details["what"],
  ]);
  return `${found.seq}: ${found.what}`;
}

Deno.test("C3 a record without an object as its data is named, whatever its type, by a start, a verification and a query", async () => {
  for (const type of ["journal.pruned", "journal.snapshot", "daemon.recovered", "session.updated"]) {
    for (const data of ["null", "[]", "7", '"text"']) {
      const files = forged(type, data);
      assertEquals(await said(files), "2: is not one line of canonical JSON");
      const query = queryRecords({ dir: DIR, files, sha256, pace: NO_PACE, filter: {} }, { limit: 5, maxBytes: 1e6 });
      assertStringIncludes(
        (await assertRejects(() => query, ConsoleError)).message,
        "record 2 in 0000000000000001.jsonl",
      );
    }
  }
});

Deno.test("C3 a record that nests deeper than any daemon writes is named, and nobody goes down in it", async () => {
  const deep = (levels: number) => `{"a":${"[".repeat(levels)}${"]".repeat(levels)},"b":"${"x".repeat(5000)}"}`;
  for (const levels of [300, 100_000]) {
    const files = forged("session.updated", deep(levels));
    assertEquals(await said(files), "2: is not one line of canonical JSON");
    const query = queryRecords({ dir: DIR, files, sha256, pace: NO_PACE, filter: {} }, { limit: 5, maxBytes: 1e6 });
    await assertRejects(() => query, ConsoleError, "is not one line of canonical JSON");
  }
  assertEquals(await problem(forged("session.updated", deep(100))), undefined);
});

Deno.test("C3 a record of the journal's own with a member that no daemon writes is named, not fallen over", async () => {
  const hash = `"hash":"${"00".repeat(32)}"`;
  const wrong: readonly (readonly [string, string])[] = [
    ["journal.snapshot", '{"digest":"x","pruned":null,"seq":1}'],
    ["journal.snapshot", '{"digest":"x","pruned":{"hash":1,"seq":1},"seq":1}'],
    ["journal.snapshot", '{"digest":"x","seq":"1"}'],
    ["journal.pruned", "{}"],
    ["journal.pruned", `{${hash},"last":1.5}`],
    ["journal.pruned", `{${hash},"last":1,"tree":null}`],
    ["daemon.recovered", '{"missingUpTo":"9"}'],
    ["daemon.recovered", '{"lostHead":{}}'],
  ];
  for (const [type, data] of wrong) {
    assertEquals(await said(forged(type, data)), `2: is a ${type} with data that no daemon writes`, data);
  }
  assertEquals(await problem(forged("daemon.recovered", '{"tornBytes":3}')), undefined);
});

Deno.test("C3 a pruning that names a record which did not exist yet accounts for no beginning", async () => {
  const prev = "ab".repeat(32);
  for (const last of [12, 999_999_999]) {
    const files = forged("journal.pruned", `{"hash":"${"00".repeat(32)}","last":${last}}`, { first: 11, prev });
    assertStringIncludes(await said(files), "11: begins behind a pruning that cannot have been");
  }
  const real = forged("journal.pruned", `{"hash":"${prev}","last":10}`, { first: 11, prev });
  assertEquals(await problem(real), undefined);
});

Deno.test("C10 a pruning that was invented where no checkpoint ends does not lead past those that cover what is left", async () => {
  const whole = new MemoryFiles();
  const { journal } = open(whole);
  fill(journal, 11);
  await sign(whole, journal);
  await journal.close();
  const prev = "ab".repeat(32);
  const root = `"${"A".repeat(43)}="`;
  for (const size of [undefined, 9, 12, Number.MAX_SAFE_INTEGER]) {
    const tree = size === undefined
      ? ""
      : `,"tree":{"frontier":[${root},${root}],"origin":"x","root":${root},"size":${size}}`;
    const files = forged("journal.pruned", `{"hash":"${prev}","last":10${tree}}`, { first: 11, prev });
    for (const [path, bytes] of whole.contents()) {
      if (path.startsWith(KEYS) || path === checkpointPath(DIR)) files.put(path, bytes);
    }
    const found = await verifySigned(files);
    assert(!found.ok, `${size}`);
    assertEquals([found.problem.segment, found.problem.seq], ["journal.checkpoints", 12]);
    assertStringIncludes(found.problem.what, "nothing is known of its tree up to record 10");
  }
});

Deno.test("C3 a tree or a checkpoint whose members are of another kind is none, and nobody falls over it", () => {
  const root = btoa("x".repeat(32));
  const tree = { origin: "x", size: 4, root, frontier: [root] };
  const kept = (members: object, last = 4) =>
    recordedTree({ type: "journal.pruned", data: { last, hash: "0", tree: { ...tree, ...members } } });
  assertEquals(kept({})?.size, 4);
  assertEquals(kept({}, 3), undefined, "it ends elsewhere");
  const note = `a\n4\n${root}\n\n— a ${root}\n`;
  const line = {
    checkpoint: note,
    frontier: [root],
    hash: "0".repeat(64),
    offset: 1,
    segment: "0000000000000001.jsonl",
  };
  assertEquals(parseCheckpointLine(JSON.stringify(line))?.size, 4);
  const odd = [null, {}, [], 7, { toString: 1, valueOf: 1 }, JSON.parse("[".repeat(1500) + "]".repeat(1500))];
  for (const one of odd) {
    for (
      const members of [{ origin: one }, { size: one }, { root: one }, { frontier: one }, { frontier: [one] }]
    ) {
      assertEquals(kept(members), undefined);
    }
    for (const name of ["checkpoint", "frontier", "hash", "offset", "segment"]) {
      if (name === "offset" && one === 7) continue;
      assertEquals(parseCheckpointLine(JSON.stringify({ ...line, [name]: one })), undefined, name);
    }
    assertEquals(parseCheckpointLine(JSON.stringify({ ...line, frontier: [one] })), undefined);
  }
});

Deno.test("C3 a record with a right hash that cannot be replayed is named by a start", () => {
  const record = (): void => {
    throw new TypeError("no session");
  };
  const start = () =>
    recover({ dir: DIR, files: forged("session.started", "{}"), sha256 }, { restore: () => false, record });
  const { kind, details } = assertThrows(start, ConsoleError, "that cannot be replayed: no session");
  assertEquals([kind, details["seq"]], ["journal_broken", 1]);
});
