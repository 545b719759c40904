/** What a query says of an actor or a session that no record has: names that are there, within bounds. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { reportLines } from "../../src/cli/audit_filter.ts";
import { exportRecords } from "../../src/journal/export_records.ts";
import { queryRecords } from "../../src/journal/query.ts";
import type { RecordFilter } from "../../src/journal/record_filter.ts";
import { NO_PACE } from "../support/checkpoints.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { DIR, open, sha256 } from "../support/memory_journal.ts";

/** A record of each actor, and one of each session. */
async function journalOf(actors: readonly string[], sessions: readonly string[]): Promise<MemoryFiles> {
  const { journal, files } = open(new MemoryFiles(), { fsync: "never" });
  for (const actor of actors) journal.append({ type: "memory.appended", actor, data: { text: "x" } });
  for (const id of sessions) journal.append({ type: "session.opened", actor: "daemon", data: { session: { id } } });
  await journal.close();
  return files;
}

/** What a query says behind its count; an export must say the same. */
async function said(files: MemoryFiles, filter: RecordFilter): Promise<readonly string[]> {
  const place = { dir: DIR, files, sha256, pace: NO_PACE, filter };
  const { report } = await queryRecords(place, { limit: 100, maxBytes: 1 << 20 });
  assertEquals(await exportRecords(place, () => {}, () => Promise.resolve()), report);
  return reportLines(report, filter, "shown").slice(1);
}

Deno.test("Q1 an actor that no record has is told with those that are there, escaped", async () => {
  const files = await journalOf(["hook:report", 'cli:a "b"\n\u202ex', "cli:approve"], []);
  assertEquals(await said(files, { actor: "clii" }), [
    "no record that was looked at has the actor clii: did you mean cli?",
  ]);
  assertEquals(await said(files, { actor: "gateway\u001b[2J" }), [
    'no record that was looked at has the actor gateway\\x1b[2J: actors are cli:a "b"\\n\\u202ex, cli:approve, ' +
    "daemon, hook:report",
  ]);
  for (const actor of ["hook", "hook:report", 'cli:a "b"\n\u202ex']) {
    assertEquals(await said(files, { actor }), [], actor);
    assertEquals(await said(files, { actor, text: "nowhere" }), [], "it is not the actor that leaves them out");
  }
  assertEquals(await said(files, { actor: "clii", from: 1000 }), [], "none was looked at");
});

Deno.test("Q1 a session that no record is of is told with the nearest ids, and as such where none is near", async () => {
  const files = await journalOf([], ["5f0f1f3e-1", "5f0f1f3e-2", "5f0e1f3e-3", "bb-4"]);
  const begins = "no session of the records that were looked at begins with";
  assertEquals(await said(files, { session: "5f0f1g3e" }), [
    `${begins} 5f0f1g3e: did you mean 5f0f1f3e-1 or 5f0f1f3e-2 or 5f0e1f3e-3?`,
  ]);
  const hint = ": give an id, as records have it, and no name; agent-console ls --all --json has both";
  assertEquals(await said(files, { session: "zzzzzzzz" }), [`${begins} zzzzzzzz${hint}`]);
  for (const name of ["c", "bbq", "5fun", "book"]) {
    assertEquals(await said(files, { session: name }), [`${begins} ${name}${hint}`], "nothing there is like it");
  }
  assertEquals(await said(files, { session: "5f0e", types: ["session"], text: "nowhere" }), []);
  assertEquals(await said(files, { session: "x\u009b" }), [`${begins} x\\x9b${hint}`]);
});

Deno.test("Q1 the names of thousands of actors and sessions are told within bounds", async () => {
  const number = (at: number) => String(at).padStart(4, "0");
  const all = Array.from({ length: 3000 }, (_, at) => number(at));
  const files = await journalOf(all.map((one) => `cli:${one}${"y".repeat(200)}`), all.map((one) => `0a${one}-abc`));
  const [actors = ""] = await said(files, { actor: "nobody at all" });
  assert(actors.length < 2500 && actors.endsWith(" and others"), `${actors.length} characters`);
  const [sessions = ""] = await said(files, { session: "0a2999-abd" });
  assertStringIncludes(sessions, "did you mean 0a2999-abc or ");
  assertEquals(sessions.split(" or ").length, 5);
});
