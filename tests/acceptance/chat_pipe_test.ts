/** The chat in a pipe: a line is an input, data go to stdout, messages to stderr, and the code is that of the last failure. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Command } from "commander";
import { TestHome } from "../support/harness.ts";
import { held } from "../support/hook_process.ts";
import { tree } from "../support/docs_sections.ts";

/** Every command with its parents' names. */
function paths(command: Command, before: readonly string[] = []): string[][] {
  return command.commands.flatMap((sub) => [[...before, sub.name()], ...paths(sub, [...before, sub.name()])]);
}

Deno.test("F5 chat: in a pipe each line runs, without a prompt or colours, and the code is the last failure's", async () => {
  await using home = await TestHome.create();
  await home.start();
  const stdin = "/ls --json\n\n/daemon status \\\n --json\n/lss\nhello\n/ls";
  const { code, stdout, stderr } = await home.cli(["chat"], { stdin, env: { TERM: "xterm" } });
  assertEquals(code, 1, stderr);
  const [list, status, ...more] = stdout.trimEnd().split("\n");
  assertEquals(JSON.parse(list!).sessions, []);
  assertEquals(JSON.parse(status!).state, "running");
  assertEquals(more, []);
  assertStringIncludes(stderr, 'error: unknown command "/lss"\nhint: did you mean /ls?\n');
  assertStringIncludes(stderr, "error: the daemon runs no agent yet, so nobody reads this text\nhint: ");
  assert(!(stdout + stderr).includes("\x1b") && !/^> /m.test(stdout + stderr));
  assertEquals((await home.cli(["chat"], { stdin: "/ls -q\n/quit\n/lss\n" })).code, 0);
  assertEquals((await home.cli(["chat"], { stdin: "/ls --nope" })).code, 2);
  assertEquals(
    (await home.cli(["chat"], { stdin: "/ls --nope\n/ls -q\n" })).code,
    2,
    "a later success hides no failure",
  );
  const long = await home.cli(["chat"], { stdin: `${"x".repeat(1_100_000)}/ls --json\n/ls -q\n` });
  assertEquals([long.code, long.stdout], [2, ""]);
  assertStringIncludes(long.stderr, "error: a line is longer than 1 MiB; none of it was run");
});

Deno.test("F5 chat: whatever a command says of another, it calls it as the chat does; in a shell by the program's name", async () => {
  await using home = await TestHome.create();
  await home.start();
  const lines = [
    "/show nobody",
    "/approve nobody",
    "/rules revoke nobody",
    "/ls --zzz",
    "/channel mute 1h",
    "/go",
    "/daemon strat",
  ];
  const { stderr } = await home.cli(["chat"], { stdin: lines.join("\n") });
  const hints = stderr.split("\n").filter((line) => line.startsWith("hint: "));
  assert(hints.length >= lines.length, stderr);
  assert(!/agent-console [a-z-]/.test(stderr), stderr);
  for (
    const hint of [
      "/approvals; /ls --all",
      "/rules list",
      "/ls --help",
      "/channel mute off ends that",
      "/go ID, for one of /ls",
      "did you mean /daemon start?",
    ]
  ) {
    assertStringIncludes(stderr, hint);
  }
  const shell = await home.cli(["go"]);
  assertStringIncludes(shell.stderr, "hint: agent-console go ID, for one of agent-console ls\n");
});

Deno.test("A4 chat: a request is answered from a pipe, and hostile names arrive escaped", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  const title = "x\x1b]52;c;eA==\x07\u202e\nhint: /quit";
  await client.request("session.update", { sessionId: "s9", agent: "custom", title, status: "working" });
  await using asks = await held(home, client, { cwd: "/w/web", command: "touch a" });
  const { code, stdout, stderr } = await home.cli(["chat"], { stdin: `/approve ${asks.id}\nwho\n/ls\n` });
  assertEquals(code, 1, stderr);
  assertStringIncludes(stderr, `${asks.id}: approved once`);
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x09\x0b-\x1f\u202e]|^hint: \/quit/m.test(stdout + stderr), stdout + stderr);
  await asks.hook.exit(20_000);
});

Deno.test("F5 chat: a reader that goes away ends it quietly, and what comes behind is not run", async () => {
  await using home = await TestHome.create();
  await home.start();
  const { argv, env } = home.command(["chat"]);
  const words = argv.map((word) => `'${word}'`).join(" ");
  const lines = `printf '/help\\n/help\\n/session update later --agent custom\\n'; sleep 1`;
  const script = `{ ${lines}; } | ( ${words}; echo "code $?" >&2 ) | true`;
  const running = home.spawnArgv(["bash", "-c", script], env);
  const { stderr } = await running.exit(40_000);
  assertMatch(stderr, /^code 0\n$/);
  assertEquals((await home.json(["ls", "--json"]))["sessions"], []);
});

Deno.test("F5 chat: every command of the program is there, and says by --help what it does", async () => {
  await using home = await TestHome.create();
  await home.start();
  const all = paths(tree()).filter(([name]) => name !== "help");
  assert(all.length > 40, "the tree was not read");
  const stdin = all.map((path) => `/${path.join(" ")} --help\n`).join("");
  const { code, stdout, stderr } = await home.cli(["chat"], { stdin });
  assertEquals([code, stderr], [0, ""]);
  for (const path of all) assertMatch(stdout, new RegExp(`^Usage: agent-console ${path.join(" ")}( |$)`, "m"));
  const help = await home.cli(["chat"], { stdin: "/help\n" });
  const listed = tree().commands.map((command) => command.name());
  const outside = ["chat", "hook", "statusline", "help"];
  for (const name of listed) assertEquals(help.stdout.includes(`  /${name} `), !outside.includes(name), name);
  assertEquals((await home.cli(["chat"], { stdin: "/hook custom\n" })).code, 1);
  assertEquals((await home.cli(["chat", "No Body"])).code, 2);
});
