// deno-lint-ignore-file no-sync-fn-in-async-fn -- the disk is damaged while no daemon runs: nothing else waits
/**
 * C2, C6 through the real program: a start that cannot keep a torn end, and a disk that is full for a while. A limit on the
 * size of its files stands for the full disk, so that it needs no file system of its own: it is set and lifted while the
 * daemon runs.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { brokenAt, lastSegment, readJournal } from "../support/harness_journal.ts";
import { eventually, pause } from "../support/harness_wait.ts";
import { isLong } from "../support/long_step.ts";
import { held, pending, storyOf } from "../support/hook_process.ts";
import type { RawClient } from "../support/wire.ts";

/** Longer than the limit lets a file become: 32 KiB. */
const TORN = `{"actor":"x","data":"${"x".repeat(40_000)}`;
const UNLIMITED = 'trap "" XFSZ; exec "$@"';
const FULL = `ulimit -S -f 64; ${UNLIMITED}`;

async function stateOf(client: RawClient): Promise<string> {
  return (await client.request("status") as { state: string }).state;
}

function hasPrlimit(): boolean {
  try {
    return new Deno.Command("prlimit", { args: ["--version"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

function setLimit(home: TestHome, bytes: number | "unlimited"): void {
  const { code } = new Deno.Command("prlimit", { args: ["--pid", `${home.needPid()}`, `--fsize=${bytes}:`] })
    .outputSync();
  assertEquals(code, 0);
}

const canLift = hasPrlimit();
const why = canLift ? "" : " (skipped: there is no prlimit(1), which lifts the limit of a process that runs)";

Deno.test({
  name:
    `C2 C6 a daemon that starts on a full disk with a torn end shows everything, and goes on once there is room${why}`,
  ignore: !canLift,
  fn: async () => {
    await using home = await TestHome.create();
    await home.start();
    await using writer = await home.connect({ token: true });
    await writer.request("session.update", { sessionId: "other", agent: "test", title: "is shown" });
    await using asks = await held(home, writer);
    await home.kill();
    const path = lastSegment(home);
    const whole = Deno.readTextFileSync(path);
    Deno.writeTextFileSync(path, TORN, { append: true });
    const names = () => [...Deno.readDirSync(home.path("journal"))].map(({ name }) => name);
    const before = names();

    const { argv, env } = home.command(["daemon", "--limit", "tickMs=300"]);
    for (const isLast of isLong ? [false, true] : [true]) {
      await using daemon = home.spawnArgv(["sh", "-c", FULL, "sh", ...argv], env);
      await home.ready();
      await using client = await home.connect({ token: true });
      const state = () => stateOf(client);
      assertEquals(await state(), "read_only");
      assertMatch(JSON.stringify(await client.request("session.list")), /is shown/);
      assertEquals((await pending(client)).length, 1, "what its dead predecessor was asked");
      const change = () => client.call("session.update", { sessionId: "other", agent: "test", title: "new" });
      assertMatch(JSON.stringify(await change()), /cannot be written/);
      if (isLong) assertMatch(JSON.stringify(await home.cli(["audit", "verify"])), /unfinished record/);
      assert(Deno.readTextFileSync(path) === whole + TORN, "nothing is written behind the torn end");
      assertEquals(names(), before);
      if (!isLast) {
        await home.kill();
        await daemon.exit(10_000);
        continue;
      }
      setLimit(home, "unlimited");
      await eventually(async () => await state() === "running", 10_000, "the journal can be written again");
      await change();
    }
    const lines = readJournal(home);
    assertEquals(brokenAt(lines), undefined);
    const added = lines.slice(whole.split("\n").length - 1);
    assertEquals(added.map(({ type }) => type).slice(0, 2), ["daemon.recovered", "daemon.started"]);
    assertEquals(storyOf(home, asks.id), ["approval.requested pending", "approval.decided cancelled"]);
    assertEquals(added.filter(({ type }) => type === "daemon.started").length, 1, "that of the other start is lost");
    const { tornBytes, keptIn, offset } = added[0]!.data;
    assertEquals([tornBytes, offset], [TORN.length, whole.length]);
    assertEquals(Deno.readTextFileSync(home.path(`journal/${keptIn}`)), TORN);
    assertEquals((await home.cli(["audit", "verify"])).code, 0);
  },
});

Deno.test({
  name:
    `C6 H4 once a disk has room again a daemon goes on, and has closed what ended meanwhile, though nobody writes${why}`,
  ignore: !canLift,
  fn: async () => {
    await using home = await TestHome.create();
    const { argv, env } = home.command(["daemon", "--limit", "tickMs=300"]);
    await using _daemon = home.spawnArgv(["sh", "-c", UNLIMITED, "sh", ...argv], env);
    await home.ready();
    await using client = await home.connect({ token: true });
    await using asks = await held(home, client);
    const before = Deno.readFileSync(lastSegment(home));
    setLimit(home, before.length);
    asks.hook.kill("SIGKILL");
    await eventually(async () => await stateOf(client) === "read_only", 10_000, "its end does not fit");
    const { stdout } = await home.cli(["status"]);
    assertMatch(stdout, /^journal +ok, READ ONLY, /m);
    assertMatch(
      stdout,
      /^read-only +no change is accepted: .*too large.*; make room on its disk: it goes on by itself$/m,
    );
    for (let look = 0; look < 12; look++) {
      await pause(100);
      assertEquals(await stateOf(client), "read_only", "as long as the disk is full");
    }
    assertEquals((await pending(client)).map(({ id }) => id), [asks.id]);
    setLimit(home, "unlimited");
    await eventually(async () => await stateOf(client) === "running", 10_000, "the journal can be written again");
    await eventually(async () => (await pending(client)).length === 0, 10_000, "the end is recorded");
    // Cancelled where the hook was killed before it had begun to wait.
    const [, end, ...more] = storyOf(home, asks.id);
    assertMatch(end ?? "", /^approval\.decided (?:dismissed|cancelled)$/);
    assertEquals(more, []);
    assertEquals(Deno.readFileSync(lastSegment(home)).subarray(0, before.length), before);
    assertEquals(brokenAt(readJournal(home)), undefined);
  },
});
