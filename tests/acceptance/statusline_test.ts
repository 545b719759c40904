/** The status line's tee, as Claude Code runs it: the user's own line comes first, the report goes beside it. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { keptName, SET_ASIDE } from "../../src/platform/environment.ts";
import { STATUSLINE_LAUNCHER, thisProgram } from "../../src/platform/program.ts";
import { homePaths } from "../../src/platform/home_paths.ts";
import { HOOK_ENV } from "../../src/agents/hook_env.ts";
import { programArgv, statuslineFlags } from "../../src/platform/sandbox.ts";
import { exists } from "../support/exists.ts";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { eventually, patience } from "../support/harness_wait.ts";
import { dataFolder, hookLauncher } from "../support/stub_hook.ts";
import { Impostor } from "../support/raw_socket.ts";
import { isModelTold, journalSize, session, shownUntil } from "../support/statusline_home.ts";
import type { Json } from "../support/wire.ts";

const LINE = {
  session_id: "bar",
  cwd: "/x",
  model: { id: "m-1", display_name: "Opus 5.5" },
  cost: { total_cost_usd: 0.1234 },
  context_window: { total_input_tokens: 100, total_output_tokens: 20, used_percentage: 8 },
};
const STDIN = JSON.stringify(LINE);
/** 300 ms are promised for a daemon that hangs; this is asserted, because the machine may be busy with other tests. */
const most = () => patience(2000);

Deno.test("H1 the user's status line gets the same bytes, and its own come out as they are", async () => {
  await using home = await TestHome.create();
  await home.start();
  const random = new Uint8Array(1_048_576);
  for (let at = 0; at < random.length; at += 65_536) crypto.getRandomValues(random.subarray(at, at + 65_536));
  const inputs = {
    empty: new Uint8Array(),
    json: new TextEncoder().encode(STDIN),
    bad: new Uint8Array([0, 255, 10, 0xfe]),
    random,
  };
  for (const [name, bytes] of Object.entries(inputs)) {
    const [from, out, err] = ["in", "out", "err"].map((end) => `${home.root}/${name}.${end}`) as [
      string,
      string,
      string,
    ];
    await Deno.writeFile(from, bytes);
    const { argv, env } = home.command(["statusline", "--", "sh", "-c", "tee /dev/stderr; exit 3"]);
    const show = async () => {
      await using run = home.spawnArgv(["sh", "-c", `"$@" <${from} >${out} 2>${err}`, "sh", ...argv], env);
      return await run.exit(10_000);
    };
    const { code } = name === "json" ? await shownUntil(show, () => isModelTold(home)) : await show();
    assertEquals(code, 3, name);
    assert(equal(await Deno.readFile(out), bytes), `${name}: stdout differs`);
    assert(equal(await Deno.readFile(err), bytes), `${name}: stderr differs`);
  }
});

Deno.test("H1 the exit code is the command's own; one that cannot be run fails as in a shell, in one line", async () => {
  await using home = await TestHome.create();
  const exits: readonly (readonly [readonly string[], number])[] = [
    [["true"], 0],
    [["sh", "-c", "exit 42"], 42],
    [["sh", "-c", "kill -9 $$"], 137],
    [["no such command"], 127],
    [["/etc"], 126],
  ];
  for (const [command, expected] of exits) {
    const { code, stdout, stderr } = await home.cli(["statusline", "--", ...command], { stdin: STDIN });
    assertEquals([code, stdout], [expected, ""], command.join(" "));
    if (expected === 126 || expected === 127) assertMatch(stderr, /^agent-console: [^\n]+\n$/);
    else assertEquals(stderr, "");
  }
  // Behind another global option the full command line runs it, alike.
  const { code, stdout } = await home.cli(["--no-color", "statusline", "--", "sh", "-c", "cat; exit 4"], {
    stdin: STDIN,
  });
  assertEquals([code, stdout], [4, STDIN]);
});

Deno.test("H1 without a daemon it prints what it prints, starts none and keeps nothing", async () => {
  await using home = await TestHome.create();
  await Deno.mkdir(`${home.root}/repo/.git`, { recursive: true });
  await Deno.writeTextFile(`${home.root}/repo/.git/HEAD`, "ref: refs/heads/feat/x\n");
  const stdin = JSON.stringify({ ...LINE, cwd: `${home.root}/repo/deep` });
  assertEquals((await home.cli(["statusline", "--", "echo", "mine"], { stdin })).stdout, "mine\n");
  assertEquals((await home.cli(["statusline"], { stdin })).stdout, "Opus 5.5 · 8 % of context · $0.12 · feat/x\n");
  const nasty = JSON.stringify({ ...LINE, model: { display_name: "\u001b[2Jx\u202e" }, cost: null, context_window: 5 });
  assertEquals((await home.cli(["statusline"], { stdin: nasty })).stdout, "\\x1b[2Jx\\u202e\n");
  for (const empty of ["", "null", "{{{", "[1]"]) {
    const { code, stdout, stderr } = await home.cli(["statusline"], { stdin: empty });
    assertEquals([code, stdout, stderr], [0, "", ""], empty);
  }
  assert(!exists(home.dir), "a home folder was made");
});

Deno.test("H1 a daemon that hangs costs the status line 300 ms at most, after its command has spoken", async () => {
  await using home = await TestHome.create();
  await Deno.mkdir(home.dir, { mode: 0o700 });
  await using hung = new Impostor(home.socketPath);
  for (const args of [["statusline", "--", "cat"], ["statusline"]]) {
    const { code, stdout, stderr, ms } = await home.cli(args, { stdin: STDIN });
    assertEquals([code, stderr], [0, ""]);
    assert(stdout.length > 10);
    assert(ms < await most(), `took ${ms.toFixed(0)} ms`);
  }
  assertEquals(hung.connections, 2);
});

Deno.test("the report comes while a slow command still runs, and after a fast one that reads nothing", async () => {
  await using home = await TestHome.create();
  await home.start();
  const fast = await shownUntil(
    () => home.cli(["statusline", "--", "true"], { stdin: STDIN }),
    () => isModelTold(home),
  );
  assertEquals([fast.code, (await session(home))["cost"]], [0, { usd: 0.1234, contextPercent: 8, tokens: 120 }]);
  const pipe = `${home.root}/pipe`;
  await new Deno.Command("mkfifo", { args: [pipe] }).output();
  const stdin = JSON.stringify({ ...LINE, cost: { total_cost_usd: 7 } });
  await using slow = home.spawn(["statusline", "--", "cat", pipe], { stdin });
  await eventually(
    async () => ((await session(home))["cost"] as Json)["usd"] === 7,
    20_000,
    "the report of a status line that still runs",
  );
  assert(!slow.ended);
  await Deno.writeTextFile(pipe, "at last\n");
  const { code, stdout } = await slow.exit(10_000);
  assertEquals([code, stdout], [0, "at last\n"]);
});

Deno.test("one event for each real change, whatever a status line repeats; show and ls tell what it told", async () => {
  await using home = await TestHome.create();
  await home.start();
  const before = await journalSize(home);
  const tell = (line: Json) => home.cli(["statusline", "--", "true"], { stdin: JSON.stringify(line) });
  const hasGrown = async () => await journalSize(home) > before;
  const working = (ms: number) => tell({ ...LINE, cost: { total_cost_usd: 0.1234, total_duration_ms: ms } });
  await shownUntil(() => working(0), hasGrown);
  for (let i = 1; i < 3; i++) await working(i);
  assertEquals(await journalSize(home), before + 1);
  const limited = () =>
    tell({ ...LINE, rate_limits: { five_hour: { used_percentage: 23, resets_at: 4_000_000_000 } } });
  await shownUntil(limited, async () => await journalSize(home) > before + 1);
  await limited();
  assertEquals(await journalSize(home), before + 2);
  const { stdout } = await home.cli(["show", "bar"]);
  for (const words of [/cost +\$0\.12/, /context +8 %, 120 tokens/, /plan +5 h: 23 % \(resets in \d+d\)/]) {
    assertMatch(stdout, words);
  }
  assertStringIncludes((await home.cli(["ls"])).stdout, "$0.12 8 %");
  const { sessions } = await home.json(["ls", "--json"]) as { sessions: Json[] };
  assertEquals(sessions.map((one) => [one["cost"], one["status"]]), [[
    { usd: 0.1234, contextPercent: 8, tokens: 120 },
    "starting",
  ]]);
});

Deno.test("H1 an stdin that stays open does not hold the status line", async () => {
  await using home = await TestHome.create();
  await new Deno.Command("mkfifo", { args: [`${home.root}/hold`] }).output();
  for (const words of [["statusline", "--", "true"], ["statusline"]]) {
    const { argv, env } = home.command(words);
    // The shell keeps the pipe open until somebody writes into the other one.
    const script = '(printf "%s" "$0"; read _ <"$HOME/hold") | { "$@"; echo "exit $?" >&2; }';
    await using run = home.spawnArgv(["sh", "-c", script, STDIN, ...argv], env);
    await run.says("exit 0", await most() + 1000, "stderr");
    assertEquals(run.stderr, "exit 0\n");
    await Deno.writeTextFile(`${home.root}/hold`, "\n");
    await run.exit(10_000);
  }
});

Deno.test("a reader that is gone makes no noise", async () => {
  await using home = await TestHome.create();
  const { argv, env } = home.command(["statusline"]);
  // Descriptor 4 is a pipe that nobody reads.
  const script =
    `mkfifo "$HOME/p"; exec 3<>"$HOME/p" 4>"$HOME/p" 3<&-; printf '%s' "$0" | "$@" >&4 4>&-; echo "exit $?"`;
  await using run = home.spawnArgv(["sh", "-c", script, STDIN, ...argv], env);
  const { stdout, stderr } = await run.exit(10_000);
  assertEquals([stdout, stderr], ["exit 0\n", ""]);
});

Deno.test("the agent's TERM goes on to the command, whose end is ours", async () => {
  await using home = await TestHome.create();
  const script = `trap 'kill $!; echo bye; exit 5' TERM; sleep 60 >/dev/null 2>&1 & echo ready; wait`;
  await using run = home.spawn(["statusline", "--", "sh", "-c", script], { stdin: STDIN });
  await run.says("ready", 10_000);
  run.kill("SIGTERM");
  const { code, stdout } = await run.exit(10_000);
  assertEquals([code, stdout], [5, "ready\nbye\n"]);
});

Deno.test("A2 under the flags of an installed status line it reports, finds the branch and runs the command", async () => {
  await using home = await TestHome.create();
  await home.start();
  await Deno.mkdir(`${home.root}/repo/.git`, { recursive: true });
  await Deno.writeTextFile(`${home.root}/repo/.git/HEAD`, "ref: refs/heads/main\n");
  const paths = homePaths(home.dir);
  const flags = statuslineFlags({
    paths,
    socketPath: home.socketPath,
    env: [...HOOK_ENV, "AGENT_CONSOLE_HOME", "AGENT_CONSOLE_SOCKET", "HOME"],
  });
  const { daemon } = thisProgram(`file://${REPOSITORY}/main.ts`);
  assert(daemon.form !== "compiled");
  const entry = `${REPOSITORY}/main.ts`;
  const argv = programArgv({ form: daemon.form, deno: daemon.deno, entry }, flags, ["--home", home.dir]);
  const { env } = home.command([], { env: { CLAUDE_PID: "4242", SECRET_OF_MINE: "seen" } });
  const stdin = JSON.stringify({ ...LINE, cwd: `${home.root}/repo` });
  const script = `printf '%s' "$0" | "$@"`;
  const words = [...argv, "statusline", "--", "sh", "-c", 'echo "$SECRET_OF_MINE"'];
  const show = async () => {
    await using run = home.spawnArgv(["sh", "-c", script, stdin, ...words], env);
    return await run.exit(10_000);
  };
  const { code, stdout, stderr } = await shownUntil(show, () => isModelTold(home));
  assertEquals([code, stdout, stderr], [0, "seen\n", ""]);
  const { gitBranch, pid } = await session(home) as { gitBranch?: string; pid?: number };
  assertEquals([gitBranch, pid], ["main", 4242]);
});

Deno.test("H1 the user's status line gets the variables that it had: none of ours, and those that were set aside", async () => {
  await using home = await TestHome.create();
  await home.start();
  const paths = homePaths(home.dir);
  const env = [
    ...HOOK_ENV,
    "AGENT_CONSOLE_HOME",
    "AGENT_CONSOLE_SOCKET",
    "HOME",
    "DENO_DIR",
    ...SET_ASIDE.map(keptName),
  ];
  const flags = statuslineFlags({ paths, socketPath: home.socketPath, env });
  const { daemon } = thisProgram(`file://${REPOSITORY}/main.ts`);
  assert(daemon.form !== "compiled");
  const entry = `${REPOSITORY}/main.ts`;
  const argv = programArgv({ form: daemon.form, deno: daemon.deno, entry }, flags, ["--home", home.dir]);
  const { env: { DENO_DIR: cache = "", ...before } } = home.command([], { env: { RUST_LOG: "trace" } });
  const launcher = ["/bin/sh", `${REPOSITORY}/install/${STATUSLINE_LAUNCHER}`, `DENO_DIR=${cache}`];
  const command = ["statusline", "--", "/bin/sh", "-c", 'cat >/dev/null; env | grep -E "^(DENO_DIR|AC_KEPT|RUST_LOG)"'];
  for (const own of [{}, { DENO_DIR: "/mine" }]) {
    const script = `printf '%s' "$0" | "$@"`;
    const all = { ...before, ...own };
    await using run = home.spawnArgv(["sh", "-c", script, STDIN, ...launcher, ...argv, ...command], all);
    const { stdout, stderr } = await run.exit(10_000);
    const seen = stdout.trim().split("\n").sort();
    assertEquals([seen, stderr], [[...("DENO_DIR" in own ? ["DENO_DIR=/mine"] : []), "RUST_LOG=trace"], ""]);
  }
});

Deno.test("H3 the installed status line runs by the stub, reports, and is the user's own alone where the program is gone", async () => {
  await using home = await TestHome.create();
  await home.start();
  const settings = `${home.root}/.claude/settings.json`;
  await Deno.mkdir(`${home.root}/.claude`);
  const own = { type: "command", command: 'cat >/dev/null; echo "mine $SECRET_OF_MINE"', padding: 0 };
  const text = JSON.stringify({ statusLine: own });
  await Deno.writeTextFile(settings, text);
  assertEquals((await home.cli(["hooks", "install", "claude", "--no-feed", "--statusline"])).code, 0);
  const { statusLine: { command } } = JSON.parse(await Deno.readTextFile(settings));
  assert(command.length < 300, command);
  const { env } = home.command([], { env: { SECRET_OF_MINE: "seen", RUST_LOG: "trace" } });
  const shown = async () => {
    await using run = home.spawnArgv(["/bin/sh", "-c", command], env, STDIN);
    return await run.exit(10_000);
  };
  const first = await shownUntil(shown, () => isModelTold(home));
  assertEquals([first.code, first.stdout, first.stderr], [0, "mine seen\n", ""]);
  const state = async () => (await home.cli(["hooks", "status", "claude"])).stdout;
  assertMatch(await state(), /status line installed/);
  const launcher = hookLauncher(home).replace(/hook$/, "statusline");
  await Deno.remove(launcher);
  assertEquals((await shown()).stdout, "mine seen\n");
  assertMatch(await state(), /status line outdated/);
  await home.cli(["hooks", "install", "claude", "--no-feed"]);
  assert(exists(launcher), "an installation without --statusline keeps it as it is to be");
  await home.cli(["hooks", "uninstall", "claude"]);
  assertEquals([await Deno.readTextFile(settings), exists(launcher), exists(`${dataFolder(home)}/statusline`)], [
    text,
    false,
    false,
  ]);
});

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
