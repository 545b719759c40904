/** What a wrong command line is told: the usual form, and where the help for it stands. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { eventually } from "../support/harness_wait.ts";
import { TestTerminal } from "../support/terminal.ts";

Deno.test("a wrong argument hints at the help of its own command", async () => {
  await using home = await TestHome.create();
  const cases = [
    [["rules", "revoke"], "agent-console rules revoke --help"],
    [["show"], "agent-console show --help"],
    [["ls", "--status", "odd"], "agent-console ls --help"],
    [["session", "update", "s", "--status", "odd"], "agent-console session update --help"],
    [["--odd"], "agent-console --help"],
    [["foo"], "agent-console --help"],
    [["statsu"], "did you mean status?"],
    [["ls", "--jsno"], "did you mean --json?"],
    [["daemon", "logs", "-n", "many"], "agent-console daemon logs --help"],
    [["daemon", "stop", "--timeout", "soon"], "agent-console daemon stop --help"],
  ] as const;
  for (const [args, hint] of cases) {
    const { code, stderr } = await home.cli([...args]);
    assertEquals([code, stderr.split("\n")[1]], [2, `hint: ${hint}`], stderr);
  }
});

Deno.test("a wrong value is told what to write instead, and a file that is not there is no raw error", async () => {
  await using home = await TestHome.create();
  const said = async (...args: string[]) => (await home.cli(args)).stderr.trimEnd().split("\n");
  assertEquals(await said("config", "set", "daemon.safety_mode", "yolo"), [
    'error: daemon.safety_mode is "yolo", expected manual, guarded or autonomous',
    "hint: its default: agent-console config set daemon.safety_mode manual",
  ]);
  assertEquals(await said("config", "set", "channels.telegram.allowed_chat_ids", '["abc"]'), [
    'error: channels.telegram.allowed_chat_ids[0] is "abc", expected a number',
    "hint: for example agent-console config set channels.telegram.allowed_chat_ids '[123456789]'",
  ]);
  assertEquals(await said("config", "set", "channels.telegram.allowed_chat_ids", "[0]"), [
    "error: channels.telegram.allowed_chat_ids[0] is 0, expected another value",
    "hint: for example agent-console config set channels.telegram.allowed_chat_ids '[123456789]'",
  ]);
  for (
    const [key, wrong, example] of [
      ["url", "hooks", "https://hooks.example.com/agent-console"],
      ["secret_file", "a/b", "webhook.secret"],
    ] as const
  ) {
    assertEquals(
      (await said("config", "set", `channels.webhook.${key}`, wrong))[1],
      `hint: for example agent-console config set channels.webhook.${key} ${example}`,
    );
  }
  assertEquals(await said("config", "set", "channels.webhook.enabled", "true"), [
    'error: no setting is named "channels.webhook.enabled"',
    "hint: there are channels.webhook.url, channels.webhook.secret_env, channels.webhook.secret_file, " +
    "channels.webhook.answers",
  ]);
  assertEquals(await said("ls", "--status", "wating"), [
    'error: --status is "wating", expected waiting, failed, working, ready, idle, lost, closed, error or starting',
    "hint: did you mean waiting?",
  ]);
  assertEquals(await said("completions", "bsh"), [
    'error: shell is "bsh", expected bash, zsh or fish',
    "hint: did you mean bash?",
  ]);
  assertEquals(
    (await said("cron", "add", "x", "@daily", "--maintenance", "foo"))[0],
    'error: --maintenance is "foo", expected verify',
  );
  assertEquals(
    (await said("cron", "add", "x", "@daily", "--command", "status"))[0],
    "error: a command begins with a slash: /status",
  );
  assertEquals(await said("rules", "add", "make", "--expires", "5y"), [
    'error: --expires is "5y", expected a time like 30m, 8h or 7d',
    "hint: a number and s, m, h or d: a year is 365d",
  ]);
  assertEquals(await said("audit", "verify", "--against", "5"), [
    "error: there is no file 5",
    'hint: give a head that "agent-console audit head --json" printed at an earlier time, or a signed checkpoint, that was kept elsewhere; one made now proves nothing',
  ]);
});

Deno.test("session rename says what was done", async () => {
  await using home = await TestHome.create();
  await home.start();
  assertEquals((await home.cli(["session", "update", "s1", "--agent", "mine"])).code, 0);
  const { code, stderr } = await home.cli(["session", "rename", "s1", "the shop"]);
  assertEquals([code, stderr], [0, "s1 is now called the shop\n"]);
});

Deno.test("H1 a hook under a name that no agent has is silent, and the log names it", async () => {
  await using home = await TestHome.create();
  await home.start();
  for (const args of [["foo"], ["claude-like", "--name", "Qwen Coder"], ["claude-like", "--name", "codex"]]) {
    const { code, stdout, stderr } = await home.cli(["hook", ...args], { stdin: '{"session_id":"s"}' });
    assertEquals([code, stdout, stderr], [0, "", ""]);
  }
  // The log is opened behind the first hello, and what a busy daemon did not take of a hook it takes some time later.
  const said = ["agent is foo, expected", "claude-like:Qwen Coder, which is no usable", "codex is another agent's"];
  await eventually(
    async () => {
      const { stdout } = await home.cli(["daemon", "logs"]);
      return said.every((words) => stdout.includes(words));
    },
    30_000,
    `a log with ${said.join(", ")}`,
  );
});

Deno.test("H1 a hook that a person types at a terminal says what it is for; without a terminal it is silent", async () => {
  await using home = await TestHome.create();
  for (const args of [["hook", "nope"], ["hook", "claude", "report"], ["hook"]]) {
    await using terminal = await TestTerminal.open(home, args, { columns: 120 });
    const { code, screen } = await terminal.exit();
    assertEquals([code, screen], [
      2,
      "error: hook reads one event of an agent from its stdin, which is a terminal here\n" +
      "hint: agents run it; to make one do so: agent-console hooks install AGENT\n[exit 2]",
    ]);
    const { code: silent, stdout, stderr } = await home.cli(args);
    assertEquals([silent, stdout, stderr], [0, "", ""], args.join(" "));
  }
});

Deno.test("first hour 3: a word that may be many sessions lists ten of them, and how many more there are", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  for (let i = 10; i < 23; i++) await client.request("session.update", { sessionId: `v${i}`, agent: "mine" });
  const { code, stderr } = await home.cli(["show", "v"]);
  const lines = stderr.trimEnd().split("\n");
  assertEquals([code, lines.length, lines[0]], [1, 13, 'error: "v" may be 13 of them:']);
  assertEquals(lines.slice(11), ["  3 more", "hint: give more of the id; agent-console ls --all lists them"]);
});

Deno.test("first hour 7: help of a command in a group is that command's, and of none it says that there is none", async () => {
  await using home = await TestHome.create();
  const [asked, own] = [await home.cli(["help", "cron", "add"]), await home.cli(["cron", "add", "--help"])];
  assertEquals([asked.code, asked.stdout], [0, own.stdout]);
  assertStringIncludes(asked.stdout, "agent-console cron add");
  assertEquals((await home.cli(["cron", "help", "add"])).stdout, own.stdout);
  assertEquals((await home.cli(["help", "cron"])).stdout, (await home.cli(["cron", "--help"])).stdout);
  for (
    const [args, named, hint] of [
      [["help", "foo"], "foo", "agent-console --help"],
      [["help", "statsu"], "statsu", "did you mean help status?"],
      [["help", "cron", "ad"], "cron ad", "did you mean help cron add?"],
      [["cron", "help", "foo"], "cron foo", "agent-console cron --help"],
    ] as const
  ) {
    const { code, stdout, stderr } = await home.cli([...args]);
    assertEquals([code, stdout, stderr], [2, "", `error: no command is named "${named}"\nhint: ${hint}\n`]);
  }
});

Deno.test("first hour 7: a program behind the schedule of a job is told where it belongs", async () => {
  await using home = await TestHome.create();
  const { code, stderr } = await home.cli(["cron", "add", "hello", "* * * * *", "--", "echo", "hi"]);
  assertEquals([code, stderr.split("\n")[0]], [2, "error: too many arguments behind the schedule: echo hi"]);
  assertStringIncludes(stderr, 'agent-console config set scheduler.programs.hello.argv \'["echo","hi"]\'\n');
});
