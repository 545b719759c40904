/** The lists of the real program: counted, empty, in a form of the caller's, as lines, waited for. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { held, watching } from "../support/hook_process.ts";
import { eventually, pause } from "../support/harness_wait.ts";
import { HAS_TMUX, TmuxScreen } from "../support/tmux.ts";
import type { Json, RawClient } from "../support/wire.ts";

const END_MS = 10_000;

async function set(client: RawClient, sessionId: string, status: string, more: Json = {}): Promise<void> {
  const cwd = `/home/you/${sessionId}`;
  await client.request("session.update", { sessionId, agent: "mine", cwd, status, text: `${sessionId} text`, ...more });
}

Deno.test("V1 ls says first how many wait, failed and work, then who they are", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await set(client, "web", "waiting");
  await set(client, "shop", "error");
  await set(client, "docs", "working");
  await pause(5); // those of one millisecond are in the order of their names
  await set(client, "blog", "working");
  const { stdout } = await home.cli(["ls"]);
  const [summary, blank, title, ...rows] = stdout.trimEnd().split("\n");
  assertEquals([summary, blank], ["1 waits · 1 failed · 2 at work", ""]);
  assertMatch(title ?? "", /^ {2}NAME +AGENT +STATE +TIME +ID +ABOUT$/);
  assertEquals(rows.map((row) => row.split(/ +/).slice(0, 2).join(" ")), ["▲ web", "✖ shop", "● docs", "● blog"]);
  assertMatch((await home.cli(["ls", "--status", "failed"])).stdout, /^1 failed\n\n.*\n✖ shop .*shop text\n$/);
  assertMatch((await home.cli(["ls", "--session", "Docs"])).stdout, /^1 at work\n\n.*\n● docs /);
  assertEquals(
    (await home.cli(["ls", "--session", "dosc"])).stderr,
    [
      'error: no session matches "dosc"',
      "hint: did you mean docs?",
      "",
    ].join("\n"),
  );
  assertEquals((await home.cli(["ls", "--for", "plan"])).stderr, "No such sessions.\n");
});

Deno.test("first hour 4: ls -q and --format are for scripts; a field that is none is told with all there are", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await set(client, "web", "waiting", { title: "a\u001b[2J\nb" });
  await set(client, "docs", "idle");
  assertEquals((await home.cli(["ls", "-q"])).stdout, "web\ndocs\n");
  const format = ["ls", "--format", "{{id}}\\t{{name}}\\t{{status}}\\t{{about}}"];
  const { stdout } = await home.cli(format);
  assertEquals(stdout, "web\ta\\x1b[2J b\twaiting\tweb text\ndocs\tdocs\tidle\tdocs text\n");
  const wrong = await home.cli(["ls", "--format", "{{nam}}"]);
  assertEquals([wrong.code, wrong.stdout], [2, ""]);
  assertMatch(wrong.stderr, /^error: --format has no field "nam"\nhint: the fields are \{\{id\}\} \{\{name\}\} /);
  assertEquals((await home.cli(["ls", "-q", "--json"])).code, 2);
  await using asks = await held(home, client);
  assertEquals((await home.cli(["approvals", "-q"])).stdout, `${asks.id}\n`);
  const line = await home.cli(["approvals", "--format", "{{id}} {{session}} {{risk}} {{about}}"]);
  assertEquals(line.stdout, `${asks.id} s1 writes Bash: touch a1\n`);
  assertEquals((await home.cli(["approvals", "--for", "plan"])).stderr.split(".")[0], "Nothing waits for an answer");
});

Deno.test("first hour 4: an empty ls names the command that fills it, where no agent has our hooks", async () => {
  await using home = await TestHome.create();
  await home.start();
  const without = await home.cli(["ls"]);
  assertEquals([without.code, without.stdout], [0, ""]);
  assertMatch(without.stderr, /^No sessions\.\nhint: agent-console hooks install \w+\n$/);
  assertEquals((await home.cli(["hooks", "install", "claude"])).code, 0);
  assertEquals((await home.cli(["ls"])).stderr, "No sessions.\n");
  assertEquals((await home.cli(["ls", "-q"])).stderr, "");
});

Deno.test("V1 watch in a pipe: one line for a change, with the local time and its zone; an answer and what follows are one", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using watch = home.spawn(["watch"], { env: { TZ: "Asia/Kolkata" } });
  await using client = await home.connect({ token: true });
  await watching(client, watch);
  await using asks = await held(home, client);
  await watch.says(`◆ ${asks.id}`, END_MS);
  assertEquals((await home.cli(["approve", asks.id])).code, 0);
  await watch.says(`◇ ${asks.id}`, END_MS);
  await set(client, "docs", "idle");
  await watch.says("docs text", END_MS);
  const lines = watch.stdout.trimEnd().split("\n").slice(-3);
  const parts = lines.map((line) => /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+05:30) {2}(\S) (\w+)/.exec(line)?.slice(2));
  assertEquals(parts, [["◆", asks.id], ["◇", asks.id], ["✓", "idle"]], watch.stdout);
});

Deno.test("V1 watch shows only what its filters let through, also as JSON", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await set(client, "web", "working");
  const { code, stderr } = await home.cli(["watch", "--session", "docs"]);
  assertEquals([code, stderr.split("\n")[0]], [1, 'error: no session matches "docs"'], "as approve says it");
  await set(client, "docs", "working");
  await using lines = home.spawn(["watch", "--session", "docs"]);
  await using json = home.spawn(["watch", "--json", "--session", "DOCS"]);
  await json.says('"type":"snapshot"', END_MS);
  await lines.says("docs", END_MS);
  await set(client, "web", "idle");
  await set(client, "docs", "idle");
  await lines.says("docs text", END_MS);
  await json.says("docs text", END_MS);
  assert(!lines.stdout.includes("web") && !json.stdout.includes("web"), lines.stdout + json.stdout);
});

Deno.test("V1 next and wait call a session as the lists do, where another one has its name", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await set(client, "s1", "error", { cwd: "/w/web" });
  await set(client, "s2", "idle", { cwd: "/x/web" });
  assertMatch((await home.cli(["next"])).stdout, /^✖ w\/web +mine .*s1 text\n$/);
  assertMatch((await home.cli(["wait", "--until", "idle"])).stdout, /^✓ x\/web +mine .*s2 text\n$/);
  await using asks = await held(home, client, { session: "s3", cwd: "/y/web" });
  const { stdout } = await home.cli(["next"]);
  assertMatch(stdout, /^▲ y\/web +claude /);
  assertMatch(stdout, new RegExp(`\n +approve ${asks.id}  ·  deny ${asks.id}\n$`), "the name alone would be unclear");
});

Deno.test("first hour 4: wait ends with the state, 1 where a session ended before, 124 in time, 130 when interrupted", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await set(client, "web", "working");
  const here = async (...args: string[]) => {
    const process = home.spawn(["wait", ...args]);
    await eventually(async () => await clientsOf(client) >= 2, END_MS, "the wait is connected");
    return process;
  };
  {
    await using waits = await here("web", "--until", "idle", "-q");
    await set(client, "web", "idle");
    const { code, stdout } = await waits.exit(END_MS);
    assertEquals([code, stdout], [0, "web\n"]);
  }
  {
    await using waits = await here();
    await set(client, "docs", "waiting");
    const { code, stdout } = await waits.exit(END_MS);
    assertEquals([code, /^▲ docs .*waiting .*docs text\n$/.test(stdout)], [0, true], stdout);
  }
  {
    await using waits = await here("web");
    await client.request("session.close", { sessionId: "web" });
    const { code, stderr } = await waits.exit(END_MS);
    assertEquals([code, stderr], [1, 'web: ended, and was not "waiting" before\n']);
  }
  {
    await using waits = await here("--until", "failed");
    waits.kill("SIGINT");
    assertEquals((await waits.exit(END_MS)).code, 130);
  }
  const late = await home.cli(["wait", "--until", "error", "--timeout", "0.2"]);
  assertEquals([late.code, late.stderr], [124, 'none reached "error" within 0.2 s\n']);
  await set(client, "new", "starting"); // no turn of it is over
  const early = await home.cli(["wait", "new", "--until", "idle", "--timeout", "0.2"]);
  assertEquals([early.code, early.stderr], [124, 'none reached "idle" within 0.2 s\n']);
  assertEquals((await home.cli(["wait", "new", "--until", "ready", "-q"])).stdout, "new\n");
  assertEquals((await home.cli(["wait", "nobody"])).code, 1);
  assertEquals((await home.cli(["wait", "--timeout", "soon"])).code, 2);
});

async function clientsOf(client: RawClient): Promise<number> {
  return Number(((await client.request("status"))["clients"] as Json)["total"]);
}

Deno.test({
  name: "V2 approvals: oldest first; where that would scroll off the screen, the oldest stands at the prompt",
  ignore: !HAS_TMUX,
  fn: async () => {
    await using home = await TestHome.create();
    await home.start();
    await using client = await home.connect({ token: true });
    await using first = await held(home, client, { session: "s1", command: "touch first" });
    await using second = await held(home, client, { session: "s2", command: "touch second" });
    await using third = await held(home, client, { session: "s3", command: "touch third" });
    const order = (text: string) => [...text.matchAll(/touch (\w+)/g)].map(([, word]) => word);
    assertEquals(order((await home.cli(["approvals"])).stdout), ["first", "second", "third"]);
    await using high = await TmuxScreen.open(home, { columns: 80, rows: 40 });
    await high.runs("approvals");
    assertEquals(order(await high.shows(/exit 0/)), ["first", "second", "third"]);
    await using low = await TmuxScreen.open(home, { columns: 80, rows: 11 });
    await low.runs("approvals");
    const text = await low.shows(/exit 0/);
    assertEquals(order(text).at(-1), "first", text);
    void [first, second, third];
  },
});
