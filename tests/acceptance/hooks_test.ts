/** H1: a hook never makes an agent fail or wait. */
import { assert, assertEquals } from "@std/assert";
import { HOOK_NAMES } from "../../src/agents/adapters.ts";
import { TestHome } from "../support/harness.ts";
import { isRoot, USER } from "../support/harness_guard.ts";
import { eventually, rounds } from "../support/harness_wait.ts";
import { assertHarmless, EVENT, INPUTS, MOST_MS } from "../support/hook_inputs.ts";
import { Impostor } from "../support/raw_socket.ts";
import type { Json } from "../support/wire.ts";

/** On a busy machine an event goes by the spool: the daemon soon looks there. */
const QUICK_TICK = ["--limit", "tickMs=500"];

async function session(home: TestHome): Promise<Json> {
  await using client = await home.connect({ token: true });
  const got = () => client.request("session.get", { sessionId: "h1" });
  return (await eventually(got, 15_000, "the session of the event"))["session"] as Json;
}

/** What the hook left: events for later, and whether it began to start a daemon. */
function spoolOf(home: TestHome): string[] {
  return [...Deno.readDirSync(home.path("spool"))].map(({ name }) => name.replace(/^.*(?=\.json$)/, "KEY")).sort();
}

Deno.test("H1 whatever comes on stdin, the hook is silent, quick and exits 0, and the daemon lives", async () => {
  await using home = await TestHome.create();
  const pid = await home.start({ args: QUICK_TICK });
  const hooks = HOOK_NAMES.map((agent) =>
    agent === "claude-like:NAME" ? ["hook", "claude-like", "--name", "qwen"] : ["hook", agent]
  );
  // The hook reads stdin alike for whichever agent: the short run gives each agent some of the inputs, and all to one.
  const whole = rounds(1, hooks.length);
  for (const [nth, args] of hooks.entries()) {
    for (const [at, [what, stdin]] of INPUTS.entries()) {
      if (nth >= whole && at % 6 !== nth % 6) continue;
      assertHarmless(`${args.join(" ")}: ${what}`, await home.cli(args, { stdin }));
    }
  }
  for (const args of [["hook", "nobody"], ["hook"], ["hook", "claude", "--what"], ["hook", "../../etc"]]) {
    const { code, stdout } = await home.cli(args, { stdin: EVENT });
    assertEquals([code, stdout.trim() === "" || stdout.trim() === "{}"], [0, true], args.join(" "));
  }
  assertEquals(home.needPid(), pid);
  assertHarmless("a good event", await home.cli(["hook", "claude"], { stdin: EVENT }));
  assertEquals((await session(home))["status"], "working");
});

Deno.test("H1 an event of 5 MiB still moves its session", async () => {
  await using home = await TestHome.create();
  await home.start({ args: QUICK_TICK });
  const large = JSON.stringify({ ...JSON.parse(EVENT), prompt: "p".repeat(5 * 1_048_576) });
  // A pipe that gives less than all of it within the hook's second is given up: on a machine that busy, once more.
  let row: Json | undefined;
  for (let sent = 0; sent < 4 && row === undefined; sent++) {
    assertHarmless("5 MiB", await home.cli(["hook", "claude"], { stdin: large }));
    row = await session(home).catch(() => undefined);
  }
  assertEquals(row?.["status"], "working");
});

Deno.test("H1 a workspace's file of any size costs the hook no more than its limit", async () => {
  await using home = await TestHome.create();
  await home.start();
  await Deno.mkdir(`${home.root}/project/.agent-console`, { recursive: true });
  const file = `${home.root}/project/.agent-console/config.jsonc`;
  await Deno.writeTextFile(file, "{}");
  await Deno.truncate(file, 1_500_000_000); // sparse: it takes no room on the disk
  assertHarmless("1.5 GB", await home.cli(["hook", "claude"], { stdin: EVENT, cwd: `${home.root}/project` }));
});

Deno.test("H1 without a daemon the hook is silent and quick, and its event is not lost", async () => {
  await using home = await TestHome.create();
  assertHarmless("no home at all", await home.cli(["hook", "claude"], { stdin: EVENT }));
  await eventually(
    async () => {
      await using client = await home.connect({ token: true });
      const { sessions } = await client.request("session.list") as { sessions: Json[] };
      return sessions.some((session) => session["id"] === "h1");
    },
    30_000,
    "the session of an event that found no daemon",
    20,
  );
});

Deno.test("H1 a daemon that hangs costs the hook no more than its deadline", async () => {
  await using home = await TestHome.create();
  await Deno.mkdir(home.dir, { mode: 0o700 });
  await using hung = new Impostor(home.socketPath);
  assertHarmless("a hung daemon", await home.cli(["hook", "claude"], { stdin: EVENT }));
  await hung.met(10_000);
  assertEquals(
    [hung.connections, spoolOf(home)],
    [1, ["KEY.json", "daemon-hung"]],
    "it was asked twice, or another was started",
  );
  assertHarmless("a daemon known to hang", await home.cli(["hook", "claude"], { stdin: EVENT }));
  assertEquals(spoolOf(home), ["KEY.json", "KEY.json", "daemon-hung"]);
});

Deno.test("H1 a daemon that is busy is asked once, and no other is started beside it", async () => {
  await using home = await TestHome.create();
  await Deno.mkdir(home.dir, { mode: 0o700 });
  const busy = '{"jsonrpc":"2.0","id":2,"error":{"code":1005,"message":"busy"}}';
  await using impostor = new Impostor(home.socketPath, (line) => line.includes('"method":"hello"') ? "{}" : busy);
  assertHarmless("a busy daemon", await home.cli(["hook", "claude"], { stdin: EVENT }));
  assertEquals([impostor.connections, spoolOf(home)], [1, ["KEY.json"]]);
});

Deno.test("H1 a daemon that answers nonsense does not disturb the hook", async () => {
  await using home = await TestHome.create();
  await Deno.mkdir(home.dir, { mode: 0o700 });
  await using _impostor = new Impostor(home.socketPath, () => "}{ nonsense");
  assertHarmless("nonsense", await home.cli(["hook", "claude"], { stdin: EVENT }));
});

Deno.test("H1 an stdin that stays open does not make the hook wait for ever", async () => {
  await using home = await TestHome.create();
  await home.start();
  const { argv, env } = home.command(["hook", "claude"]);
  // The shell keeps the pipe open until somebody writes into the other one.
  await new Deno.Command("mkfifo", { args: [`${home.root}/hold`] }).output();
  const script = '(printf "%s" "$0"; read _ <"$HOME/hold") | { "$@"; echo "exit $?" >&2; }';
  await using hook = home.spawnArgv(["sh", "-c", script, EVENT, ...argv], env);
  await hook.says("exit 0", MOST_MS + 1000, "stderr");
  assert(hook.stdout.trim() === "" || hook.stdout.trim() === "{}");
  await Deno.writeTextFile(`${home.root}/hold`, "\n");
  await hook.exit(10_000);
});

Deno.test({
  name: `H1 a home that cannot be written does not disturb the hook${isRoot ? "" : " (ignored: needs root)"}`,
  ignore: !isRoot,
  fn: async () => {
    await using home = await TestHome.create({ uid: USER });
    await Deno.mkdir(home.dir, { mode: 0o500 });
    await Deno.chown(home.dir, USER, USER);
    await Deno.chmod(home.root, 0o500);
    assertHarmless("a read-only home", await home.cli(["hook", "claude"], { stdin: EVENT }));
    assertEquals(Array.from(await Array.fromAsync(Deno.readDir(home.dir))), []);
    await Deno.chmod(home.root, 0o700);
  },
});

Deno.test("H1 a hook on a full disk is harmless", async () => {
  await using home = await TestHome.create();
  const { argv, env } = home.command(["hook", "claude"]);
  // A file size limit of zero makes every write of a file fail, as a full disk does.
  await using hook = home.spawnArgv(
    ["sh", "-c", 'ulimit -f 0; trap "" XFSZ; printf "%s" "$0" | "$@"', EVENT, ...argv],
    env,
  );
  const { code, stdout } = await hook.exit(10_000);
  assertEquals(code, 0);
  assert(stdout.trim() === "" || stdout.trim() === "{}");
});

Deno.test("H2 hooks of Codex, of a Claude-shaped agent and of any other make rows; two events prove the pid", async () => {
  await using home = await TestHome.create();
  await home.start({ args: QUICK_TICK });
  const codex = (hook_event_name: string) =>
    JSON.stringify({
      session_id: "c1",
      turn_id: "t",
      hook_event_name,
      cwd: "/x",
      transcript_path: "/x/t",
      prompt: "go",
    });
  for (const event of ["SessionStart", "UserPromptSubmit"]) {
    assertHarmless(event, await home.cli(["hook", "codex"], { stdin: codex(event) }));
  }
  const like = JSON.stringify({ ...JSON.parse(EVENT), session_id: "q1" });
  assertHarmless("--name", await home.cli(["hook", "claude-like", "--name", "qwen"], { stdin: like }));
  const custom = JSON.stringify({ agent: "my-agent", session: "m1", event: "prompt", prompt: "go" });
  assertHarmless("custom", await home.cli(["hook", "custom"], { stdin: custom }));
  for (const args of [["--name", "Not A Name"], ["--name"], []]) {
    const { code } = await home.cli(["hook", "claude-like", ...args], { stdin: EVENT });
    assertEquals(code, 0, args.join(" "));
  }
  await using client = await home.connect({ token: true });
  const rows = await eventually(
    async () => {
      const { sessions } = await client.request("session.list", {}) as { sessions: Json[] };
      const rows = new Map(sessions.map((session) => [session["id"], session]));
      return rows.size >= 3 && rows.get("c1")?.["pid"] !== undefined ? rows : undefined;
    },
    15_000,
    "the rows, and a pid behind the second event",
  );
  assertEquals([...rows.keys()].sort(), ["c1", "m1", "q1"]);
  assertEquals([rows.get("c1")?.["agent"], rows.get("q1")?.["agent"], rows.get("m1")?.["agent"]], [
    ...["codex", "qwen", "my-agent"],
  ]);
  // this test process started the hooks
  assertEquals([rows.get("c1")?.["pid"], rows.get("q1")?.["pid"]], [Deno.pid, undefined]);
});
