import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { OwedChanges } from "../../src/core/owed_changes.ts";
import type { Store } from "../../src/core/store.ts";
import { journalServices } from "../../src/daemon/services/journal_service.ts";
import { canonicalJson } from "../../src/journal/canonical.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { allLines, DIR, disk, fill, lines, open, segments, sha256, verify } from "../support/memory_journal.ts";

/** A journal in the daemon's care: its looks, and what they write to the log. */
function watched() {
  const opened = open();
  const said: [level: string, text: string, fields: unknown][] = [];
  const say = (level: string) => (text: string, fields?: unknown) => void said.push([level, text, fields]);
  const log = { debug: say("debug"), info: say("info"), warn: say("warn"), error: say("error") };
  const store = { seq: 0, size: 0, owed: new OwedChanges() } as Store; // no snapshot is due
  const checkpoints = { state: () => ({ signedTo: 0 }), tick: () => Promise.resolve(), stop: () => Promise.resolve() };
  const { snapshots } = journalServices({ ...opened, isSnapshotAhead: false, checkpoints, store, log });
  return { ...opened, said, tick: async () => await snapshots.tick?.() };
}

Deno.test("a record is one line of canonical JSON whose hash is that of the line without it", () => {
  const { journal, files } = open();
  const appended = journal.append({
    type: "session.created",
    actor: 'a",\n"data":',
    data: { b: 1, a: 'x,"hash":"\n' },
  });
  assertEquals(appended.map(({ seq, type, dataJson }) => [seq, type, dataJson]), [
    [1, "journal.segment", '{"first":1,"format":1}'],
    [2, "session.created", '{"a":"x,\\"hash\\":\\"\\n","b":1}'],
  ]);
  const [first, second] = lines(files, `${DIR}/0000000000000001.jsonl`);
  for (const line of [first!, second!]) {
    const { hash, ...rest } = JSON.parse(line);
    assertEquals(line, canonicalJson({ ...rest, hash }));
    assertEquals(hash, sha256(new TextEncoder().encode(canonicalJson(rest))));
  }
  assertEquals(JSON.parse(first!).prev, "0".repeat(64));
  assertEquals(JSON.parse(second!).prev, JSON.parse(first!).hash);
  assertEquals(journal.head(), { seq: 2, hash: JSON.parse(second!).hash });
  assertMatch(first!, /^\{"actor":"daemon","data":\{"first":1,"format":1\},"hash":"[0-9a-f]{64}","prev":"0{64}",/);
});

Deno.test("an empty journal is begun by the first append, not by opening it", () => {
  const { journal, files, replayed } = open();
  assertEquals([segments(files), replayed, journal.head()], [[], [], { seq: 0, hash: "0".repeat(64) }]);
  assertEquals(journal.stats().segments, 0);
  assertEquals([journal.tail(5), journal.since(0, 10, 1000), journal.since(1, 10, 1000)], [[], [], undefined]);
});

Deno.test("what cannot be a record changes nothing", () => {
  const { journal } = open();
  fill(journal, 1);
  const before = journal.head();
  for (const type of ["", "nodot", "A.b", "a.b\n", 'a."', "a..b"]) {
    assertThrows(() => journal.append({ type, actor: "x", data: {} }), ConsoleError, "of a record is not like a.b");
  }
  assertThrows(() => journal.append({ type: "a.b", actor: "x", data: { a: NaN } }), ConsoleError, "is the number NaN");
  assertEquals(journal.head(), before);
  fill(journal, 1);
  assertEquals(journal.head().seq, 3);
});

Deno.test("C6 what somebody appends to a journal at rest is cut off at the next look, and told", async () => {
  const { journal, files, said, tick } = watched();
  fill(journal, 3);
  const path = segments(files)[0]!;
  const own = files.read(path).slice();
  await tick();
  const [last] = lines(files, path).slice(-1);
  for (const foreign of [`${last}\n`, "{", "\0".repeat(5000)]) {
    files.put(path, new TextEncoder().encode(new TextDecoder().decode(own) + foreign));
    await tick();
    assertEquals(files.read(path), own);
    assertEquals(journal.stats().readOnly, undefined);
    assertEquals(said.splice(0), [
      ["error", "something else wrote to the journal: what it appended was cut off", {
        bytes: new TextEncoder().encode(foreign).length,
      }],
    ]);
  }
  fill(journal, 1);
  assert((await verify(files)).ok);
  await tick();
  assertEquals(said, []);
});

Deno.test("C6 a segment that is gone is told once, with a hint that fits, and when it is there again", async () => {
  const { journal, files, said, tick } = watched();
  fill(journal, 3);
  const path = segments(files)[0]!;
  const own = files.read(path).slice();
  files.remove(path);
  await tick();
  await tick();
  const why = "0000000000000001.jsonl is gone";
  assertEquals(said.splice(0).filter(([, text]) => text !== "no head file"), [["error", "the journal is read-only", {
    why,
  }]]);
  const refused = assertThrows(() => fill(journal, 1), ConsoleError, why);
  assert(!refused.hint?.includes("space") && refused.hint?.includes("agent-console audit verify"), refused.hint);
  files.put(path, own);
  await tick();
  assertEquals(said.filter(([, text]) => text !== "no head file"), [[
    "info",
    "the journal can be written again",
    undefined,
  ]]);
  fill(journal, 1);
  assert((await verify(files)).ok);
});

Deno.test("C6 a full disk is told once while it lasts, also where no look finds the journal read-only", async () => {
  const { journal, files, time, said, tick } = watched();
  fill(journal, 3);
  files.capacity = journal.stats().bytes;
  for (let i = 0; i < 5; i++) {
    const refused = assertThrows(() => fill(journal, 1), ConsoleError);
    assert(refused.hint?.includes("space"), refused.hint);
    await time.pass(1000);
    await tick();
  }
  files.capacity = Infinity;
  await time.pass(1000); // the tick has just tried
  fill(journal, 1);
  await tick();
  await tick();
  assertEquals(said.filter(([, text]) => text !== "no head file").map(([level]) => level), ["error", "info"]);
});

Deno.test("a full segment is followed by one with the next seq, and the chain goes over it", async () => {
  const { journal, files } = open(undefined, { segmentBytes: 2000 });
  const seen: [number, string][] = [];
  for (let i = 0; i < 30; i++) {
    for (const { seq, type } of journal.append({ type: "a.b", actor: "x", data: { i } })) seen.push([seq, type]);
  }
  assertEquals(seen.map(([seq]) => seq), seen.map((_, i) => i + 1));
  const firsts = seen.filter(([, type]) => type === "journal.segment").map(([seq]) => seq);
  assert(firsts.length > 3);
  assertEquals(segments(files), firsts.map((first) => `${DIR}/${String(first).padStart(16, "0")}.jsonl`));
  for (const path of segments(files)) assert(files.read(path).length <= 2000);
  const { count, segments: files_, bytes } = journal.stats();
  assertEquals([count, files_, bytes], [
    seen.length,
    firsts.length,
    segments(files).reduce((sum, path) => sum + files.read(path).length, 0),
  ]);
  await journal.close();
  const again = open(files.restart(), { segmentBytes: 2000 });
  assertEquals(again.journal.head(), journal.head());
  assertEquals(again.replayed.map(({ seq, type }) => [seq, type]), seen);
  assertEquals(again.journal.stats(), { ...journal.stats(), lastVerifiedAt: again.journal.stats().lastVerifiedAt });
});

function textLength({ data }: { readonly data: unknown }): number {
  return (data as { readonly text?: string }).text?.length ?? 0;
}

Deno.test("a record larger than a segment gets one of its own", async () => {
  const { journal, files } = open(undefined, { segmentBytes: 1000 });
  for (const length of [10, 5000, 200_000, 10]) {
    journal.append({ type: "a.b", actor: "x", data: { text: "é".repeat(length) } });
  }
  await journal.close();
  assertEquals(segments(files).length, 4);
  assertEquals((await verify(files)).ok, true);
  assertEquals(open(files.restart()).replayed.map(textLength).filter(Boolean), [
    10,
    5000,
    200_000,
    10,
  ]);
});

Deno.test("since and tail give what was appended, over segments, within their bounds", async () => {
  const files = await disk(60, { segmentBytes: 2500 });
  const { journal, replayed } = open(files, { segmentBytes: 2500 });
  const { seq } = journal.head();
  assert(segments(files).length > 5);
  for (let after = 0; after <= seq; after++) assertEquals(journal.since(after, seq, 1e6), replayed.slice(after));
  for (let n = 0; n <= seq + 3; n++) assertEquals(journal.tail(n), n === 0 ? [] : replayed.slice(-n));
  assertEquals(journal.since(seq - 11, 10, 1e6), undefined);
  assertEquals(journal.since(seq + 1, 10, 1e6), undefined);
  const bytes = allLines(files).slice(-9).join("\n").length;
  const utf8 = new TextEncoder().encode(allLines(files).slice(-9).join("\n")).length;
  assert(utf8 > bytes);
  assertEquals(journal.since(seq - 9, 100, utf8 + 1)?.length, 9);
  assertEquals(journal.since(seq - 9, 100, utf8), undefined);
});

Deno.test("tail reads lines longer than its window", () => {
  const { journal } = open();
  for (const length of [100_000, 5, 40_000]) {
    journal.append({ type: "a.b", actor: "x", data: { text: "y".repeat(length) } });
  }
  assertEquals(journal.tail(3).map(textLength), [100_000, 5, 40_000]);
});
