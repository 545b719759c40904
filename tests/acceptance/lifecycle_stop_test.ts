/** F1 and F6: how a daemon ends. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { LIMITS } from "../../src/protocol/limits.ts";
import { exists } from "../support/exists.ts";
import { TestHome } from "../support/harness.ts";
import { readJournal } from "../support/harness_journal.ts";
import { isAlive, type Running } from "../support/harness_process.ts";
import { eventually, patience, pause } from "../support/harness_wait.ts";
import { RawSocket } from "../support/raw_socket.ts";
import type { Json, Message, RawClient } from "../support/wire.ts";

const report = (at: number): Json => ({
  agent: "claude",
  event: {
    session_id: `s${at % 20}`,
    hook_event_name: "UserPromptSubmit",
    cwd: "/x",
    prompt: `p${at}`.padEnd(300, "."),
  },
});

/** What a daemon that ended well leaves of its own files. */
function left(home: TestHome): string[] {
  return ["daemon.sock", "daemon.pid", "daemon.ready", "daemon.token"].filter((name) => {
    try {
      Deno.lstatSync(home.path(name));
      return true;
    } catch {
      return false;
    }
  });
}

/** Of a process that is to end now, on a machine with much else to do. */
const END_MS = 20_000;

/** The note of readiness goes when a stop has begun. */
async function stopBegan(home: TestHome): Promise<void> {
  await eventually(() => !exists(home.path("daemon.ready")), END_MS, "a stop that began");
}

/** By its start time a signal finds the daemon and nobody else; who knows it is a process. */
async function startTimeKnown(home: TestHome): Promise<void> {
  const startedAt = () => Deno.readTextFileSync(home.path("daemon.pid")).split("\n")[1];
  await eventually(() => startedAt() !== "-", END_MS, "its start time");
}

for (
  const [how, stop] of [
    ["TERM", (home: TestHome) => home.signal("SIGTERM")],
    ["INT", (home: TestHome) => home.signal("SIGINT")],
    ["TERM to its launcher", (_: TestHome, daemon: Running) => daemon.kill("SIGTERM")],
    ["INT to its launcher", (_: TestHome, daemon: Running) => daemon.kill("SIGINT")],
    ["daemon stop", (home: TestHome) => home.stop()],
  ] as const
) {
  Deno.test(`F1 ${how} ends it with its requests done, daemon.stopping as the last event, its files gone and exit 0`, async () => {
    await using home = await TestHome.create();
    await using daemon = await home.foreground();
    const pid = home.needPid();
    await using subscriber = await home.connect({ token: true });
    await subscriber.request("subscribe");
    await using writer = await home.connect();
    const writes = Array.from(
      { length: 300 },
      (_, at) => writer.call("session.report", report(at)).catch(() => undefined),
    );
    await writes[0];
    const begin = performance.now();
    await stop(home, daemon);
    const { code, stderr } = await daemon.exit(END_MS);
    const ms = performance.now() - begin;
    assert(ms < await patience(6000), `took ${ms} ms`);
    assertEquals(code, 0, stderr);
    assert(!isAlive(pid));
    assertEquals(left(home), []);

    const lines = readJournal(home);
    assertEquals(lines.at(-1)?.type, "daemon.stopping");
    const answers = (await Promise.all(writes)).filter((answer): answer is Message => answer !== undefined);
    for (const { result, error } of answers) {
      if (error !== undefined) assertEquals(error.data?.["name"], "stopping");
      else assertEquals(lines[Number(result?.["seq"]) - 1]?.seq, result?.["seq"]);
    }
    await subscriber.end();
    const events = subscriber.drain().map(({ params }) => params as Json);
    const last = events.at(-1);
    assertEquals([last?.["type"], last?.["seq"]], ["daemon.stopping", lines.at(-1)?.seq]);
    assertEquals((last?.["data"] as Json)["restart"], false);
  });
}

/** A reader that stalls with more waiting for it than the kernel takes, so that a stop has something to wait for. */
async function stall(home: TestHome): Promise<RawSocket> {
  const stalled = await RawSocket.connect(home.socketPath);
  await stalled.write(`{"id":1,"method":"hello","params":{"protocol":1,"token":"${home.token()}"}}\n`);
  await stalled.write('{"id":2,"method":"subscribe"}\n');
  await stalled.readLines(2);
  await using writer: RawClient = await home.connect();
  for (let at = 0; at < 900; at += 30) {
    await Promise.all(Array.from({ length: 30 }, (_, i) => writer.request("session.report", report(at + i))));
  }
  return stalled;
}

/** The promise's 5 s are the usual limit; what keeps them is seen sooner with a shorter one. */
const DRAIN_MS = 1500;
const QUICK_DRAIN = ["--limit", `drainMs=${DRAIN_MS}`];

Deno.test("F1 a peer that does not read delays a stop by no more than the drain, and a second signal not at all", async () => {
  await using home = await TestHome.create();
  {
    await using daemon = await home.foreground([
      "--limit",
      `drainMs=${2 * END_MS}`,
      "--limit",
      `forcedExitMs=${3 * END_MS}`,
    ]);
    using _stalled = await stall(home);
    const pid = home.signal("SIGTERM");
    await stopBegan(home); // the first signal is at work: it must not be merged with the second
    await pause(100);
    assert(isAlive(pid), "it waits for the peer that stalls");
    const begin = performance.now();
    Deno.kill(pid, "SIGTERM");
    await home.gone(pid, END_MS);
    const ms = performance.now() - begin;
    assert(ms < await patience(500), `${ms} ms after the second signal`);
    await daemon.exit(END_MS);
  }
  {
    await using daemon = await home.foreground(QUICK_DRAIN);
    using _stalled = await stall(home);
    const begin = performance.now();
    home.signal("SIGTERM");
    const { code } = await daemon.exit(END_MS);
    const ms = performance.now() - begin;
    assert(ms > 0.9 * DRAIN_MS && ms < DRAIN_MS + await patience(3500), `${ms} ms`);
    assertEquals(code, 0);
    assertEquals(left(home), []);
  }
});

Deno.test("F1 a stop in the middle of connections that never said hello is not delayed by them", async () => {
  await using home = await TestHome.create();
  await using daemon = await home.foreground();
  const silent = await Promise.all(Array.from({ length: 20 }, () => RawSocket.connect(home.socketPath)));
  try {
    const begin = performance.now();
    home.signal("SIGTERM");
    assertEquals((await daemon.exit(END_MS)).code, 0);
    const ms = performance.now() - begin;
    assert(ms < await patience(3000), `${ms} ms`);
  } finally {
    for (const socket of silent) socket.close();
  }
});

Deno.test("F1 daemon stop without a daemon says so with exit 3; restart gives a new one", async () => {
  await using home = await TestHome.create();
  assertEquals((await home.stop()).code, 3);
  const a = await home.start();
  const restart = await home.cli(["daemon", "restart"]);
  assertEquals(restart.code, 0, restart.stderr);
  const b = home.needPid();
  assert(a !== b && !isAlive(a));
  await using client = await home.connect();
  assertEquals(client.hello["pid"], b);
});

Deno.test("F6 an ephemeral daemon ends within its grace after the last client left, not before", async () => {
  await using home = await TestHome.create();
  await using daemon = await home.foreground(["--ephemeral"]);
  {
    await using _first = await home.connect();
    await using _second = await home.connect({ token: true });
    await pause(3000); // the span in which it must not end
    assert(!daemon.ended);
  }
  const { code } = await daemon.exit(20_000);
  assertEquals(code, 0);
  assertEquals(left(home), []);
});

Deno.test("F6 a persistent daemon stays when the last client has left", async () => {
  await using home = await TestHome.create();
  const pid = await home.start();
  {
    await using _client = await home.connect({ token: true });
  }
  await pause(3000); // the span in which it must not end
  assertEquals(home.needPid(), pid);
  await eventually(async () => (await home.json(["status", "--json"]))["pid"] === pid, 5000, "the same daemon");
});

Deno.test("F1 with every connection taken commands say busy, watch waits, and daemon stop ends the daemon", async () => {
  await using home = await TestHome.create();
  const pid = await home.start({ args: ["--limit", "maxConnections=256"] });
  const hello = JSON.stringify({ id: 1, method: "hello", params: { protocol: 1, token: home.token() } });
  const taken: RawSocket[] = [];
  try {
    for (let count = 0; count < 256; count++) {
      const socket = await RawSocket.connect(home.socketPath);
      taken.push(socket);
      await socket.write(`${hello}\n`);
      await socket.readLines(1);
    }
    for (const args of [["ls"], ["ls", "--json"], ["daemon", "status"], ["session", "close", "s"]]) {
      const { code, stderr } = await home.cli(args);
      assertEquals(code, 1, stderr);
      assert(/256 are open/.test(stderr) && !/Broken pipe|a bug/.test(stderr), stderr);
    }
    await using watch = home.spawn(["watch"]);
    await watch.says(/256 are open/, END_MS, "stderr");
    assert(!watch.ended);
    const { code, stdout, stderr } = await home.stop();
    assertEquals([code, stdout, stderr], [0, `stopped, pid ${pid}\n`, ""]);
    assert(!isAlive(pid));
  } finally {
    for (const socket of taken) socket.close();
  }
});

Deno.test("F1 a daemon that hangs is stopped within its --timeout for TERM, then by KILL", async () => {
  await using home = await TestHome.create();
  const pid = await home.start();
  await startTimeKnown(home);
  home.signal("SIGSTOP");
  const { code, stdout, stderr, ms } = await home.cli(["daemon", "stop", "--timeout", "0.5"]);
  assertEquals([code, stdout], [0, `stopped, pid ${pid}\n`], stderr);
  assert(ms < await patience(6000), `${ms} ms`);
  assert(!isAlive(pid));
});

Deno.test("F1 daemon stop without --timeout lets a daemon drain; a second stop meanwhile waits like the first", async () => {
  await using home = await TestHome.create();
  assertEquals(LIMITS.drainMs, 5000);
  // Longer than the second command takes to start on a machine with much else to do; a daemon ends by force after 8 s.
  const drainMs = Math.min(7000, Math.max(4000, await patience(600)));
  await using daemon = await home.foreground(["--limit", `drainMs=${drainMs}`]);
  using _stalled = await stall(home);
  const begin = performance.now();
  const first = home.stop();
  await stopBegan(home);
  const stops = await Promise.all([first, home.stop()]);
  assertEquals(stops.map(({ code }) => code), [0, 0], stops.map(({ stderr }) => stderr).join(""));
  assertEquals((await daemon.exit(END_MS)).code, 0, "it ended in its own way");
  assert(performance.now() - begin > 0.9 * drainMs, "it had the time to drain");
});

Deno.test("F1 daemon stop --timeout is also the time for the drain", async () => {
  await using home = await TestHome.create();
  const pid = await home.start();
  await startTimeKnown(home);
  using _stalled = await stall(home);
  const { code, stdout, stderr, ms } = await home.cli(["daemon", "stop", "--timeout", "0.5"]);
  assertEquals([code, stdout], [0, `stopped, pid ${pid}\n`], stderr);
  assert(ms < await patience(3500), `${ms} ms`);
});

Deno.test("F2 a stop where no daemon runs says what it means for hooks, and a second one keeps the time of the first", async () => {
  await using home = await TestHome.create();
  assertEquals((await home.cli(["daemon", "start"])).code, 0);
  assertEquals((await home.cli(["hooks", "install", "claude", "--no-feed"])).code, 0);
  assertEquals((await home.cli(["daemon", "stop"])).code, 0);
  const since = (await Deno.stat(home.path("daemon.stopped"))).mtime;
  const again = await home.cli(["daemon", "stop"]);
  assertEquals([again.code, again.stdout], [3, ""]);
  assertMatch(again.stderr, /^note: hooks start none either, until you do\nerror: no daemon is running\n/);
  assertEquals((await Deno.stat(home.path("daemon.stopped"))).mtime, since);
});
