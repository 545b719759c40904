/** `approve A B` and `deny A B`; and what is said where a word may mean several. */
import { assertEquals, assertMatch } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { ALLOWED, deniedWith, held, pending } from "../support/hook_process.ts";
import { TestTerminal } from "../support/terminal.ts";
import type { Json } from "../support/wire.ts";

/** A process on a busy machine; far less than a hook is held. */
const END_MS = 20_000;

Deno.test("first hour 3: approve and deny take several: all are found or nothing is decided, then each is told", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await using web = await held(home, client, { session: "s1", cwd: "/w/web", command: "npm test" });
  await using shop = await held(home, client, { session: "s2", cwd: "/w/shop", command: "npm start" });
  await using docs = await held(home, client, { session: "s3", cwd: "/w/docs", command: "npm run docs" });
  const open = async () => (await pending(client)).map(({ id }) => id);

  for (const command of ["approve", "deny"]) {
    const mistyped = await home.cli([command, "web", "nope", "shop"]);
    assertEquals([mistyped.code, mistyped.stderr.split("\n")[0], (await open()).length], [
      1,
      'error: nothing was decided: no request or session matches "nope"',
      3,
    ]);
  }
  for (const flag of ["--answer", "--say"]) {
    const answer = await home.cli(["approve", web.id, shop.id, flag, "1"]);
    assertEquals([answer.code, answer.stderr.split("\n")[0], (await open()).length], [
      2,
      `error: ${flag} answers one request, and 2 are named`,
      3,
    ]);
  }

  const yes = await home.cli(["approve", web.id, shop.id, web.id]);
  assertEquals([yes.code, yes.stderr], [
    0,
    `${web.id}: approved once (Bash: npm test)\n${shop.id}: approved once (Bash: npm start)\n`,
  ]);
  assertEquals([(await web.hook.exit(END_MS)).stdout, (await shop.hook.exit(END_MS)).stdout], [ALLOWED, ALLOWED]);

  const late = await home.cli(["deny", "-m", "use the mirror", web.id, "docs"]);
  assertEquals([late.code, late.stderr], [
    1,
    `error: request "${web.id}" was already approved once by cli\n${docs.id}: denied (Bash: npm run docs)\n`,
  ]);
  assertEquals((await docs.hook.exit(END_MS)).stdout, deniedWith("use the mirror"), "the first kept it from nothing");
});

Deno.test("H4 of several the one that destroys still needs its id or a yes, and the others get theirs", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await using web = await held(home, client, { session: "s1", cwd: "/w/web", command: "rm -rf build" });
  await using shop = await held(home, client, { session: "s2", cwd: "/w/shop", command: "ls" });
  const { code, stderr } = await home.cli(["approve", "web", "shop"]);
  assertEquals([code, (await pending(client)).map(({ id }) => id)], [1, [web.id]]);
  assertMatch(
    stderr,
    /^error: stdin is no terminal.*\nhint: give its id, \w+, or --yes\n\w+: approved once \(Bash: ls\)/,
  );
  assertEquals((await shop.hook.exit(END_MS)).stdout, ALLOWED);
  {
    await using terminal = await TestTerminal.open(home, ["approve", "web", "s1"]);
    await terminal.shows("Approve it? [y/N]");
    await terminal.press("C-c");
    assertEquals([(await terminal.exit()).code, (await pending(client)).length], [130, 1]);
  }
  assertEquals((await home.cli(["approve", "web", "web", "--yes"])).code, 0);
  assertEquals((await web.hook.exit(END_MS)).stdout, ALLOWED);
});

Deno.test("first hour 3: a name that two sessions have is told with the id, the agent and the folder of each", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await client.request("subscribe", { answers: true }); // codex is held only while a window is open
  const cwds = { s1: `${home.root}/web`, s2: "/x/web" };
  await using a = await held(home, client, { session: "s1", cwd: cwds.s1, command: "npm test" });
  await using b = await held(home, client, { agent: "codex", session: "s2", cwd: cwds.s2, command: "npm start" });
  const rows = { s1: /^ {2}s1 {2}web {2}claude {2}~\/web +waiting {2}/m, s2: /^ {2}s2 {2}web {2}codex +\/x\/web +/m };
  for (const words of [["wait", "web"], ["go", "web"], ["show", "web"], ["ls", "--session", "web"]]) {
    const { code, stderr } = await home.cli(words);
    assertEquals(code, 1, words.join(" "));
    assertMatch(stderr, /^error: "web" may be 2 (?:sessions|of them):\n/);
    for (const row of Object.values(rows)) assertMatch(stderr, row);
    assertMatch(stderr, /\nhint: give the id of one of them\n$/);
  }
  for (const words of [["approve", "web"], ["deny", "web"]]) {
    const { code, stderr } = await home.cli(words);
    assertEquals([code, stderr.split("\n")], [1, [
      'error: "web" may be 2 requests:',
      `  ${a.id}  web  claude  ~/web   Bash: npm test`,
      `  ${b.id}  web  codex   /x/web  Bash: npm start`,
      "hint: give the id of one of them",
      "",
    ]]);
  }
  const which = await home.cli(["approve"]);
  assertMatch(which.stderr, new RegExp(`\n  ${b.id}  x/web +Bash: npm start\n`), "without a name, as in the lists");
  const { sessions } = await home.json(["ls", "--json"]) as { sessions: Json[] };
  assertEquals(sessions.length, 2);
});
