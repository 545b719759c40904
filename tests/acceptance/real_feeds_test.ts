// deno-lint-ignore-file no-sync-fn-in-async-fn -- makes folders and files between two steps: nothing else waits
/**
 * H4, H5, R7: real agents against a model double, read by the feeds. They need the lab: AC_LAB names the folder that holds
 * its scripts and the installed agents; tmux, jq and node must be there too.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { denoDir, isRoot } from "../support/harness_guard.ts";
import { processesNaming, type Running, signalIfSame } from "../support/harness_process.ts";
import { eventually } from "../support/harness_wait.ts";
import type { Json } from "../support/wire.ts";
import { promptsGoIn } from "../support/lab_prompts.ts";

const LAB = Deno.env.get("AC_LAB") ?? "";
const STEP_MS = 25_000;
/** What a human does in the agent's terminal must be in the row so soon. */
const HEALED_MS = 2000;

const BEGIN = `. "$LAB/lab.sh" && CLAUDE_EXTRA_ENV=$LAB_ENV CODEX_EXTRA_ENV= KEEP_HOME= KEEP_CAP= WAIT=0`;

/** Claude Code in its terminal; SETTINGS comes as the argument. It says what it has done, a line each. */
const CLAUDE = `${BEGIN} && . "$LAB/claude-env.sh" && start ac-feeds >&2 && claude_env ac-feeds && cd "$WORK"
T_start "\${CLAUDE[@]}" "$CLAUDE_BIN" --permission-mode default --settings "$1"; T_wait '❯' 15; sleep 1
T_type 'slow:30'; T_wait 'working' 6; sleep 2; T_keys Escape; echo did-esc; sleep 3; T_keys C-u
T_type 'run:touch perm-no'; T_wait 'Do you want' 6; sleep 2
T_keys "$(T capture-pane -p | grep -oE '[0-9]+\\. No' | grep -oE '^[0-9]+')"; echo did-no; sleep 3; T_keys C-u
T_type 'run:touch perm-esc'; T_wait 'Do you want' 6; sleep 2; T_keys Escape; echo did-dialog-esc; sleep 3; T_kill`;

/** Codex with the daemon that it starts for itself; HOME and our own daemon's command line come as arguments. */
const codex = (steps: string) =>
  `${BEGIN} && . "$LAB/codex-env.sh" && start ac-feeds-codex >&2 && codex_env ac-feeds-codex && cd "$WORK"
H=$1; shift; cp -r "$CHOME/.codex" "$H/.codex"; rm "$H/.codex/hooks.json"; sed -i '/^notify/d' "$H/.codex/config.toml"
CODEX_HOME=$H/.codex "$@" & HUB_PID=
T_start env -i PATH=/usr/local/bin:/usr/bin:/bin HOME="$H" CODEX_HOME="$H/.codex" TERM=xterm-256color LANG=C.UTF-8 \\
  SHELL=/bin/bash TMPDIR="$LAB/tmp" MOCK_KEY=dummy "$CODEX_BIN"
T_wait 'Ask Codex' 15; for i in $(seq 100); do [ -e "$H/.codex/app-server-control/app-server-control.sock" ] && break; sleep 0.1; done
sleep 6; ${steps}; T_type '/quit'; sleep 1; T_kill; kill %1; wait %1`;

const CODEX_ENDS = codex(
  `T_type 'slow:30'; T_wait 'working' 6; sleep 1; T_keys Escape; echo did-esc; sleep 2; T_keys C-u
T_type "esc:touch $H/outside"; T_wait 'Would you like to run' 6; sleep 1.5; T_keys Escape; echo did-dialog-esc; sleep 2; T_keys C-u
T_type 'error:400'; T_wait 'mock error 400' 6; echo did-error; sleep 3`,
);

/** Nobody answers in Codex's own window. */
const CODEX_ASKS = codex(`T_type 'say:hello'; T_wait 'hello' 6; sleep 2
T_type "esc:touch $H/yes"; T_wait 'Would you like to run' 6; for i in $(seq 150); do [ -e "$H/yes" ] && break; sleep 0.1; done
sleep 2; T_type "esc:touch $H/no"; T_wait 'Would you like to run' 6; echo asked-no; sleep 8`);

/** Nobody types: its window shows what comes from outside, also as its first prompt. It says what the window shows. */
const CODEX_PROMPTED = codex(`echo ready; for i in $(seq 400); do [ -e "$H/look" ] && break; sleep 0.1; done; T_show`);

const noLab = await whatIsMissing("claude/node_modules/@anthropic-ai/claude-code-linux-x64/claude");
const noCodex = isRoot
  ? await whatIsMissing("run-codex.sh")
  : "only root gives Codex a home outside the temporary folder";

function labTest(name: string, missing: string | undefined, fn: () => Promise<void>): void {
  Deno.test({
    name: missing === undefined ? name : `${name} (ignored: ${missing})`,
    ignore: missing !== undefined,
    fn,
  });
}

labTest("H5 real Claude Code: Esc while it streams, No and Esc in a dialog leave no ghost for 2 s", noLab, async () => {
  await using home = await TestHome.create({ config: '{"feeds": {"claude_sessions": true}}' });
  await home.start({ env: { CLAUDE_CONFIG_DIR: `${LAB}/home/ac-feeds/.claude` } });
  assertEquals((await home.cli(["hooks", "install", "claude"])).code, 0);
  await using watch = home.spawn(["watch", "--json"]);
  await watch.says('"type":"snapshot"', 5000);
  await using scenario = inLab(home, [CLAUDE, "claude", `${home.root}/.claude/settings.json`]);
  try {
    for (
      const [did, before] of [["did-esc", "working"], ["did-no", "waiting"], ["did-dialog-esc", "waiting"]] as const
    ) {
      await becomes(watch, before, STEP_MS);
      await scenario.says(did, STEP_MS);
      await becomes(watch, "idle", HEALED_MS);
    }
  } finally {
    await end(scenario);
  }
});

labTest(
  "H5 real Codex without hooks: its app-server tells of Esc, of a dialog and of an API error",
  noCodex,
  async () => {
    const codexHome = Deno.makeTempDirSync({ dir: "/var/lib", prefix: "ac-codex-" });
    await using home = await TestHome.create({ config: '{"feeds": {"codex_app_server": true}}' });
    const { argv, env } = home.command(["daemon"]);
    await using scenario = inLab(home, [CODEX_ENDS, "codex", codexHome, ...argv], env);
    try {
      await home.ready(() => scenario.ended, STEP_MS);
      await using watch = home.spawn(["watch", "--json"]);
      await watch.says('"type":"snapshot"', 5000);
      await becomes(watch, "working", STEP_MS);
      await scenario.says("did-esc", STEP_MS);
      await becomes(watch, "idle", HEALED_MS);
      await becomes(watch, "waiting", STEP_MS);
      await scenario.says("did-dialog-esc", STEP_MS);
      await becomes(watch, "idle", HEALED_MS);
      await scenario.says("did-error", STEP_MS);
      await becomes(watch, "error", HEALED_MS);
      await eventually(() => JSON.stringify(rowsOf(watch).at(-1)).includes("mock error 400"), 5000, "why it failed");
      assertEquals(new Set(rowsOf(watch).map(({ id }) => id)).size, 1, "one session, no row for its title");
    } finally {
      await end(scenario);
      await endCodex(codexHome);
      Deno.removeSync(codexHome, { recursive: true });
    }
  },
);

labTest(
  "H5 A1 real Codex over its app-server: approve and deny answer beside its dialog, which closes",
  noCodex,
  async () => {
    const codexHome = Deno.makeTempDirSync({ dir: "/var/lib", prefix: "ac-codex-" });
    await using home = await TestHome.create({ config: '{"feeds": {"codex_app_server": true}}' });
    const { argv, env } = home.command(["daemon"]);
    await using scenario = inLab(home, [CODEX_ASKS, "codex", codexHome, ...argv], env);
    const asked = (file: string) => async () => {
      const { approvals } = await home.json(["approvals", "--json"]) as { approvals: Json[] };
      return approvals.find(({ input }) => String(input).includes(`${codexHome}/${file}`))?.["id"] as
        | string
        | undefined;
    };
    const exists = (file: string) => Deno.stat(`${codexHome}/${file}`).then(() => true, () => false);
    try {
      await home.ready(() => scenario.ended, STEP_MS);
      await using watch = home.spawn(["watch", "--json"]);
      await watch.says('"type":"snapshot"', 5000);
      const yes = await eventually(asked("yes"), 2 * STEP_MS, "the first approval", 200);
      assertEquals(await exists("yes"), false, "Codex did not wait");
      assertEquals((await home.cli(["approve", yes])).code, 0);
      await eventually(() => exists("yes"), 5000, "the file that Codex was allowed to make");
      const no = await eventually(asked("no"), STEP_MS, "the second approval", 200);
      assertEquals((await home.cli(["deny", no])).code, 0);
      await scenario.says("asked-no", STEP_MS);
      await becomes(watch, "idle", 8000);
      assertEquals(await exists("no"), false);
      const { approvals } = await home.json(["approvals", "--all", "--json"]) as { approvals: Json[] };
      assertEquals(approvals.map(({ status }) => status), ["approved", "denied"]);
    } finally {
      await end(scenario);
      await endCodex(codexHome);
      Deno.removeSync(codexHome, { recursive: true });
    }
  },
);

labTest(
  "R7 real Codex in its terminal: prompts from outside are shown there, answered here, wait, and are interrupted",
  noCodex,
  async () => {
    const codexHome = Deno.makeTempDirSync({ dir: "/var/lib", prefix: "ac-codex-" });
    await using home = await TestHome.create({ config: '{"feeds": {"codex_app_server": true}}' });
    const { argv, env } = home.command(["daemon"]);
    await using scenario = inLab(home, [CODEX_PROMPTED, "codex", codexHome, ...argv], env);
    const submit = (id: string, text: string) => home.cli(["submit", id, text]);
    try {
      await home.ready(() => scenario.ended, STEP_MS);
      await scenario.says("ready", 2 * STEP_MS);
      const row = async () => ((await home.json(["ls", "--json"]))["sessions"] as Json[])[0]?.["id"];
      const id = String(await eventually(row, STEP_MS, "its row", 200));
      await promptsGoIn(home, id);

      const long = submit(id, "slow:60");
      const { turns } = await eventually(
        async () => {
          const recent = await home.json(["context", "--json"]) as { turns: Json[] };
          return recent.turns.at(-1)?.["status"] === "running" ? recent : undefined;
        },
        STEP_MS,
        "a turn that runs",
        200,
      );
      assertEquals(turns.map(({ status }) => status), [...Array(4).fill("finished"), "running"]);
      assertEquals((turns[1]?.["tools"] as Json[]).map(({ name, text, status }) => [name, text, status]), [
        ["Bash", "echo made-here", "completed"],
      ]);
      assertEquals((await home.cli(["cancel", id])).code, 0);
      const cancelled = await long;
      assertStringIncludes(cancelled.stderr, "cancelled");
      const failed = await submit(id, "error:400");
      assertEquals(failed.code, 1);
      assertStringIncludes(failed.stderr, "mock error 400");
      Deno.writeTextFileSync(`${codexHome}/look`, "");
      await scenario.says("mock error 400", STEP_MS);
      for (const text of ["› run:echo made-here", "• behind it", "slow:60", "Conversation interrupted"]) {
        assertStringIncludes(scenario.stdout, text, "what its window shows");
      }
    } finally {
      await end(scenario);
      await endCodex(codexHome);
      Deno.removeSync(codexHome, { recursive: true });
    }
  },
);

async function whatIsMissing(file: string): Promise<string | undefined> {
  if (LAB === "") return "AC_LAB names no lab";
  for (const path of [`${LAB}/lab.sh`, `${LAB}/${file}`]) {
    if (!await Deno.stat(path).then(() => true, () => false)) return `${path} is missing`;
  }
  const found = await new Deno.Command("sh", { args: ["-c", "command -v tmux && command -v jq && command -v node"] })
    .output();
  return found.success ? undefined : "tmux, jq or node is missing";
}

/** lab.sh would start "$0" again inside its namespace; here that is done before. */
function inLab(home: TestHome, script: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const argv = ["bash", "-c", ...script];
  return home.spawnArgv(isRoot ? [`${LAB}/bin/labns`, ...argv] : argv, {
    PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
    HOME: home.root,
    LANG: "C.UTF-8",
    TERM: "xterm-256color",
    LAB,
    LAB_NS: "0",
    LAB_ENV: `DENO_DIR=${denoDir()}`,
    ...env,
  });
}

/** TERM first: the lab's script then ends its model double and its terminal. */
async function end(scenario: Running): Promise<void> {
  scenario.kill("SIGTERM");
  await eventually(() => scenario.ended, 8000, "the end of the lab's script").catch(() => {});
}

/** Codex leaves its own daemon running, which waits for its turns when it is asked to end. */
async function endCodex(codexHome: string): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    for (const { pid, start } of processesNaming(codexHome)) signalIfSame(pid, start, signal);
    const gone = () => processesNaming(codexHome).length === 0;
    if (await eventually(gone, 3000, "the end of Codex's daemon").catch(() => false)) return;
  }
}

async function becomes(watch: Running, status: string, ms: number): Promise<void> {
  await eventually(() => rowsOf(watch).at(-1)?.["status"] === status, ms, `a row that is ${status}`);
}

/** The row of each event that `watch --json` has printed so far. */
function rowsOf(watch: Running): Json[] {
  return watch.stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line) as Json)
    .flatMap(({ type, data }) => String(type).startsWith("session.") ? [(data as Json)["session"] as Json] : []);
}
