// deno-lint-ignore-file no-sync-fn-in-async-fn -- a look at a file between two steps: nothing else waits meanwhile
/** I: one daemon for one home, whatever is done at once. */
import { longTest } from "../support/long_step.ts";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { isAlive, type Outcome, processesNaming, Running, startTime } from "../support/harness_process.ts";
import { eventually, patience, pause, rounds } from "../support/harness_wait.ts";
import { RawSocket } from "../support/raw_socket.ts";
import type { Json } from "../support/wire.ts";

const STARTS = 20;

/** The daemons of this home: who answers, and that nobody else holds on. */
async function theOne(home: TestHome): Promise<number> {
  const pid = await home.ready();
  assertEquals(home.daemonPid(), pid);
  return pid;
}

function exists(path: string): boolean {
  try {
    return Deno.lstatSync(path) !== undefined;
  } catch {
    return false;
  }
}

function assertReports(outcome: Outcome, pid: number): void {
  assertEquals(outcome.code, 0, outcome.stderr);
  assertMatch(outcome.stdout, new RegExp(`\\b${pid}\\b`));
}

Deno.test("I1 of 20 starts at once one serves and the others report it", async () => {
  for (let round = 0; round < rounds(1, 25); round++) {
    await using home = await TestHome.create();
    const before = await patience(5000, STARTS);
    const outcomes = await Promise.all(
      Array.from({ length: STARTS }, () => home.cli(["daemon", "start"], { timeoutMs: 60_000 })),
    );
    const pid = await theOne(home);
    for (const outcome of outcomes) assertReports(outcome, pid);
    const already = outcomes.filter(({ stdout }) => /already running/i.test(stdout)).length;
    assertEquals(already, STARTS - 1, outcomes.map((o) => o.stdout).join(""));
    const slowest = Math.max(...outcomes.map(({ ms }) => ms));
    const most = Math.max(before, await patience(5000, STARTS)); // others may have begun, or ended, meanwhile
    assert(slowest < most, `slowest: ${slowest} ms, must be under ${most}`);
  }
});

longTest("I1 of 20 daemons in the foreground at once one serves and the others exit 4", async () => {
  for (let round = 0; round < rounds(1, 25); round++) {
    await using home = await TestHome.create();
    const most = await patience(5000);
    const daemons = Array.from({ length: STARTS }, () => home.spawn(["daemon"]));
    try {
      await eventually(
        () => daemons.filter((d) => d.ended).length === STARTS - 1,
        most,
        "all but one that give up",
        20,
      );
      const outcomes = await Promise.all(daemons.filter((d) => d.ended).map((d) => d.exit(100)));
      await theOne(home);
      for (const { code, stderr } of outcomes) {
        assertEquals(code, 4, stderr);
        assertMatch(stderr, /already running/i);
      }
    } finally {
      for (const daemon of daemons) await daemon[Symbol.asyncDispose]();
    }
  }
});

Deno.test("I1 a second start and a second foreground daemon report the first", async () => {
  await using home = await TestHome.create();
  const first = await home.cli(["daemon", "start"]);
  const pid = await theOne(home);
  assertReports(first, pid);
  assert(!/already running/i.test(first.stdout), first.stdout);
  assertEquals(first.stdout.trim().split("\n").length, 1);
  const second = await home.cli(["daemon", "start"]);
  assertReports(second, pid);
  assertMatch(second.stdout, /already running/i);
  const third = await home.cli(["daemon"]);
  assertEquals(third.code, 4, third.stderr);
  assertEquals(await theOne(home), pid);
});

Deno.test("I2 after kill -9 the next start is ready within 2 s with nothing to clean by hand", async () => {
  await using home = await TestHome.create();
  await home.start();
  for (let round = 0; round < 3; round++) {
    const dead = await home.kill();
    const before = await patience(2000);
    const begin = performance.now();
    const pid = await home.start();
    const ms = performance.now() - begin;
    const most = Math.max(before, await patience(2000));
    assert(pid !== dead);
    assert(ms < most, `ready after ${ms} ms, must be under ${most}`);
  }
});

/** A process that has nothing to do with us and must not be touched. */
function bystander(): Running {
  return new Running(["sleep", "60"], { env: { PATH: Deno.env.get("PATH") ?? "" } });
}

Deno.test("I3 a live foreign pid in the pid file is neither believed nor touched", async () => {
  await using home = await TestHome.create();
  await using foreign = bystander();
  const start = startTime(foreign.pid);
  await home.start();
  await home.kill();
  Deno.writeTextFileSync(home.path("daemon.pid"), `${foreign.pid}\n`);
  const stop = await home.stop();
  assertEquals(stop.code, 3, `${stop.stdout}${stop.stderr}`);
  Deno.writeTextFileSync(home.path("daemon.pid"), `${foreign.pid}\n`);
  assert(await home.start() !== foreign.pid);
  await home.kill();
  Deno.writeTextFileSync(home.path("daemon.pid"), `${foreign.pid}\n`);
  await home.stop({ env: {} });
  await home.cli(["daemon", "restart"]);
  assert(await theOne(home) !== foreign.pid);
  assertEquals(startTime(foreign.pid), start);
});

Deno.test("I3 rubbish in the pid file is no obstacle", async () => {
  await using home = await TestHome.create();
  Deno.mkdirSync(home.dir, { mode: 0o700 });
  for (const text of ["1", "-1", "0", "rubbish", "", "\n", "99999999999", "\u0000"].slice(0, rounds(4, 8))) {
    Deno.writeTextFileSync(home.path("daemon.pid"), text);
    const pid = await home.start();
    assertEquals(Deno.readTextFileSync(home.path("daemon.pid")).split("\n")[0], `${pid}`, JSON.stringify(text));
    home.signal("SIGTERM");
    await home.gone(pid);
  }
  await home.start();
  assertEquals((await home.stop()).code, 0);
});

Deno.test("I4 with the lock held and the socket deleted a second daemon exits 4", async () => {
  await using home = await TestHome.create();
  // It looks at its socket at each tick, and would end: then the second is the only one.
  const pid = await home.start({ args: ["--limit", "firstTickMs=600000", "--limit", "tickMs=600000"] });
  Deno.removeSync(home.socketPath);
  const second = await home.cli(["daemon"]);
  assertEquals(second.code, 4, second.stderr);
  assert(isAlive(pid));
});

Deno.test("I4 with the launcher killed the daemon ends too, and the next one starts", async () => {
  await using home = await TestHome.create();
  const launcher = await home.foreground();
  const pid = home.needPid();
  await launcher[Symbol.asyncDispose]();
  await eventually(() => processesNaming(home.root).length === 0, 10_000, "no process left", 50);
  assert(!isAlive(pid));
  await home.start();
});

Deno.test("I4 with the daemon killed its launcher ends and the next one starts at once", async () => {
  await using home = await TestHome.create();
  await using launcher = await home.foreground();
  await home.kill();
  await home.start();
  const { code } = await launcher.exit(20_000);
  assert(code !== 0);
});

Deno.test("I5 many commands at once without a daemon all succeed through one", async () => {
  await using home = await TestHome.create();
  const outcomes = await Promise.all(
    Array.from({ length: rounds(20, 50) }, () => home.cli(["ls", "--json"], { timeoutMs: 60_000 })),
  );
  for (const { code, stdout, stderr } of outcomes) {
    assertEquals(code, 0, stderr);
    const shown = JSON.parse(stdout) as Json;
    assertEquals([shown["schema"], shown["sessions"]], [1, []]);
  }
  const pid = await theOne(home);
  const starts = [...home.files()].filter(([path]) => path.includes("/journal/"))
    .flatMap(([, text]) => text.split("\n")).filter((line) => line.includes('"daemon.started"'));
  assertEquals(starts.length, 1);
  assert(starts[0]?.includes(`"pid":${pid}`));
});

Deno.test("I5 --no-start exits 3 at once and starts nothing", async () => {
  await using home = await TestHome.create();
  for (const args of [["--no-start", "ls"], ["ls", "--json", "--no-start"], ["--no-start", "status"]]) {
    const { code, stdout, ms } = await home.cli(args);
    assertEquals(code, 3, args.join(" "));
    assertEquals(stdout, "");
    assert(ms < await patience(2000), `${ms} ms`);
  }
  assertEquals(processesNaming(home.root), []);
});

Deno.test("I6 a start that overlaps the stop of another ends with a socket that answers", async () => {
  await using home = await TestHome.create();
  for (let round = 0; round < rounds(2, 50); round++) {
    const a = await home.start();
    // Half of the rounds stop by command, half by signal; the note of readiness goes when the stop has begun.
    const stopping = round % 2 === 0 ? home.stop() : Promise.resolve(home.signal("SIGTERM"));
    await eventually(() => home.daemonPid() !== a || !exists(home.path("daemon.ready")), 10_000, "a stop that began");
    const start = await home.cli(["daemon", "start"]);
    assertEquals(start.code, 0, start.stderr);
    assertMatch(start.stdout, /^started, pid /, "one start is enough");
    assert(!new RegExp(`\\b${a}\\b`).test(start.stdout), start.stdout);
    await stopping;
    await home.gone(a);
    const b = await theOne(home);
    assert(b !== a);
    assert(Deno.lstatSync(home.socketPath).isSocket);
  }
});

Deno.test("I6 a start while a daemon takes its time to stop waits for the end and gives a new one", async () => {
  await using home = await TestHome.create();
  const a = await home.start({ args: ["--limit", "drainMs=1500"] });
  const stalled = await RawSocket.connect(home.socketPath);
  try {
    await stallOn(stalled, home);
    home.signal("SIGTERM");
    await eventually(() => !exists(home.path("daemon.ready")), 10_000, "a stop that began");
    const start = await home.cli(["daemon", "start"]);
    assertEquals(start.code, 0, start.stderr);
    assertMatch(start.stdout, /^started, pid /);
    assert(await theOne(home) !== a && !isAlive(a));
  } finally {
    stalled.close();
  }
});

/** A subscriber that reads nothing of more than the kernel takes: a stop has to wait for it. */
async function stallOn(stalled: RawSocket, home: TestHome): Promise<void> {
  await stalled.write(`{"id":1,"method":"hello","params":{"protocol":1,"token":"${home.token()}"}}\n`);
  await stalled.write('{"id":2,"method":"subscribe"}\n');
  await stalled.readLines(2);
  await using writer = await home.connect();
  const event = (at: number) => ({
    session_id: `s${at % 20}`,
    hook_event_name: "UserPromptSubmit",
    cwd: "/x",
    prompt: `p${at}`.padEnd(300, "."),
  });
  for (let at = 0; at < 900; at += 30) {
    const reports = Array.from({ length: 30 }, (_, i) => ({ agent: "claude", event: event(at + i) }));
    await Promise.all(reports.map((report) => writer.request("session.report", report)));
  }
}

Deno.test("I6 a start that finds the lock held and nobody there tries again until it is free", async () => {
  await using home = await TestHome.create();
  await home.start();
  await home.stop();
  using lock = Deno.openSync(home.path("daemon.lock"), { write: true });
  assert(lock.tryLockSync(true));
  const starting = home.cli(["daemon", "start"]);
  await pause(3500); // longer than any one try
  lock.unlockSync();
  const { code, stdout, stderr } = await starting;
  assertEquals(code, 0, stderr);
  assertMatch(stdout, /^started, pid /);
});

Deno.test("I6 questions in a loop of restarts are all answered", async () => {
  await using home = await TestHome.create();
  await home.start();
  let done = false;
  const asking = (async () => {
    let asked = 0;
    for (; !done; asked++) {
      const { code, stderr } = await home.cli(["ls"]);
      assertEquals(code, 0, stderr);
    }
    return asked;
  })();
  try {
    for (let round = 0; round < rounds(2, 30); round++) {
      const { code, stderr } = await home.cli(["daemon", "restart"]);
      assertEquals(code, 0, stderr);
    }
  } finally {
    done = true;
  }
  assert(await asking > 0);
});
