import { shellQuote } from "../../src/lib/shell_quote.ts";
import { exists } from "../support/exists.ts";
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { ENV_SETTINGS } from "../../src/config/env.ts";
import { feedPermissions } from "../../src/feeds/permissions.ts";
import { homePaths } from "../../src/platform/home_paths.ts";
import {
  checkSandboxPath,
  DAEMON_ENV,
  daemonFlags,
  type DaemonSandbox,
  hookFlags,
  type Permission,
  programArgv,
  statuslineFlags,
  taskLine,
} from "../../src/platform/sandbox.ts";

const paths = homePaths("/home/u/.agent-console");
const PS: Permission = { kind: "run", values: ["/usr/bin/ps"], reason: "learn which agents still live" };
const daemon: DaemonSandbox = {
  paths,
  socketPath: paths.socket,
  pidFilePath: paths.pid,
  permissions: [PS],
  form: "source",
};
const CONFIG = { claude_sessions: true, codex_app_server: true, gemini_chats: true, opencode_server: true };
const feeds = feedPermissions(CONFIG, (name) => name === "HOME" ? "/home/u" : undefined);
const CODEX = "/home/u/.codex/app-server-control/app-server-control.sock";
const words = (sandbox: DaemonSandbox) => daemonFlags(sandbox).map(({ flag }) => flag);

Deno.test("daemonFlags: the home folder, the socket, ps, and nothing wider; each flag has a reason", () => {
  assertEquals(words(daemon), [
    "-q",
    "--no-prompt",
    "--deny-import",
    "--cached-only",
    "--v8-flags=--expose-gc,--max-semi-space-size=4,--no-concurrent-recompilation",
    "-P=daemon",
    "--allow-net=unix:/home/u/.agent-console/daemon.sock,unix:/home/u/.agent-console/hook.sock",
    "--allow-read=/home/u/.agent-console",
    "--allow-write=/home/u/.agent-console",
    `--allow-env=${DAEMON_ENV.join(",")}`,
    "--allow-run=/usr/bin/ps",
  ]);
  for (const { flag, reason } of daemonFlags(daemon)) assert(reason.length > 5, flag);
});

Deno.test("daemonFlags: socket and pid file outside the home are added alone; without ps nothing may be run", () => {
  const outside = { ...daemon, socketPath: "/run/a.sock", pidFilePath: "/run/a.pid", permissions: [] };
  const flags = words(outside);
  assert(flags.includes("--allow-net=unix:/run/a.sock,unix:/home/u/.agent-console/hook.sock"));
  assert(flags.includes("--allow-read=/home/u/.agent-console,/run/a.sock,/run/a.pid"));
  assert(flags.includes("--allow-write=/home/u/.agent-console,/run/a.sock,/run/a.pid"));
  assert(!flags.some((flag) => flag.startsWith("--allow-run")));
  // A neighbour whose name only begins the same is not inside.
  assert(
    words({ ...daemon, pidFilePath: `${paths.root}-pid` }).includes(`--allow-read=${paths.root},${paths.root}-pid`),
  );
});

Deno.test("daemonFlags: each feed that is on adds its own paths and variable, each with its reason; off adds nothing", () => {
  assertEquals(
    feedPermissions(Object.fromEntries(Object.keys(CONFIG).map((key) => [key, false])) as typeof CONFIG, () => {
      throw new Error("no variable is read for it");
    }),
    [],
  );
  const added = daemonFlags({ ...daemon, permissions: [PS, ...feeds] }).slice(words(daemon).length);
  assertEquals(added.map(({ flag }) => flag), [
    "--allow-read=/home/u/.claude/sessions",
    "--allow-env=CLAUDE_CONFIG_DIR",
    `--allow-net=unix:${CODEX}`,
    "--allow-net=codex.invalid:80",
    `--allow-read=${CODEX}`,
    `--allow-write=${CODEX}`,
    "--allow-env=CODEX_HOME",
    "--allow-read=/home/u/.gemini/tmp",
    "--allow-env=GEMINI_CLI_HOME",
    "--allow-net=127.0.0.1:4096",
    "--allow-env=OPENCODE_SERVER_PASSWORD,OPENCODE_SERVER_USERNAME",
  ]);
  for (const { flag, reason } of added) assertMatch(reason, /^feeds\.\w+: ./, flag);
  for (const bad of [["/a,/b"], ["rel"], []]) {
    const permissions: Permission[] = [{ kind: "read", values: bad, reason: "a test" }];
    assertThrows(() => daemonFlags({ ...daemon, permissions }), RangeError, "cannot be part of a permission flag");
  }
  for (const bad of ["host name", "a,b", "*", "unix:rel", ""]) {
    const permissions: Permission[] = [{ kind: "net", values: [bad], reason: "a test" }];
    assertThrows(() => daemonFlags({ ...daemon, permissions }), RangeError, "cannot be part of a permission flag");
  }
});

Deno.test("daemonFlags: never an unscoped permission", () => {
  for (
    const flag of [...words({ ...daemon, permissions: [PS, ...feeds] }), ...words({ ...daemon, form: "compiled" })]
  ) {
    assert(!/^(-A|--allow-all|--allow-\w+)$/.test(flag), flag);
    assert(!flag.includes("--allow-sys"), flag);
  }
});

Deno.test("paths that Deno's flags cannot carry are refused", () => {
  assertMatch(checkSandboxPath("/home/a,b") ?? "", /^contains a comma/);
  assertMatch(checkSandboxPath("/home/a\nb") ?? "", /^contains a control character/);
  assertMatch(checkSandboxPath("rel") ?? "", /^is relative/);
  assertMatch(checkSandboxPath("/") ?? "", /root of the file system/);
  assertEquals(checkSandboxPath("/home/ü b%c\"d'$e"), undefined);
  const comma = homePaths("/home/a,/etc");
  assertThrows(() => daemonFlags({ ...daemon, paths: comma }), RangeError, "comma");
  assertThrows(
    () => hookFlags({ paths: comma, socketPath: paths.socket, starter: "/d", env: [] }),
    RangeError,
    "comma",
  );
});

Deno.test("A2 a status line reads neither the tokens nor the keys, and writes nothing but the socket", () => {
  const all = statuslineFlags({ paths, socketPath: paths.socket, env: ["TMUX_PANE", "HOME", "HOME"] });
  const flags = all.map(({ flag }) => flag);
  assert(flags.includes(`--deny-read=${paths.token},${paths.gatewayTokens},${paths.keys}`));
  assertEquals(flags.filter((flag) => flag.startsWith("--allow-write")), [`--allow-write=${paths.socket}`]);
  assertEquals(flags.filter((flag) => flag.startsWith("--allow-net")), [`--allow-net=unix:${paths.socket}`]);
  assert(flags.includes("--allow-env=HOME,TMUX_PANE"));
  // The user's own command may be any: what is unscoped says so.
  assertMatch(all.find(({ flag }) => flag === "--allow-run")?.reason ?? "", /not confined/);
});

Deno.test("the daemon may read every variable that sets a key", () => {
  for (const { variable } of ENV_SETTINGS) assert(DAEMON_ENV.includes(variable), variable);
});

Deno.test("programArgv: deno with flags and entry; a compiled program has its flags inside", () => {
  const flags = [{ flag: "-q", reason: "" }];
  const source = { form: "source", deno: "/bin/deno", entry: "/app/main.ts" } as const;
  assertEquals(programArgv(source, flags, ["daemon"]), ["/bin/deno", "run", "-q", "/app/main.ts", "daemon"]);
  assertEquals(programArgv({ form: "compiled", binary: "/bin/x" }, flags, ["daemon"]), ["/bin/x", "daemon"]);
});

Deno.test("taskLine: the same flags as for the default home, with $HOME in double quotes", () => {
  const words = [...taskLine().matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? "");
  const expected = daemonFlags(daemon).map(({ flag }) =>
    flag.replaceAll("/home/u", "$HOME").replace("=/usr/bin/ps", "=/usr/bin/ps,/bin/ps")
  );
  assertEquals(words, [
    "DENO_NO_UPDATE_CHECK=1",
    "MALLOC_ARENA_MAX=1",
    "MALLOC_MMAP_THRESHOLD_=131072",
    "deno",
    "run",
    ...expected,
    "src/daemon/main.ts",
  ]);
  assert(!/ [^"\s]*\$HOME/.test(taskLine()), "an unquoted $HOME breaks at a space");
});

Deno.test("serialise: a shell reads the same words back", async () => {
  const argv = ["plain", "", "a b", "it's", '"q"', "$HOME", "`x`", "\\", "ü", "*", "a\nb", "--x=/y,z"];
  const printed = await new Deno.Command("/bin/sh", {
    args: ["-c", `printf '%s\\0' ${shellQuote(argv)}`],
    signal: AbortSignal.timeout(10_000),
  }).output();
  assertEquals(new TextDecoder().decode(printed.stdout).split("\0").slice(0, -1), argv);
});

/** A program that does what the daemon does, under the daemon's own flags; prints what was refused. */
const PROBE = `
const [home, socket, pid, ps] = Deno.args;
const steps = {
  umask: () => Deno.umask(0o177), uid: () => Deno.uid(),
  inspector: async () => (await import("node:inspector")).close(),
  listen: () => Deno.listen({ transport: "unix", path: socket }).close(),
  pid: () => { Deno.writeTextFileSync(pid, "1"); Deno.chmodSync(pid, 0o600); Deno.removeSync(pid); },
  folder: () => { Deno.umask(0o077); Deno.chmodSync(home, 0o700); Deno.mkdirSync(home + "/journal"); },
  rename: () => { Deno.writeTextFileSync(home + "/a", "1"); Deno.renameSync(home + "/a", home + "/b"); },
  lock: () => { const f = Deno.openSync(home + "/daemon.lock", { create: true, write: true }); f.tryLockSync(true); },
  ps: () => new Deno.Command(ps, { args: ["-o", "pid=", "-p", "1"], clearEnv: true }).outputSync(),
  env: () => Deno.env.get("AGENT_CONSOLE_SOCKET"),
};
const refused = {
  outside: () => Deno.readTextFileSync("/etc/hostname"), parent: () => Deno.writeTextFileSync(home + "x", ""),
  network: () => Deno.listen({ port: 0 }), run: () => new Deno.Command("/bin/sh").outputSync(),
  secret: () => Deno.env.get("PATH"), host: () => Deno.hostname(), kill: () => Deno.kill(1, "SIGCONT"),
  import: () => import("data:text/javascript,1".replace("data:text/javascript,1", "https://jsr.io/x.ts")),
};
const wrong = [];
for (const [name, step] of Object.entries(steps)) try { await step(); } catch (e) { wrong.push(name + ": " + e); }
for (const [name, step] of Object.entries(refused)) {
  try { await step(); wrong.push(name + " was allowed"); } catch (e) { if (!/NotCapable|Requires/.test(String(e))) wrong.push(name + ": " + e); }
}
Deno.stdout.writeSync(new TextEncoder().encode(wrong.join("\\n")));
`;

Deno.test("the flags let the daemon do its work and nothing else, also with spaces, quotes and percent in the path", async () => {
  const root = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${root}/probe.ts`, PROBE);
    const { permissions } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
    await Deno.writeTextFile(`${root}/deno.json`, JSON.stringify({ permissions }));
    const home = homePaths(`${root}/ho me%20"'$HOME`);
    await Deno.mkdir(home.root);
    const socketPath = `${root}/out side.sock`;
    const ps = ["/usr/bin/ps", "/bin/ps"].find((path) => exists(path));
    assert(ps !== undefined, "this test needs ps");
    const flags = daemonFlags({
      ...daemon,
      paths: home,
      socketPath,
      pidFilePath: `${root}/out.pid`,
      permissions: [{ ...PS, values: [ps] }],
    });
    const program = { form: "source", deno: Deno.execPath(), entry: `${root}/probe.ts` } as const;
    const [command = "", ...args] = programArgv(program, flags, [home.root, socketPath, `${root}/out.pid`, ps]);
    const child = await new Deno.Command(command, { args, cwd: "/", signal: AbortSignal.timeout(30_000) }).output();
    assertEquals(new TextDecoder().decode(child.stderr), "");
    assertEquals(new TextDecoder().decode(child.stdout), "");
    assertEquals(child.code, 0);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("deno task daemon: is the line that the module computes", () => {
  const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("../../deno.json", import.meta.url)));
  assertEquals(tasks.daemon, taskLine());
});
