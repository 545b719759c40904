// deno-lint-ignore-file no-sync-fn-in-async-fn -- looks at files between two steps: nothing else waits
/** What is left of the last run, of other people's files and of dead agents when a daemon starts or fails. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { readJournal } from "../support/harness_journal.ts";
import { Running } from "../support/harness_process.ts";
import { eventually, rounds } from "../support/harness_wait.ts";
import { Impostor } from "../support/raw_socket.ts";
import type { Json } from "../support/wire.ts";

const EVENT = { session_id: "r1", hook_event_name: "UserPromptSubmit", cwd: "/x", prompt: "hello" };

async function row(home: TestHome, id = "r1"): Promise<Json | undefined> {
  await using client = await home.connect({ token: true });
  const { sessions } = await client.request("session.list") as { sessions: Json[] };
  return sessions.find((session) => session["id"] === id);
}

/** An agent that does nothing. */
function agent(): Running {
  return new Running(["sleep", "60"], { env: { PATH: Deno.env.get("PATH") ?? "" } });
}

/** Runs a hook, and waits until the daemon, which runs, has its event. */
async function hook(home: TestHome, pid: number, event: Json = EVENT): Promise<void> {
  await home.cli(["hook", "claude"], { stdin: JSON.stringify(event), env: { CLAUDE_PID: String(pid) } });
  await taken(home);
}

/**
 * Nothing that a hook has left waits any more: to one that the daemon did not reply to in time the event is in the spool,
 * where the daemon looks every ten seconds.
 */
async function taken(home: TestHome): Promise<void> {
  const waiting = () => {
    try {
      return [...Deno.readDirSync(home.path("spool"))].filter(({ name }) => name.endsWith(".json"));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return []; // nothing was ever spooled
      throw error;
    }
  };
  await eventually(() => waiting().length === 0, 30_000, "an empty spool");
}

function putSpooled(home: TestHome, at: number, event: Json, pid?: number): void {
  Deno.mkdirSync(home.path("spool"), { recursive: true, mode: 0o700 });
  const key = crypto.randomUUID();
  const env = pid === undefined ? {} : { CLAUDE_PID: String(pid) };
  Deno.writeTextFileSync(
    home.path(`spool/${String(at).padStart(15, "0")}-${key}.json`),
    JSON.stringify({ agent: "claude", event, env, idempotencyKey: key }),
    { mode: 0o600 },
  );
}

Deno.test("S6 pid_file_path: what is no pid file is refused with exit 6 and stays as it was", async () => {
  await using home = await TestHome.create({ config: "{}" });
  const thesis = `${home.root}/thesis.txt`;
  Deno.writeTextFileSync(thesis, "one year of work\n");
  Deno.writeTextFileSync(`${home.root}/blank.txt`, "\none year of work\n");
  Deno.symlinkSync(thesis, `${home.root}/link`);
  Deno.mkdirSync(`${home.root}/folder`);
  const places = [thesis, `${home.root}/blank.txt`, `${home.root}/link`, `${home.root}/folder`];
  const ours = ["config.jsonc", "daemon.lock", "daemon.sock", "journal/00000001.jsonl", "logs/daemon.log"].map((name) =>
    home.path(name)
  );
  for (const [nth, path] of [...places, ...ours].entries()) {
    for (const [at, args] of [["daemon"], ["daemon", "start"]].entries()) {
      // The short run refuses the first path in both ways, the others in one of them in turn.
      if (nth >= rounds(1, 9) && at !== nth % 2) continue;
      const { code, stderr } = await home.cli(args, { env: { AGENT_CONSOLE_PID_FILE: path } });
      assertEquals(code, 6, `${args.join(" ")} with ${path}: ${stderr}`);
      assertStringIncludes(stderr, path);
    }
  }
  assertEquals(Deno.readTextFileSync(thesis), "one year of work\n");
  assert(Deno.lstatSync(`${home.root}/link`).isSymlink);
  assertEquals(Deno.readTextFileSync(home.path("config.jsonc")), "{}");
  assertEquals(
    [...Deno.readDirSync(home.dir)].map(({ name }) => name).filter((name) => name.startsWith("journal")),
    [],
  );
});

Deno.test("S6 a pid file elsewhere is written over a dead daemon's, and goes with the daemon that wrote it", async () => {
  await using home = await TestHome.create();
  const path = `${home.root}/elsewhere.pid`;
  const options = { env: { AGENT_CONSOLE_PID_FILE: path } };
  for (const text of [undefined, "", "4194303\n", "4194303"]) {
    if (text !== undefined) Deno.writeTextFileSync(path, text);
    await using daemon = await home.foreground([], options);
    assertEquals(Number(Deno.readTextFileSync(path).split("\n")[0]) > 1, true);
    daemon.kill("SIGTERM");
    assertEquals((await daemon.exit(30_000)).code, 0);
    await eventually(
      () => ![...Deno.readDirSync(home.root)].some(({ name }) => name === "elsewhere.pid"),
      5000,
      "its end",
    );
  }
});

Deno.test("S6 a daemon that fails to start removes no pid file of another one", async () => {
  await using home = await TestHome.create();
  const path = `${home.root}/elsewhere.pid`;
  Deno.writeTextFileSync(path, "4194303\n-\nx\ny\n");
  Deno.mkdirSync(home.dir, { mode: 0o700 });
  await using _taken = new Impostor(home.socketPath);
  const { code, stderr } = await home.cli(["daemon"], { env: { AGENT_CONSOLE_PID_FILE: path } });
  assertEquals(code, 4, stderr);
  assertEquals(Deno.readTextFileSync(path), "4194303\n-\nx\ny\n");
});

Deno.test("C9 a late event of a dead agent does not make its row live again, another process's does", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using old = agent();
  await hook(home, old.pid);
  assertEquals((await row(home))?.["status"], "working");
  await eventually(
    async () => (await row(home))?.["pidSeen"] === true,
    30_000,
    "the look that shows the process alive",
  );
  await old[Symbol.asyncDispose]();
  await home.kill();
  await home.start(); // looks for agents at once
  await eventually(async () => (await row(home))?.["lost"] === true, 30_000, "the lost row");
  const listed = async () => (await home.json(["ls", "--status", "lost", "--json"]))["sessions"] as Json[];
  assertEquals((await listed()).map(({ lost }) => lost), [true]);
  await hook(home, old.pid, { ...EVENT, hook_event_name: "PostToolUse", tool_name: "Bash", tool_input: {} });
  assertEquals((await row(home))?.["lost"], true);
  await using next = agent();
  await hook(home, next.pid, { ...EVENT, hook_event_name: "SessionStart", source: "resume" });
  assertEquals((await row(home))?.["lost"], undefined);
  assertEquals(await listed(), []);
});

Deno.test("C9 spooled events keep their time, and a process that began after them is a stranger", async () => {
  await using home = await TestHome.create();
  Deno.mkdirSync(home.dir, { mode: 0o700 });
  const hourAgo = Date.now() - 3_600_000;
  await using stranger = agent();
  putSpooled(home, hourAgo, EVENT, stranger.pid);
  putSpooled(home, Date.now() + 86_400_000, { ...EVENT, session_id: "future" });
  putSpooled(home, 5, { ...EVENT, session_id: "past" });
  await home.start();
  await eventually(async () => (await row(home))?.["lost"] === true, 30_000, "the lost row");
  await taken(home);
  const time = async (id: string) => Date.parse(String((await row(home, id))?.["lastEventAt"]));
  assertEquals(await time("r1"), hourAgo);
  assert(await time("future") <= Date.now());
  assert(Math.abs(await time("past") - (Date.now() - 7 * 86_400_000)) < 60_000);
  await hook(home, Deno.pid, { ...EVENT, hook_event_name: "Stop" });
  await home.stop();
  putSpooled(home, hourAgo + 1000, EVENT);
  await home.start();
  await taken(home);
  assertEquals((await row(home))?.["status"], "idle");
});

Deno.test("H1 a full spool and a switch that is off keep no hook from starting the daemon, and the newest event counts", async () => {
  await using home = await TestHome.create();
  Deno.mkdirSync(home.dir, { mode: 0o700 });
  for (let i = 0; i < 512; i++) putSpooled(home, 1000 + i, { ...EVENT, session_id: `s${i % 3}` });
  const env = { AGENT_CONSOLE_NO_START: "0", AGENT_CONSOLE_SOCKET: "" };
  assertEquals((await home.cli(["hook", "claude"], { stdin: JSON.stringify(EVENT), env })).code, 0);
  await home.ready();
  await eventually(async () => (await row(home))?.["status"] === "working", 30_000, "the newest event", 50);
});

Deno.test("H1 a hook finds the daemon's socket where its variable is empty or relative", async () => {
  await using home = await TestHome.create();
  await home.start({ args: ["--limit", "tickMs=600000"] }); // the spool is not looked at: an event comes by the socket only
  for (const [i, socket] of ["", ".agent-console/daemon.sock"].entries()) {
    const stdin = JSON.stringify({ ...EVENT, session_id: `r${i}` });
    const env = { AGENT_CONSOLE_SOCKET: socket, AGENT_CONSOLE_NO_START: "1" };
    assertEquals((await home.cli(["hook", "claude"], { stdin, env })).code, 0);
    // It waits for its reply no longer than a hook may; what it has sent is taken all the same.
    await eventually(
      async () => (await row(home, `r${i}`))?.["status"] === "working",
      30_000,
      `an event by socket ${JSON.stringify(socket)}`,
    );
  }
});

Deno.test("C6 with a journal that cannot be written a reload still counts, and a lost socket still ends the daemon", async () => {
  await using home = await TestHome.create({ config: "{}" });
  const { argv, env } = home.command(["daemon", "--limit", "tickMs=500"]);
  // A limit on the size of files: the journal fills its 32 KiB at once.
  await using daemon = home.spawnArgv(["sh", "-c", 'ulimit -f 64; trap "" XFSZ; exec "$@"', "sh", ...argv], env);
  await home.ready();
  await using client = await home.connect({ token: true });
  const report = (i: number) =>
    client.request("session.report", {
      agent: "claude",
      event: { ...EVENT, session_id: `s${i}`, prompt: "x".repeat(390) },
    });
  let refused: unknown;
  for (let i = 0; i < 200 && refused === undefined; i++) await report(i).catch((error) => refused = error);
  assertMatch(String(refused), /read.only|cannot be written/i);
  Deno.writeTextFileSync(home.path("config.jsonc"), '{ "daemon": { "log_level": "error" } }');
  const { applied } = await client.request("config.reload") as { applied: string[] };
  assertEquals(applied, ["daemon.log_level"]);
  Deno.removeSync(home.socketPath);
  Deno.writeTextFileSync(home.socketPath, "new");
  assertEquals((await daemon.exit(30_000)).code, 4);
  assertEquals(Deno.readTextFileSync(home.socketPath), "new");
});

Deno.test("A3 the reason of a shutdown is masked in journal and log", async () => {
  await using home = await TestHome.create({ config: '{ "journal": { "fsync": "always" } }' });
  const pid = await home.start();
  await using client = await home.connect({ token: true });
  await client.request("session.report", { agent: "claude", event: EVENT });
  await client.request("shutdown", { reason: "token=canary-4711-secret rotated" });
  await home.gone(pid);
  assertEquals(readJournal(home).at(-1)?.data["reason"], "token=*** rotated");
  for (const [path, text] of home.files()) assert(!text.includes("canary-4711"), path);
});
