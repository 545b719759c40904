/** The example capsule standup beside the real daemon: what it says of sessions whose hooks report, and what outlives it. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { grantNow, sayTo, untilState } from "../support/capsule_commands.ts";
import { installExample, killCapsule } from "../support/example_capsules.ts";
import { TestHome } from "../support/harness.ts";
import { readJournal } from "../support/harness_journal.ts";
import { eventually } from "../support/harness_wait.ts";
import { held, recorded, TUI } from "../support/hook_process.ts";
import type { RawClient } from "../support/wire.ts";

const SOON_MS = 30_000;
const configured = (standup: Readonly<Record<string, string | number>>) =>
  JSON.stringify({ capsules: { settings: { standup } } });

const today = (timeZone: string) => new Intl.DateTimeFormat("en-CA", { timeZone }).format(new Date());

async function reports(client: RawClient, name: string, session: string, more = {}): Promise<void> {
  const event = { ...recorded("claude", name, { session, cwd: `/w/${session}` }), ...more };
  await client.request("session.report", { agent: "claude", event, env: TUI });
}

/** A turn that asks once: allowed, or denied. */
async function turn(home: TestHome, client: RawClient, session: string, word: "approve" | "deny"): Promise<void> {
  const call = { session, cwd: `/w/${session}`, command: `touch ${word}` };
  await using one = await held(home, client, call);
  assertEquals((await home.cli([word, one.id])).code, 0);
  await one.hook.exit(SOON_MS);
  await reports(client, "Stop", session);
}

/** What it says, when it has counted what `part` is of. */
async function standup(home: TestHome, part: RegExp, words = ""): Promise<string> {
  return await eventually(
    async () => {
      const text = await sayTo(home, `/standup${words}`);
      return part.test(text) ? text : undefined;
    },
    SOON_MS,
    `${part} in what /standup says`,
    100,
  );
}

Deno.test("X1 standup says what each session did since yesterday, and counts nothing twice through crashes and reloads", async () => {
  const zone = "Pacific/Kiritimati";
  await using home = await TestHome.create({ config: configured({ time_zone: zone }) });
  await installExample(home, "standup");
  await home.start();
  await grantNow(home, "standup");
  const begun = "20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d \\(Pacific/Kiritimati\\), when this began to count";
  const nothing = await sayTo(home, "/standup");
  assertMatch(nothing, new RegExp(`^No agent has done anything since ${begun}\\.$`));

  await using client = await home.connect({ token: true });
  await turn(home, client, "web", "approve");
  await turn(home, client, "web", "deny");
  const lines = /\nweb \(claude\): 2 turns, worked \d+[sm], waited for you \d+[sm], 1 allowed, 1 denied\n {4}\S/;
  const first = await standup(home, lines);
  const since = nothing.replace(/^.* since (.*)\.$/, "Since $1");
  assertEquals(first.split("\n")[0], since);

  // It is killed with events on their way, then reloaded, and the daemon is restarted: what it counted is there once.
  for (let at = 0; at < 20; at++) await reports(client, "UserPromptSubmit", "shop", { prompt: `prompt ${at}` });
  killCapsule(home, "standup");
  for (let at = 20; at < 40; at++) await reports(client, "UserPromptSubmit", "shop", { prompt: `prompt ${at}` });
  const session = readJournal(home).filter(({ type }) => type.startsWith("session."))
    .map(({ data }) => data["session"] as { id: string; turnCount: number }).findLast(({ id }) => id === "shop");
  const turns = session?.turnCount ?? 0;
  const shop = new RegExp(`shop \\(claude\\): ${turns} turns, worked .*\\n    prompt 39`);
  await standup(home, shop);
  await untilState(home, "standup", "running");
  assertEquals((await home.cli(["capsule", "reload", "standup"])).code, 0);
  await standup(home, shop);
  await turn(home, client, "web", "approve");
  await standup(home, /web \(claude\): 3 turns, worked .* 2 allowed, 1 denied/);
  assertEquals((await home.cli(["daemon", "restart"])).code, 0);
  await untilState(home, "standup", "running");
  await standup(home, shop);
  const last = await standup(home, /web \(claude\): 3 turns, worked .* 2 allowed, 1 denied/);
  assertEquals(last.split("\n")[0], since, "it counts since its grant, also after restarts");
});

Deno.test("X1 standup begins at the day that it is asked for, by the time zone of its setting, and forgets old days", async () => {
  await using home = await TestHome.create({ config: configured({ keep_days: 2 }) });
  await installExample(home, "standup");
  await home.start();
  await grantNow(home, "standup");
  const date = today("UTC");
  const since = async (words: string) => (await sayTo(home, `/standup ${words}`)).replace(/^.* since /, "");
  const begun = await since("today");
  assertMatch(begun, /^20\d\d-\d\d-\d\d \d\d:\d\d \(UTC\), when this began to count\.$/);
  const ago = new Date(Date.parse(date) - 3 * 86_400_000).toISOString().slice(0, 10);
  assertEquals([await since("3d"), await since(ago)], [begun, begun]);
  const ahead = new Date(Date.parse(date) + 3 * 86_400_000).toISOString().slice(0, 10);
  assertEquals(await since(ahead), `${ahead} (UTC).`);
  for (const wrong of ["lately", "2026-13-41", "3w"]) {
    assertStringIncludes(await sayTo(home, `/standup ${wrong}`), `"${wrong}" is no day: say today, yesterday, 3d or`);
  }
  const configure = async (settings: Readonly<Record<string, string | number>>) => {
    await Deno.writeTextFile(home.path("config.jsonc"), configured(settings));
    assertEquals((await home.cli(["daemon", "reload"])).code, 0);
  };
  await configure({ time_zone: "Mars/Olympus" });
  await standup(home, /the setting time_zone is Mars\/Olympus, and no zone such as Europe\/Berlin/);

  // Days of a kept file, as if it had run before: those that are too old go with the next event.
  assertEquals((await home.cli(["capsule", "revoke", "standup"])).code, 0);
  const day = (daysAgo: number) => new Date(Date.parse(date) - daysAgo * 86_400_000).toISOString().slice(0, 10);
  const about = { agent: "demo", turns: 1, workMs: 60_000, waitMs: 0, allowed: 0, denied: 0, usd: 0.5 };
  const kept = [1, 20].map((
    ago,
  ) => [`day/${day(ago)}`, { seq: 0, sessions: [[`s${ago}`, { ...about, name: `s${ago}` }]] }]);
  await Deno.mkdir(home.path("capsules.kv"), { recursive: true, mode: 0o700 });
  await Deno.writeTextFile(home.path("capsules.kv/standup.json"), JSON.stringify(kept), { mode: 0o600 });
  await configure({ keep_days: 7 });
  await grantNow(home, "standup");
  assertStringIncludes(await sayTo(home, "/standup 30d"), "s20 (demo): 1 turn, worked 1m, $0.50");
  assertEquals((await sayTo(home, "/standup 2d")).split("\n").slice(1), ["s1 (demo): 1 turn, worked 1m, $0.50"]);
  await using client = await home.connect({ token: true });
  await reports(client, "UserPromptSubmit", "web");
  await standup(home, /web/);
  const names = (await sayTo(home, "/standup 30d")).split("\n").flatMap((line) => /^(\w+) \(/.exec(line)?.[1] ?? []);
  assertEquals(names.sort(), ["s1", "web"]);
});
