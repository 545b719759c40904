/** S1, H1: neither the daemon nor a hook takes anything of the environment, the folder or the files of who starts it. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parse as parseJsonc } from "@std/jsonc";
import { TestHome } from "../support/harness.ts";
import { isForeign } from "../support/harness_program.ts";
import { commandLine, Running } from "../support/harness_process.ts";
import { eventually, patience } from "../support/harness_wait.ts";
import type { Json } from "../support/wire.ts";

/** What agents, wrappers and a project's `.envrc` set: loaders, runtimes, caches, where data is sent. */
const OF_THE_STARTER: Readonly<Record<string, string>> = {
  ALL_PROXY: "http://127.0.0.1:1",
  DENO_TRACE_PERMISSIONS: "1",
  DENO_V8_FLAGS: "--max-heap-size=8",
  HTTPS_PROXY: "http://127.0.0.1:1",
  LD_LIBRARY_PATH: "/nonexistent",
  NODE_OPTIONS: "--require ./preload.cjs",
  OTEL_DENO: "true",
  OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
  SECRET_OF_MINE: "secret",
};

/** Those that the command itself can be started under. */
const HARMLESS = { ...OF_THE_STARTER };
for (const name of ["DENO_V8_FLAGS", "NODE_OPTIONS", "DENO_TRACE_PERMISSIONS", "OTEL_DENO"]) delete HARMLESS[name];

const event = (name: string) =>
  JSON.stringify({ session_id: name, hook_event_name: "UserPromptSubmit", cwd: "/x", prompt: "hello" });

/** What the kernel says of the daemon. */
function assertTookNothing(pid: number, leaked: string): void {
  const variables = Deno.readTextFileSync(`/proc/${pid}/environ`).split("\0").map((line) => line.split("=")[0]);
  assertEquals(variables.filter((name) => name !== undefined && name in OF_THE_STARTER), []);
  assertEquals(Deno.readLinkSync(`/proc/${pid}/cwd`), "/");
  const open = [...Deno.readDirSync(`/proc/${pid}/fd`)].flatMap(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/${pid}/fd/${name}`);
    } catch (error) { // closed since it was listed: it lives
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  });
  assert(!open.includes(leaked), `a file of the starter is open in the daemon: ${open.join(" ")}`);
  const [, , , , group, session] = Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/\(.*\)/, "()").split(" ");
  assertEquals([Number(group), Number(session)], [pid, pid], "it lives in the process group of its starter");
}

/** `argv` with files open above 2, also beyond the digits that a plain sh can name. */
function leaking(argv: readonly string[], file: string): string[] {
  return ["bash", "-c", 'exec 7<"$1" 37<"$1"; shift; exec "$@"', "bash", file, ...argv];
}

/** The words that the agent runs, as `hooks install` wrote them. */
async function installed(home: TestHome): Promise<string[]> {
  const { code, stderr } = await home.cli(["hooks", "install", "claude", "--no-feed"]);
  assertEquals([code, stderr], [0, ""]);
  const { hooks } = parseJsonc(await Deno.readTextFile(`${home.root}/.claude/settings.json`)) as unknown as {
    hooks: Record<string, { hooks: { command: string; args: string[] }[] }[]>;
  };
  const { command = "", args = [] } = hooks["Stop"]?.[0]?.hooks[0] ?? {};
  return [command, ...args];
}

async function reported(home: TestHome): Promise<string[]> {
  await using client = await home.connect({ token: true });
  return ((await client.request("session.list"))["sessions"] as Json[]).map(({ id }) => String(id)).sort();
}

Deno.test({
  name:
    "S1 a daemon that a person starts takes no variable, no folder and no open file along, in either way to start it",
  ignore: isForeign,
  fn: async () => {
    await using home = await TestHome.create();
    const file = `${home.root}/leaked`;
    const work = `${home.root}/project`;
    await Deno.mkdir(work);
    await Deno.writeTextFile(file, "");
    for (const args of [["daemon", "start"], ["daemon"]]) {
      const { argv, env } = home.command(args, { env: HARMLESS });
      await using starter = new Running(leaking(argv, file), { env, cwd: work });
      assertTookNothing(await home.ready(), file);
      // A start in the background has an end of its own: a stop before it would be one in the middle of it.
      if (args.length > 1) assertEquals((await starter.exit(30_000)).code, 0);
      assertEquals((await home.stop()).code, 0);
      await starter.exit(30_000);
    }
  },
});

Deno.test({
  name: "S1 liveness works under a library path of the starter: an agent that ended is lost",
  ignore: isForeign,
  fn: async () => {
    await using home = await TestHome.create();
    await home.start({ env: HARMLESS, args: ["--limit", "tickMs=300"] });
    await using agent = new Running(["sleep", "60"], { env: {} });
    await using client = await home.connect({ token: true });
    const told = { ...JSON.parse(event("alive")), cwd: "/" };
    await client.request("session.report", { agent: "claude", event: told, env: { CLAUDE_PID: String(agent.pid) } });
    const state = async () => (await client.request("session.get", { sessionId: "alive" }))["session"] as Json;
    // What was never seen alive cannot be seen to be gone.
    await eventually(async () => (await state())["pidSeen"] === true, await patience(20_000), "the look that shows it");
    agent.kill("SIGKILL");
    await eventually(async () => (await state())["lost"] === true || undefined, await patience(20_000), "a lost agent");
  },
});

Deno.test({
  name:
    "H1 a hook under the variables of a project, in a folder that is gone, reports, says nothing, and starts a clean daemon",
  ignore: isForeign,
  fn: async () => {
    await using home = await TestHome.create();
    const words = await installed(home);
    const { env } = home.command([], { env: OF_THE_STARTER });
    const work = `${home.root}/project`;
    const file = `${home.root}/leaked`;
    await Deno.mkdir(work);
    await Deno.writeTextFile(file, "");
    await Deno.writeTextFile(
      `${work}/preload.cjs`,
      `require("fs").appendFileSync("${home.root}/ran", "x"); console.log(1)`,
    );
    const first = new Running(leaking(words, file), { env, cwd: work, stdin: event("one") });
    const { code, stdout, stderr } = await first.exit(10_000);
    assertEquals([code, stdout, stderr], [0, "", ""]);
    const pid = await home.ready();
    assertTookNothing(pid, file);
    assert(!commandLine(pid).includes("-A"));

    const gone = ["sh", "-c", 'mkdir gone && cd gone && rmdir ../gone && exec "$@" 2>../said', "sh", ...words];
    const second = new Running(gone, { env, cwd: work, stdin: event("two") });
    const { code: other, stdout: printed } = await second.exit(10_000);
    assertEquals([other, printed], [0, ""]);
    // A shell of some systems says that its folder is gone before it reads its first line.
    assertEquals((await Deno.readTextFile(`${work}/said`)).replace(/^.*getcwd.*\n/gm, ""), "");
    await eventually(async () => (await reported(home)).length === 2 || undefined, 10_000, "both events");
    assertEquals(await reported(home), ["one", "two"]);
    await assertMissing(`${home.root}/ran`);
  },
});

async function assertMissing(path: string): Promise<void> {
  const found = await Deno.readTextFile(path).catch(() => undefined);
  assertEquals(found, undefined, "a file of the project ran inside ours");
}

Deno.test({
  name: "H1 a complete payload counts at once, also where the agent leaves the pipe open",
  ignore: isForeign,
  fn: async () => {
    await using home = await TestHome.create();
    await home.start({ args: ["--limit", "tickMs=500"] });
    const words = await installed(home);
    const { env } = home.command([]);
    const [command = "", ...args] = words;
    const streams = { stdin: "piped", stdout: "null", stderr: "null" } as const;
    const child = new Deno.Command(command, { args, clearEnv: true, env, cwd: home.root, ...streams }).spawn();
    const writer = child.stdin.getWriter();
    const before = performance.now();
    await writer.write(new TextEncoder().encode(event("open")));
    const { code } = await child.status;
    const ms = performance.now() - before;
    await writer.close().catch(() => {});
    assertEquals(code, 0);
    assert(ms < await patience(900), `it waited ${ms} ms for an end of its stdin`);
    await eventually(async () => (await reported(home)).includes("open") || undefined, 10_000, "the event");
  },
});

Deno.test({
  name: "F1 a daemon that a person stopped stays stopped: hooks keep their events, and whoever starts it has them",
  ignore: isForeign,
  fn: async () => {
    await using home = await TestHome.create();
    await home.start();
    const words = await installed(home);
    const { env } = home.command([]);
    const tell = async (name: string) => {
      const { code, stdout, stderr } = await new Running(words, { env, cwd: home.root, stdin: event(name) }).exit(
        10_000,
      );
      assertEquals([code, stdout, stderr], [0, "", ""]);
    };
    const stopped = await home.stop();
    assertStringIncludes(stopped.stdout, "hooks keep their events until you start it");
    await tell("kept");
    await new Promise((resolve) => setTimeout(resolve, 2000));
    assertEquals(home.daemonPid(), undefined);
    const auto = await home.cli(["daemon", "start", "--auto"]);
    assertEquals([auto.code, home.daemonPid()], [3, undefined]);
    assertEquals((await home.cli(["ls"])).code, 0); // a person's command starts it as ever
    await eventually(async () => (await reported(home)).includes("kept") || undefined, 10_000, "the kept event");

    // A restart is no stop, nor is an end that nobody asked for.
    await home.cli(["daemon", "restart"]);
    await home.kill();
    await tell("after a crash");
    await home.ready();

    // Where that is asked for, a stop holds until the next hook.
    await home.cli(["config", "set", "daemon.start_after_stop", "true"]);
    const again = await home.stop();
    assertEquals([again.code, again.stderr], [0, ""]);
    await Deno.remove(home.path("spool/starting")); // a start that began a moment ago counts for all hooks
    await tell("asked for");
    await home.ready();
  },
});
