/** A2: what the sandbox of an installed hook lets it do, and what its launcher takes. */
import { assert, assertEquals } from "@std/assert";
import { homePaths } from "../../src/platform/home_paths.ts";
import { hookFlags, programArgv } from "../../src/platform/sandbox.ts";
import { startLauncherText } from "../../src/platform/launcher_texts.ts";

const paths = homePaths("/home/u/.agent-console");

Deno.test("A2 a hook reads no credential, writes nothing but the spool, and runs nothing but the launcher", () => {
  const options = { paths, socketPath: paths.socket, starter: "/data/start", env: ["TMUX_PANE", "HOME", "HOME"] };
  const flags = hookFlags(options).map(({ flag }) => flag);
  const denied = flags.find((flag) => flag.startsWith("--deny-read="))?.slice("--deny-read=".length).split(",") ?? [];
  assertEquals(denied[0], paths.token, "by which a command line of ours is known");
  // A name that is added to the home is closed to hooks, until somebody says here what they need it for.
  const open = [paths.root, paths.socket, paths.ready, paths.stopped, paths.spool, paths.configJsonc];
  assertEquals(new Set([...denied, ...open]), new Set(Object.values(paths)));
  assert(flags.includes(`--allow-write=${paths.spool},${paths.socket}`));
  assert(flags.includes(`--allow-read=${paths.root},./.agent-console/config.jsonc`));
  assert(flags.includes("--allow-run=/data/start"));
  assert(flags.includes("--allow-env=HOME,TMUX_PANE"));
  assert(!hookFlags({ ...options, starter: undefined }).some(({ flag }) => flag.startsWith("--allow-run")));
  const elsewhere = hookFlags({ ...options, socketPath: "/run/x/a.sock" }).map(({ flag }) => flag);
  assert(elsewhere.includes(`--allow-read=${paths.root},/run/x,./.agent-console/config.jsonc`));
  assert(elsewhere.includes(`--allow-write=${paths.spool},/run/x/a.sock`));
  for (const socketPath of ["/a.sock", `${paths.root.slice(0, paths.root.lastIndexOf("/"))}/a.sock`]) {
    const above = hookFlags({ ...options, socketPath }).map(({ flag }) => flag);
    assert(above.includes(`--allow-read=${paths.root},${socketPath},./.agent-console/config.jsonc`), above.join(" "));
  }
});

const HOOK_PROBE = `
const [home, socket, token, launcher, ran] = Deno.args;
const wrong = [];
try {
  Deno.uid(), Deno.readTextFileSync(home + "/daemon.ready"), Deno.lstatSync(home), Deno.lstatSync(socket), Deno.env.get("TMUX_PANE");
  Deno.mkdirSync(home + "/spool"), Deno.writeTextFileSync(home + "/spool/1", "{}");
  const connection = await Deno.connect({ transport: "unix", path: socket });
  await connection.write(new Uint8Array([1])), connection.close();
  const env = { SHELLOPTS: "xtrace", PS4: "$(echo xtrace >> " + ran + ")", "BASH_FUNC_cd%%": "() { echo cd >> " + ran + "; }",
    BASH_ENV: home + "/spool/evil", ENV: home + "/spool/evil", NODE_OPTIONS: "--require ./evil.cjs", HOME: "/evil" };
  Deno.writeTextFileSync(home + "/spool/evil", "echo evil >> " + ran);
  if (!new Deno.Command(launcher, { args: ["-c", "echo args >> " + ran, "eval", "x"], env, cwd: home + "/spool" }).outputSync().success) {
    wrong.push("start");
  }
} catch (e) { wrong.push(String(e)); }
const { linkSync, renameSync, symlinkSync, copyFileSync, readTextFileSync, writeTextFileSync, removeSync } = Deno;
const spooled = home + "/spool/x";
for (const step of [() => readTextFileSync(token), () => removeSync(token), () => Deno.mkdirSync(home + "/journal"),
  () => linkSync(token, spooled), () => symlinkSync(token, spooled), () => renameSync(token, spooled), () => copyFileSync(token, spooled),
  () => readTextFileSync(home + "/spool/../daemon.token"), () => readTextFileSync("/proc/self/root" + token),
  () => renameSync(home + "/spool", home + "/spool2"), () => renameSync(home, home + "2"),
  () => writeTextFileSync(home + "/config.jsonc", "{}"), () => writeTextFileSync(home + "/config.toml", ""),
  () => removeSync(home + "/daemon.stopped"), () => writeTextFileSync(launcher, ""), () => removeSync(launcher),
  () => process.getBuiltinModule("node:fs").readFileSync(token),
  () => new Deno.Command(launcher, { env: { LD_PRELOAD: home + "/spool/evil" } }).outputSync(),
  () => new Deno.Command(Deno.execPath(), { args: ["--version"] }).outputSync(),
  () => readTextFileSync("/etc/hostname"), () => new Deno.Command("/bin/sh").outputSync()]) {
  try { step(), wrong.push(step + " was allowed"); } catch (e) { if (!/NotCapable|ERR_ACCESS_DENIED/.test(e.name + e.code)) wrong.push(step + String(e)); }
}
Deno.stdout.writeSync(new TextEncoder().encode(wrong.join("\\n")));
`;

Deno.test("A2 the hook's flags let it report, spool and start a daemon, and keep it from the token and other code", async () => {
  const root = await Deno.makeTempDir();
  const home = homePaths(`${root}/home`);
  await Deno.mkdir(home.root);
  using listener = Deno.listen({ transport: "unix", path: home.socket });
  try {
    await Deno.writeTextFile(home.token, "secret");
    for (const path of [home.ready, home.stopped, home.configJsonc]) await Deno.writeTextFile(path, "{}");
    await Deno.writeTextFile(`${root}/probe.ts`, HOOK_PROBE);
    const [launcher, ran] = [`${root}/start`, `${root}/ran`];
    const starts = ["/bin/sh", "-c", 'env >> "$1"; echo "$#" >> "$1"', "daemon", ran];
    const isBash = (await new Deno.Command("/bin/sh", { args: ["-p", "-c", ":"] }).output()).success;
    const text = startLauncherText({ argv: starts, env: { OURS: "1" }, privileged: isBash });
    await Deno.writeTextFile(launcher, text, { mode: 0o700 });
    const flags = hookFlags({ paths: home, socketPath: home.socket, starter: launcher, env: ["TMUX_PANE"] });
    const program = { form: "source", deno: Deno.execPath(), entry: `${root}/probe.ts` } as const;
    const [command = "", ...args] = programArgv(program, flags, [home.root, home.socket, home.token, launcher, ran]);
    const accepted = listener.accept();
    const child = await new Deno.Command(command, { args, cwd: "/", signal: AbortSignal.timeout(30_000) }).output();
    assertEquals(new TextDecoder().decode(child.stderr) + new TextDecoder().decode(child.stdout), "");
    (await accepted).close();
    const lines = (await Deno.readTextFile(ran)).trim().split("\n").filter((line) =>
      !/^(?:PWD|SHLVL|_|OLDPWD)=/.test(line)
    );
    assertEquals(lines, ["OURS=1", "1"], "the launcher took something of whoever started it");
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
