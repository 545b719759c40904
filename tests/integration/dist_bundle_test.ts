/** `deno task bundle`: what it makes runs with an empty module cache and without a network, in its sandbox. */
import { shellQuote } from "../../src/lib/shell_quote.ts";
import { exists } from "../support/exists.ts";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { homePaths } from "../../src/platform/home_paths.ts";
import { daemonFlags } from "../../src/platform/sandbox.ts";
import { defaultPermissions } from "../support/default_permissions.ts";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { denoDir } from "../support/harness_guard.ts";
import { commandLine, type Outcome, run, Running } from "../support/harness_process.ts";
import { BUILD_MS, eventually } from "../support/harness_wait.ts";

const EVENT = JSON.stringify({
  session_id: "s1",
  hook_event_name: "UserPromptSubmit",
  cwd: "/tmp",
  prompt: "build it",
});

/** No proxy listens there: whatever looks for the network fails at once. */
const OFFLINE = { HTTPS_PROXY: "http://127.0.0.1:1", HTTP_PROXY: "http://127.0.0.1:1" };

class Bundle {
  /** With a space, so that forgotten quotes show. */
  readonly dist: string;
  readonly home: TestHome;

  constructor(home: TestHome) {
    this.home = home;
    this.dist = `${home.root}/di st`;
  }

  /** The clean environment; `cache` names the folder of cached modules. */
  env(cache: string): Record<string, string> {
    const { AGENT_CONSOLE_HOME: _home, ...env } = this.home.command([], { env: { DENO_DIR: cache, ...OFFLINE } }).env;
    return env;
  }

  /** In the environment of whoever runs the tests: esbuild comes from where all packages come from. */
  async build(): Promise<void> {
    const argv = [Deno.execPath(), "run", "-A", "install/build_main.ts", "bundle", this.dist];
    const env = { ...Deno.env.toObject(), AGENT_CONSOLE_HOME: this.home.dir };
    const built = await run(argv, { env, cwd: REPOSITORY, timeoutMs: BUILD_MS });
    assertEquals([built.code, built.stderr], [0, ""]);
  }

  run(argv: readonly string[], more: { stdin?: string; env?: Record<string, string> } = {}): Promise<Outcome> {
    const { stdin, env } = more;
    return run(argv, {
      env: { ...this.env(`${this.home.root}/empty`), ...env },
      cwd: this.home.root,
      ...(stdin === undefined ? {} : { stdin }),
    });
  }

  async client(args: readonly string[], stdin?: string): Promise<string> {
    const outcome = await this.run([`${this.dist}/agent-console`, ...args], stdin === undefined ? {} : { stdin });
    assertEquals([outcome.code, outcome.stderr], [0, ""], args.join(" "));
    return outcome.stdout;
  }

  /** What a hook told a busy daemon may be in the spool for a while. */
  async hasSessions(count: number): Promise<void> {
    const total = async () => JSON.parse(await this.client(["status", "--json"])).sessions.total;
    await eventually(async () => await total() >= count, 30_000, `${count} sessions`);
  }
}

Deno.test("the bundle runs with an empty module cache: start, hook, status, ls, stop", async (t) => {
  await using home = await TestHome.create();
  const bundle = new Bundle(home);
  const paths = homePaths(home.dir);
  await bundle.build();
  const sandbox = { paths, socketPath: paths.socket, pidFilePath: paths.pid, form: "bundle" } as const;
  const wordsFor = (userHome?: string) => {
    const permissions = defaultPermissions(home.dir, userHome);
    return ["run", ...daemonFlags({ ...sandbox, permissions }).map(({ flag }) => flag)];
  };

  await t.step("the launcher of the daemon carries the flags of the sandbox", () => {
    const last = Deno.readTextFileSync(`${bundle.dist}/agent-consoled`).trimEnd().split("\n").at(-1);
    assertEquals(
      last,
      `exec "$deno" ${shellQuote(wordsFor())} "$dir/agent-consoled.js" --home ${shellQuote([home.dir])} "$@"`,
    );
  });

  await t.step("no file of it names a place on this machine, and the hook's file loads no other", () => {
    const here = [REPOSITORY, denoDir()];
    for (const { name } of Deno.readDirSync(bundle.dist)) {
      const text = Deno.readTextFileSync(`${bundle.dist}/${name}`);
      for (const path of here) assert(!text.includes(path.slice(1)), `${name} names ${path}`);
      assert(!text.includes("sourceMappingURL"), name);
      // Deno reads at every start what literal imports name, also those that are never run.
      if (name === "agent-console.js") assert(!/(?:\bfrom|\bimport\(?) ?"/.test(text), name);
    }
  });

  await t.step("start runs the bundled daemon under these flags", async () => {
    assertMatch(await bundle.client(["daemon", "start"]), /^started, pid \d+\n$/);
    const argv = commandLine(await home.ready());
    assertEquals(argv.slice(1, -4), [...wordsFor(home.root), `${bundle.dist}/agent-consoled.js`]);
    assertEquals(argv.slice(-4), ["--home", home.dir, "--program", bundle.dist]);
  });

  await t.step("a hook reports, status and ls answer", async () => {
    assertEquals(await bundle.client(["hook", "claude"], EVENT), "");
    await bundle.hasSessions(1);
    const status = JSON.parse(await bundle.client(["status", "--json"]));
    assertEquals([status.state, status.pid, status.sessions.working], ["running", home.needPid(), 1]);
    const { sessions } = JSON.parse(await bundle.client(["ls", "--json"]));
    assertEquals([sessions[0].id, sessions[0].status, sessions[0].turnCount], ["s1", "working", 1]);
    assertMatch(await bundle.client(["ls"]), /build it/);
  });

  await t.step("the installed hook command reports too", async () => {
    await bundle.client(["hooks", "install", "claude", "--no-feed"]);
    const settings = JSON.parse(await Deno.readTextFile(`${home.root}/.claude/settings.json`));
    const { command, args } = settings.hooks.UserPromptSubmit[0].hooks[0];
    const hook = await bundle.run([command, ...args], { stdin: EVENT.replace("s1", "s2") });
    assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
    await bundle.hasSessions(2);
    const { sessions } = JSON.parse(await bundle.client(["ls", "--json"]));
    assertEquals(sessions.map((session: { id: string }) => session.id).sort(), ["s1", "s2"]);
  });

  await t.step("stop ends it", async () => {
    const pid = home.needPid();
    const said = await bundle.client(["daemon", "stop"]);
    assertEquals(said.split("\n")[0], `stopped, pid ${pid}`);
    await home.gone(pid);
  });

  await t.step("the daemon's own launcher starts it, through links and from PATH", async () => {
    const bin = `${home.root}/bin`;
    await Deno.mkdir(bin);
    await Deno.symlink("../di st/agent-consoled", `${bin}/one`);
    await Deno.symlink("one", `${bin}/two`);
    const env = bundle.env(`${home.root}/empty`);
    // The home is part of the launcher: a variable cannot lead it to one that its sandbox refuses.
    const moved = { AGENT_CONSOLE_HOME: `${home.root}/elsewhere`, PATH: `${bin}:${env["PATH"]}` };
    await using daemon = new Running(["sh", "-c", "exec two"], { env: { ...env, ...moved } });
    assertEquals(await home.ready(() => daemon.ended), daemon.pid);
    daemon.kill("SIGTERM");
    assertEquals((await daemon.exit(9000)).code, 0);
  });

  await t.step("a launcher takes its Deno from AGENT_CONSOLE_DENO, and says so where there is none", async () => {
    const argv = ["/bin/sh", `${bundle.dist}/agent-console`, "--version"];
    const missing = await bundle.run(argv, { env: { PATH: home.root } });
    assertEquals([missing.code, missing.stdout], [1, ""]);
    assertMatch(missing.stderr, /^error: no deno on PATH\nhint: [^\n]* AGENT_CONSOLE_DENO\n$/);
    const named = await bundle.run(argv, { env: { PATH: home.root, AGENT_CONSOLE_DENO: Deno.execPath() } });
    assertEquals([named.code, named.stderr], [0, ""]);
    assertMatch(named.stdout, /^agent-console \d+\.\d+\.\d+\n$/);
  });

  await t.step("nothing was downloaded", () => {
    const npm = `${home.root}/empty/npm`;
    assertEquals(exists(npm) ? [...Deno.readDirSync(npm)].map(({ name }) => name) : [], []);
  });
});
