/** D3: a client and a daemon of different versions work together, or say what to do; so do a program and a journal. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { VERSION } from "../../src/protocol/version.ts";
import { TestHome } from "../support/harness.ts";
import { journalPicture, segments } from "../support/harness_journal.ts";
import { eventually } from "../support/harness_wait.ts";
import { EVENT } from "../support/installed.ts";
import { OtherVersion } from "../support/other_version.ts";

const NEWER = "0.2.0";
const note = (daemon: string, own: string) =>
  `note: the daemon runs ${daemon}, this is ${own}\nhint: agent-console daemon restart\n`;

/** Until the daemon has what the hook told: one that replied too late for the hook takes it some time later. */
async function taken(home: TestHome, prompt: string): Promise<void> {
  await using client = await home.connect({ token: true });
  const isThere = async () => {
    const { sessions } = await client.request("session.list") as { sessions: { lastPrompt: string }[] };
    return sessions.some(({ lastPrompt }) => lastPrompt === prompt);
  };
  await eventually(isThere, 20_000, `the hook's "${prompt}"`, 50);
}

Deno.test("D3 F2 a newer client works with the older daemon, restarts it with its sessions, and an older client with that", async () => {
  await using home = await TestHome.create();
  const newer = new OtherVersion(home, { VERSION: NEWER });
  await home.start();
  await home.cli(["hook", "claude"], { stdin: EVENT });
  await taken(home, "build it");
  for (const args of [["ls", "--json"], ["status", "--json"], ["approvals"], ["show", "s1"], ["memory", "peek"]]) {
    const { code, stderr } = await newer.cli(args);
    assertEquals([code, stderr.slice(0, note(VERSION, NEWER).length)], [0, note(VERSION, NEWER)], args.join(" "));
  }
  const hook = await newer.cli(["hook", "claude"], EVENT.replace("build it", "and test it"));
  assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
  await taken(home, "and test it");
  const checked = await newer.cli(["version", "--check", "--json"]);
  const { daemon, advice, ok } = JSON.parse(checked.stdout);
  assertEquals([checked.code, ok, daemon.version, advice[0].hint], [1, false, VERSION, "agent-console daemon restart"]);

  const before = await home.connect({ token: true });
  const { seq } = await before.request("subscribe");
  assertEquals((await newer.cli(["daemon", "restart"])).code, 0);
  await before.close();
  await using client = await eventually(
    () => home.connect({ token: true }),
    10_000,
    "the daemon after the restart",
    20,
  );
  assertEquals(client.hello["version"], NEWER);
  const again = await client.request("subscribe", { since: seq });
  assertEquals(again["resync"] ?? false, false);
  assertEquals((await client.nextEvent()).seq, Number(seq) + 1, "no record is passed over");
  const { sessions } = await client.request("session.list") as { sessions: { id: string; lastPrompt: string }[] };
  assertEquals(sessions.map(({ id, lastPrompt }) => [id, lastPrompt]), [["s1", "and test it"]]);

  for (const args of [["ls", "--json"], ["status"], ["approvals", "--json"]]) {
    const { code, stderr } = await home.cli(args);
    assertEquals(code, 0, args.join(" "));
    assertMatch(stderr, /^note: the daemon runs 0\.2\.0, this is 0\.1\.0[^\n]*\nhint: agent-console daemon restart\n/);
  }
  const back = await home.cli(["daemon", "restart"]);
  assertEquals(back.code, 0, back.stderr);
  assertEquals((await home.json(["ls", "--json"]))["sessions"] instanceof Array, true);
  assertEquals((await home.json(["audit", "verify", "--json"]))["ok"], true);
});

Deno.test("D3 P1 a client of another protocol says so with exit 5 and the cure, which works; its hooks stay silent", async () => {
  await using home = await TestHome.create();
  const newer = new OtherVersion(home, { VERSION: "1.0.0", PROTOCOL: 2 });
  await home.start();
  await home.cli(["hook", "claude"], { stdin: EVENT });
  for (const args of [["ls"], ["ls", "--json"], ["status", "--json"], ["approvals"], ["version", "--check"]]) {
    const { code, stderr } = await newer.cli(args);
    assertEquals(code, 5, `${args.join(" ")}: ${stderr}`);
    assertMatch(stderr, /speaks protocol 2[^\n]*\nhint: agent-console daemon restart\n$/, args.join(" "));
  }
  const hook = await newer.cli(["hook", "claude"], EVENT.replace("build it", "and test it"));
  assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
  const restarted = await newer.cli(["daemon", "restart"]);
  assertEquals(restarted.code, 0, restarted.stderr);
  const { sessions } = JSON.parse((await newer.cli(["ls", "--json"])).stdout);
  assertEquals(sessions.map(({ id, lastPrompt }: Record<string, string>) => [id, lastPrompt]), [["s1", "and test it"]]);
  const refused = await home.cli(["ls"]);
  assertEquals(refused.code, 5);
  assertMatch(refused.stderr, /protocol 1[^\n]*\nhint: agent-console daemon restart\n$/);
  assertEquals((await newer.cli(["daemon", "stop"])).code, 0);
});

Deno.test("D3 F3 an older program leaves a newer journal as it is, exits 5, and the newer one goes on", async () => {
  await using home = await TestHome.create();
  const newer = new OtherVersion(home, { VERSION: NEWER, JOURNAL_FORMAT: 2 });
  assertEquals((await newer.cli(["daemon", "start"])).code, 0);
  await newer.cli(["hook", "claude"], EVENT);
  assertEquals((await newer.cli(["daemon", "stop"])).code, 0);
  const before = journalPicture(home);
  assert(before.includes('"format":2'));
  for (const args of [["daemon", "start"], ["daemon"], ["ls"], ["audit", "verify"]]) {
    const { code, stderr } = await home.cli(args);
    assertEquals(code, 5, `${args.join(" ")}: ${stderr}`);
    assertMatch(stderr, /^error: [^\n]*format 2, this version reads up to 1/m, args.join(" "));
  }
  assertEquals(journalPicture(home), before);
  assertEquals((await newer.cli(["daemon", "start"])).code, 0);
  const { sessions } = JSON.parse((await newer.cli(["ls", "--json"])).stdout);
  assertEquals(sessions.map(({ id }: { id: string }) => id), ["s1"]);
  assertEquals((await newer.cli(["daemon", "stop"])).code, 0);
});

Deno.test("D3 C8 a newer program reads a journal of an earlier format, and leaves what was written as it was", async () => {
  await using home = await TestHome.create();
  await home.start();
  await home.cli(["hook", "claude"], { stdin: EVENT });
  assertEquals((await home.stop()).code, 0);
  const segment = home.path("journal/0000000000000001.jsonl");
  const before = await Deno.readTextFile(segment);
  const newer = new OtherVersion(home, { VERSION: NEWER, JOURNAL_FORMAT: 2 });
  assertEquals((await newer.cli(["daemon", "start"])).code, 0);
  const { sessions } = JSON.parse((await newer.cli(["ls", "--json"])).stdout);
  assertEquals(sessions.map(({ id }: { id: string }) => id), ["s1"]);
  assertEquals((await newer.cli(["daemon", "stop"])).code, 0);
  assertEquals((await newer.cli(["audit", "verify"])).code, 0);
  assertEquals(await Deno.readTextFile(segment), before, "what was written is as it was, and nothing of it goes on");
  const [first, second] = segments(home).map((path) => Deno.readTextFileSync(path).split("\n", 1)[0]!);
  assert(first!.includes('"format":1') && second!.includes('"format":2'), second);
  assertEquals((await home.cli(["daemon", "start"])).code, 5);
});
