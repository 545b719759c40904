/**
 * H5: real Claude Code against a model double, with our hooks in its settings. It needs the lab: AC_LAB names the
 * folder that holds run-claude.sh and the installed agent; tmux, jq and node must be there too.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { denoDir, isRoot } from "../support/harness_guard.ts";
import { commandLine, isAlive, type Outcome, type Running } from "../support/harness_process.ts";
import { eventually } from "../support/harness_wait.ts";
import type { Json } from "../support/wire.ts";

const LAB = Deno.env.get("AC_LAB") ?? "";
const BINARY = `${LAB}/claude/node_modules/@anthropic-ai/claude-code-linux-x64/claude`;
const SCENARIO_MS = 50_000;
const PRINT_MS = 20_000;
/** The daemon looks at its processes every 10 s; a minute is promised. */
const LOST_MS = 40_000;

/** One turn of `claude -p`, in the environment of the lab: PROMPT and SETTINGS come as arguments. */
const PRINT = `. "$LAB/lab.sh" && . "$LAB/claude-env.sh" && CLAUDE_EXTRA_ENV=$LAB_ENV KEEP_HOME= KEEP_CAP= &&
start ac-print >&2 && claude_env ac-print && cd "$WORK" &&
"\${CLAUDE[@]}" "$CLAUDE_BIN" -p "$1" --settings "$2" --output-format json </dev/null`;

const missing = await whatIsMissing();

function labTest(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name: missing === undefined ? name : `${name} (ignored: ${missing})`,
    ignore: missing !== undefined,
    fn,
  });
}

labTest("H5 real Claude Code: every state is seen live, and each session ends in the right one", async () => {
  await using home = await TestHome.create();
  await home.start();
  const settings = await settingsOf(home);
  await using watch = home.spawn(["watch", "--json"]);
  await watch.says('"type":"snapshot"', 5000);
  await using scenario = inLab(home, [`${LAB}/run-claude.sh`, settings]);
  try {
    await eventually(() => rowsOf(watch).some(asksToTouch), SCENARIO_MS, "the row that waits for a permission");
    const { sessions: [urgent] } = await home.json(["next", "--json"]) as { sessions: Json[] };
    assert(urgent !== undefined && asksToTouch(urgent), `next names ${JSON.stringify(urgent)}`);
    assert(!scenario.stdout.includes("ok   permission prompt"), "the dialog was answered before it was seen");
    assertScenario(await scenario.exit(SCENARIO_MS));
  } finally {
    await endScenario(scenario);
  }
  const rows = rowsOf(watch);
  const [printed = "", talked = "", ...others] = [...new Set(rows.map(idOf))];
  assertEquals(others, [], "a resumed session is one row");
  assertEquals(statesOf(rows, printed), "starting working idle closed");
  assertMatch(
    statesOf(rows, talked),
    // A sub-agent works in the background: its session rests in between, or does not.
    /^starting working idle working waiting:permission working idle working waiting:permission( working idle)+ working waiting:question working idle working error closed idle working idle closed$/,
  );
  const talk = rows.filter((row) => idOf(row) === talked);
  assert(talk.some((row) => row["subagents"] === 1), "the sub-agent was not counted");
  assert(talk.some((row) => member(row, "waiting")?.["text"] === "Which colour?"), "the question was not read");
  assert(talk.some((row) => String(member(row, "error")?.["text"]).includes("mock error 400")), "no error text");
  const { sessions } = await home.json(["ls", "--all", "--json"]) as { sessions: Json[] };
  assertEquals(sessions.map(idOf).sort(), [printed, talked].sort());
  for (const session of sessions) {
    const { reopenable } = member(session, "closed") as { reopenable?: Json };
    assertEquals(reopenable, { command: ["claude", "--resume", idOf(session)], cwd: `${LAB}/work/run-claude` });
  }
});

labTest(
  "H5 real Claude Code: where no daemon runs its first hook starts one, and its output stays its own",
  async () => {
    await using home = await TestHome.create();
    const settings = await settingsOf(home);
    await using turn = print(home, "run:echo hello", settings);
    const { code, stdout, stderr } = await turn.exit(PRINT_MS);
    assertEquals([code, stderr], [0, ""]);
    assertEquals((JSON.parse(stdout) as Json)["result"], "tool said: hello");
    await home.ready();
    await using client = await home.connect({ token: true });
    await eventually(
      async () => {
        const { sessions } = await client.request("session.list") as { sessions: Json[] };
        return sessions.length === 1 && sessions[0]?.["status"] === "closed" && sessions[0]["turnCount"] === 1;
      },
      // Events that were spooled after the start wait for the daemon's next look.
      15_000,
      "the whole session, closed",
      100,
    );
  },
);

labTest("H5 real Claude Code: a session whose process was killed is shown as lost within a minute", async () => {
  await using home = await TestHome.create();
  await home.start();
  const settings = await settingsOf(home);
  await using watch = home.spawn(["watch", "--json"]);
  await watch.says('"type":"snapshot"', 5000);
  await using turn = print(home, "slow:60", settings);
  try {
    const row = await eventually(
      () => rowsOf(watch).find((row) => row["status"] === "working"),
      PRINT_MS,
      "a working row",
    );
    const pid = row["pid"] as number;
    assert(commandLine(pid).includes(settings), `process ${pid} is not the agent of this test`);
    Deno.kill(pid, "SIGKILL");
    const lost = await eventually(() => rowsOf(watch).find((row) => row["lost"] === true), LOST_MS, "the lost row", 50);
    assertEquals([idOf(lost), lost["status"], isAlive(pid)], [idOf(row), "working", false]);
  } finally {
    await endScenario(turn);
  }
});

async function whatIsMissing(): Promise<string | undefined> {
  if (LAB === "") return "AC_LAB names no lab";
  for (const path of [`${LAB}/run-claude.sh`, BINARY]) {
    if (!await Deno.stat(path).then(() => true, () => false)) return `${path} is missing`;
  }
  const found = await new Deno.Command("sh", { args: ["-c", "command -v tmux && command -v jq && command -v node"] })
    .output();
  return found.success ? undefined : "tmux, jq or node is missing";
}

/** Our hooks in a settings file of their own, as `hooks install` writes it. */
async function settingsOf(home: TestHome): Promise<string> {
  const { code, stderr } = await home.cli(["hooks", "install", "claude"]);
  assertEquals(code, 0, stderr);
  return `${home.root}/.claude/settings.json`;
}

/** LAB_ENV goes to the agent and so to its hooks: its HOME is the lab's, where no module is cached. */
function inLab(home: TestHome, argv: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  return home.spawnArgv(argv, {
    PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
    HOME: home.root,
    LANG: "C.UTF-8",
    TERM: "xterm-256color",
    LAB,
    LAB_ENV: `DENO_DIR=${denoDir()}`,
    ...env,
  });
}

function print(home: TestHome, prompt: string, settings: string): Running {
  const script = ["bash", "-c", PRINT, "print", prompt, settings];
  // lab.sh would start "$0" again inside its namespace; here that is done before.
  return inLab(home, isRoot ? [`${LAB}/bin/labns`, ...script] : script, { LAB_NS: "0" });
}

/** TERM first: the lab's script then ends its model double and its terminal. */
async function endScenario(scenario: Running): Promise<void> {
  scenario.kill("SIGTERM");
  await eventually(() => scenario.ended, 5000, "the end of the lab's script").catch(() => {});
}

function assertScenario({ code, stdout, stderr }: Outcome): void {
  assertEquals(code, 0, `${stdout.slice(-3000)}${stderr}`);
}

/** The row of each event that `watch --json` has printed so far. */
function rowsOf(watch: Running): Json[] {
  return watch.stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line) as Json)
    .flatMap(({ type, data }) => String(type).startsWith("session.") ? [(data as Json)["session"] as Json] : []);
}

function statesOf(rows: readonly Json[], id: string): string {
  const states = rows.filter((row) => idOf(row) === id).map((row) => {
    const why = member(row, "waiting")?.["for"];
    return why === undefined ? String(row["status"]) : `${row["status"]}:${why}`;
  });
  return states.filter((state, i) => state !== states[i - 1]).join(" ");
}

function asksToTouch(row: Json): boolean {
  return row["status"] === "waiting" && member(row, "waiting")?.["text"] === "Bash: touch perm-1";
}

function member(row: Json, status: string): Json | undefined {
  return row[status] as Json | undefined;
}

function idOf(row: Json): string {
  return String(row["id"]);
}
