/** What a capsule hears of the real daemon, and what it may run there: events of its topics, commands that only look. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { grantNow, sayTo } from "../support/capsule_commands.ts";
import { writeCapsule } from "../support/capsule_folder.ts";
import { TestHome } from "../support/harness.ts";
import { readJournal } from "../support/harness_journal.ts";
import { eventually } from "../support/harness_wait.ts";
import { held, pending, recorded, TUI } from "../support/hook_process.ts";

const named = (...names: string[]) => names.map((name) => ({ name, description: name }));

const HEARS = {
  manifest: { name: "hears", subscribes: ["session"], commands: named("heard"), capabilities: { kv: 100_000 } },
  files: {
    "main.ts": `
      let last: Promise<unknown> = Promise.resolve();
      export default (capsule: any) => {
        const heard = async () => await capsule.kv.get("heard") ?? [];
        capsule.on("session", ({ seq, type, data }: any) => last = last.then(async () =>
          await capsule.kv.set("heard", [...await heard(), seq + " " + type + " " + (data !== null)])));
        capsule.command("heard", async () => JSON.stringify(await heard()));
      };`,
  },
};

Deno.test("X1 a capsule hears each event of its topics once, reloads between them included, and none of another topic", async () => {
  await using home = await TestHome.create();
  writeCapsule(home.path("capsules"), HEARS.manifest, HEARS.files);
  await home.start();
  await grantNow(home, "hears");
  await using client = await home.connect({ token: true });
  const turn = async (session: string) => {
    for (const name of ["UserPromptSubmit", "PreToolUse"]) {
      await client.request("session.report", {
        agent: "claude",
        event: recorded("claude", name, { session }),
        env: TUI,
      });
    }
  };
  await turn("s1");
  assertEquals((await home.cli(["capsule", "reload", "hears"])).code, 0);
  await turn("s2");
  await using _one = await held(home, client, { session: "s3" });
  const granted = readJournal(home).find(({ type }) => type === "capsule.granted")?.seq ?? Infinity;
  const since = () => readJournal(home).filter(({ seq }) => seq > granted);
  const heard = async () => JSON.parse(await sayTo(home, "/heard")) as string[];
  await eventually(
    async () => {
      const wanted = since().flatMap(({ seq, type }) => type.startsWith("session.") ? [`${seq} ${type} true`] : []);
      return wanted.length >= 3 && (await heard()).length === wanted.length && wanted;
    },
    60_000,
    "every event of sessions",
    100,
  ).then(async (wanted) => assertEquals(await heard(), wanted));
  assert(since().some(({ type }) => type.startsWith("approval.")), "there were others, which it does not hear");
});

const RUNS = {
  manifest: {
    name: "runs",
    commands: named("run"),
    capabilities: { exec: ["sessions", "cron", "memory"] },
  },
  files: {
    "main.ts": `
      export default (capsule: any) => capsule.command("run", async (words: string[]) => {
        try {
          return JSON.stringify(await capsule.exec("/" + words.join(" ")));
        } catch (error) {
          return "refused: " + (error as Error).message;
        }
      });`,
  },
};

Deno.test("X1 a capsule runs the commands that it was granted only to look: it approves nothing, and calls no capsule", async () => {
  await using home = await TestHome.create();
  writeCapsule(home.path("capsules"), RUNS.manifest, RUNS.files);
  await home.start();
  await grantNow(home, "runs", ["--exec", "sessions", "--exec", "memory"]);
  await using client = await home.connect({ token: true });
  await using one = await held(home, client);
  const looked = await sayTo(home, "/run sessions");
  assertMatch(looked, /"success":true/);
  assertStringIncludes(await sayTo(home, `/run approve ${one.id}`), "the command approve is not granted to it");
  assertEquals((await pending(client)).map(({ id }) => id), [one.id]);
  assertMatch(await sayTo(home, "/run memory peek"), /"success":true/);
  assertMatch(await sayTo(home, "/run memory append a note"), /"success":false/);
  assertStringIncludes(await sayTo(home, "/run run sessions"), "the command run is not granted to it");
  assertStringIncludes(await sayTo(home, "/run status"), "the command status is not granted to it");
  assertStringIncludes(await sayTo(home, "/run cron list"), "the command cron is not granted to it");
  const more = { name: "more", capabilities: { exec: ["sessions", "approve"] } };
  writeCapsule(home.path("capsules"), more);
  const { code, stderr } = await home.cli(["capsule", "grant", "more", "--yes"]);
  assertEquals(code, 1);
  assertMatch(stderr, /"capabilities\.exec\.1" is "approve", expected a command .* no more than look: approvals,/);
});
