/** Records in words: each type of the daemon and its features has a line for people. */
import { assertEquals } from "@std/assert";
import { EVENTS } from "../../src/domain/event.ts";
import { featureEvents, FEATURES } from "../../src/daemon/features.ts";
import { RECORD_WORDS, recordText } from "../../src/view/record_words.ts";
import { copyJournalOf, journalVersions } from "../support/journal_fixtures.ts";

Deno.test("D1 every type of record has its words in the table, and none is in it that nothing writes", () => {
  assertEquals(Object.keys(RECORD_WORDS).sort(), Object.keys({ ...EVENTS, ...featureEvents(FEATURES) }).sort());
});

Deno.test("D1 the records of released versions are told in words", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const types = new Set<string>();
    for (const version of journalVersions()) {
      const path = `${folder}/${version}`;
      copyJournalOf(version, path, { snapshot: false });
      for await (const { name } of Deno.readDir(path)) {
        for (const line of (await Deno.readTextFile(`${path}/${name}`)).split("\n").slice(0, -1)) {
          const record = JSON.parse(line);
          types.add(record.type);
          assertEquals(recordText(record).startsWith("{"), false, line);
        }
      }
    }
    assertEquals(types.size > 20, true, [...types].join(" "));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("D1 what capsules may do and what the agent's daemon says of itself is told by its parts", () => {
  const grant = {
    name: "guard",
    digest: "a1b2c3d4e5f6a7b8",
    folder: "/home/u/guard",
    capabilities: { net: ["127.0.0.1:80"], read: [], kv: true },
  };
  const cases: readonly [type: string, data: unknown, text: string][] = [
    ["capsule.granted", { grant }, "guard a1b2c3d4e5f6 from /home/u/guard: net, kv"],
    ["capsule.changed", { name: "guard", digest: null }, "guard: its folder cannot be read"],
    ["capsule.changed", { name: "guard", digest: "a1b2c3d4e5f6a7b8" }, "guard: its folder is now a1b2c3d4e5f6"],
    ["channel.muted", { until: null }, "not muted any more"],
    ["daemon.config_reloaded", { applied: [], needsRestart: [] }, "nothing has changed"],
    ["daemon.config_reloaded", { applied: ["a"], needsRestart: ["b", "c"] }, "applied: a; needs a restart: b, c"],
    ["job.ended", { jobId: "j", runId: "r", outcome: "failed", code: 3 }, "j run r: failed, code 3"],
    ["turn.ended", { turnId: "t", sessionId: null, status: "failed", error: "no" }, "t: failed: no"],
    ["turn.ended", { other: 1 }, '{"other":1}'],
    ["session.created", { session: {} }, '{"session":{}}'],
    ["of.later", { a: 1 }, '{"a":1}'],
    ["constructor", null, "null"],
  ];
  for (const [type, data, text] of cases) assertEquals(recordText({ type, data }), text);
});
