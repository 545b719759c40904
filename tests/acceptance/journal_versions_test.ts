/**
 * C8: the journals of all released versions verify and replay with this one, to what those versions said of them, and go on
 * in the form of this one. What was written stays as it is: formats change forwards only.
 */
import { assert, assertEquals } from "@std/assert";
import { VERSION } from "../../src/protocol/version.ts";
import { TestHome } from "../support/harness.ts";
import { readJournal, segments } from "../support/harness_journal.ts";
import { copyJournalOf, JOURNAL_SHOWN, journalVersions, saidOf } from "../support/journal_fixtures.ts";
import type { Json } from "../support/wire.ts";

/** Less what depends on the time of the look: whether a process lives, when a job is due next. */
const DERIVED: ReadonlySet<string> = new Set(["stale", "unproven", "lost", "nextRun"]);

function stored(list: readonly Json[]): Json[] {
  return list.map((one) => Object.fromEntries(Object.entries(one).filter(([name]) => !DERIVED.has(name))))
    .sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
}

const nameOf = ({ id, runId }: Json) => String(id ?? runId);

Deno.test("C8 each version that is told of in the changelog has a journal here, and so has this one", async () => {
  const text = await Deno.readTextFile(new URL("../../CHANGELOG.md", import.meta.url));
  const released = [...text.matchAll(/^## \[(\d[^\]]*)\]/gm)].map(([, version]) => version!);
  const missing = [...released, VERSION].filter((version) => !journalVersions().includes(version));
  assertEquals(missing, [], "tests/support/make_journal.ts makes it");
});

for (const version of journalVersions()) {
  for (const snapshot of [true, false]) {
    const from = snapshot ? "with its snapshot" : "from its records alone";
    Deno.test(`C8 the journal of ${version}, ${from}, verifies, replays to what it held, and goes on`, async () => {
      await using home = await TestHome.create();
      copyJournalOf(version, home.path("journal"), { snapshot });
      const said = saidOf(version);
      const { missingFiles, ...verified } = await home.json(["audit", "verify", "--json"]);
      assertEquals(missingFiles, ["journal.checkpoints", "journal.head"]); // only the folder is kept of each version
      assertEquals({ ...verified, snapshot: "" }, { ...said.verified, snapshot: "" });
      const before = segments(home).map((path) => Deno.readTextFileSync(path));
      const records = readJournal(home).length;
      await home.start();
      await using client = await home.connect({ token: true });
      for (const [name, [method, params, list]] of Object.entries(JOURNAL_SHOWN)) {
        const now = (await client.request(method, { ...params }))[list] as Json[];
        assertEquals(stored(now), stored(said[name]!), name);
      }
      const again = await client.request("session.close", { sessionId: "own", idempotencyKey: "close-1" }).catch(
        String,
      );
      assert(readJournal(home).filter(({ data }) => data["idempotencyKey"] === "close-1").length === 1, String(again));
      await client.request("session.update", { sessionId: "own", title: "by a later version" });
      assertEquals((await home.stop()).code, 0);
      assertEquals((await home.json(["audit", "verify", "--json"]))["ok"], true);
      segments(home).slice(0, before.length).forEach((path, at) => {
        assert(Deno.readTextFileSync(path).startsWith(before[at]!), `${path} was written anew`);
      });
      assert(readJournal(home).length > records);
    });
  }
}
