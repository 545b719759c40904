// deno-lint-ignore-file no-sync-fn-in-async-fn -- a look at a file between two steps: nothing else waits meanwhile
/** I1: what a copied, linked or moved home holds of the daemon of the first one. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { isAlive } from "../support/harness_process.ts";
import { eventually } from "../support/harness_wait.ts";

/** Copies the home as a person does, with the notes of its daemon, which runs. */
async function copyOf(home: TestHome): Promise<{ readonly dir: string; readonly env: Record<string, string> }> {
  const dir = `${home.root}/copy`;
  const copy = async () => {
    Deno.mkdirSync(dir, { recursive: true });
    Deno.removeSync(dir, { recursive: true });
    // It fails where the daemon has replaced a file meanwhile.
    return (await new Deno.Command("cp", { args: ["-a", home.dir, dir], stderr: "null" }).output()).success;
  };
  await eventually(copy, 20_000, "a copy of the whole home");
  return { dir, env: { AGENT_CONSOLE_HOME: dir } };
}

for (const [where, args] of [["in it", []], ["elsewhere", ["--socket", "SOCKET"]]] as const) {
  Deno.test(`I1 a copy of a home neither asks nor stops the daemon of the first, whose socket is ${where}`, async () => {
    await using home = await TestHome.create();
    const pid = await home.start({ args: args.map((word) => word.replace("SOCKET", `${home.root}/other.sock`)) });
    const { dir, env } = await copyOf(home);
    const listed = await home.cli(["--no-start", "ls"], { env });
    assertEquals([listed.code, listed.stdout], [3, ""], listed.stderr);
    assertMatch(listed.stderr, /no daemon is running/);
    const stopped = await home.cli(["daemon", "stop"], { env });
    assertEquals(stopped.code, 3, stopped.stderr);
    const event = JSON.stringify({ session_id: "of-the-copy", hook_event_name: "SessionStart" });
    const stdin = JSON.stringify({ session: "of-the-copy", event: "session_started", ...JSON.parse(event) });
    await home.cli(["hook", "custom"], { stdin, env: { ...env, AGENT_CONSOLE_NO_START: "1" } });
    assertEquals([...Deno.readDirSync(`${dir}/spool`)].filter(({ name }) => name.endsWith(".json")).length, 1);
    assertEquals(isAlive(pid), true);
    assertEquals((await home.json(["ls", "--json"]))["sessions"], []);
  });
}

Deno.test("I1 a stop ends no daemon that only the pid file of a copied home names", async () => {
  await using home = await TestHome.create();
  const pid = await home.start();
  const startTime = () => Deno.readTextFileSync(home.path("daemon.pid")).split("\n")[1];
  await eventually(() => startTime() !== "-", 20_000, "the start time in the pid file");
  const { dir, env } = await copyOf(home);
  // As a daemon of the copy does before it has written its own pid.
  using lock = Deno.openSync(`${dir}/daemon.lock`, { read: true, write: true });
  lock.lockSync(true);
  const { code, stderr } = await home.cli(["daemon", "stop", "--force"], { env });
  assertEquals(code, 1, stderr);
  assertStringIncludes(stderr, "its pid is not known for sure");
  assertEquals(isAlive(pid), true);
});

Deno.test("I1 a home that is reached over a link has one daemon, wherever its socket is", async () => {
  await using home = await TestHome.create();
  Deno.mkdirSync(`${home.root}/real`);
  Deno.symlinkSync(`${home.root}/real`, `${home.root}/link`);
  const over = (name: string) => ({ env: { AGENT_CONSOLE_HOME: `${home.root}/${name}/home` } });
  const started = await home.cli(["--create", "--socket", `${home.root}/other.sock`, "daemon", "start"], over("real"));
  assertEquals(started.code, 0, started.stderr);
  const again = await home.cli(["daemon", "start"], over("link"));
  assertEquals(again.stdout, started.stdout.replace("started", "already running"), again.stderr);
  assertEquals((await home.cli(["daemon", "stop"], over("link"))).code, 0);
});

Deno.test("I1 a home that was moved while its daemon runs reaches that one", async () => {
  await using home = await TestHome.create();
  const pid = await home.start({ args: ["--socket", `${home.root}/other.sock`] });
  const env = { AGENT_CONSOLE_HOME: `${home.root}/moved` };
  Deno.renameSync(home.dir, env.AGENT_CONSOLE_HOME);
  const status = await home.json(["status", "--json"], { env });
  assertEquals(status["pid"], pid);
  assertEquals((await home.cli(["daemon", "stop"], { env })).code, 0);
  await home.gone(pid); // a stop ends when the lock is free, an instant before the process
});
