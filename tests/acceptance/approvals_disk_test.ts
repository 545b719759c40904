/** C1 and C6: the hook hears a decision only after the disk has it. The disk is made slow, or broken, by strace. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { lastSegment } from "../support/harness_journal.ts";
import { Running } from "../support/harness_process.ts";
import { eventually, patience, pause } from "../support/harness_wait.ts";
import { ALLOWED, approval, held, pending, recorded, row, storyOf, TUI } from "../support/hook_process.ts";

const END_MS = 20_000;
/** How long each fdatasync takes, unless it is let go, and how long the hook is watched meanwhile, ms. */
const SLOW_MS = 120_000;
const WATCHED_MS = 500;

const PATH = Deno.env.get("PATH") ?? "";
const missing = await whatIsMissing();

function straceTest(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name: missing === undefined ? name : `${name} (ignored: ${missing})`,
    ignore: missing !== undefined,
    fn,
  });
}

async function whatIsMissing(): Promise<string | undefined> {
  try {
    const args = ["-e", "inject=fdatasync:error=EIO", "-o", "/dev/null", "true"];
    const { success } = await new Deno.Command("strace", { args, stdout: "null", stderr: "null" }).output();
    return success ? undefined : "strace may not trace";
  } catch {
    return "needs strace";
  }
}

/** The calls of the daemon on its journal fare as `fate` says, until the tracer is let go. */
async function disk(home: TestHome, calls: string, fate: string): Promise<Running> {
  const where = ["-f", "-p", String(home.needPid()), "-P", lastSegment(home)];
  const argv = ["strace", ...where, "-e", `trace=${calls}`, "-e", `inject=${calls}:${fate}`];
  const tracer = new Running(argv, { env: { PATH } });
  try {
    await tracer.says("attached", END_MS, "stderr");
    return tracer;
  } catch (error) {
    await tracer[Symbol.asyncDispose]();
    throw error;
  }
}

/** Lets go of the daemon: KILL would do so, too, but TERM is what strace expects. */
async function letGo(tracer: Running): Promise<void> {
  tracer.kill("SIGTERM");
  await tracer.exit(END_MS);
}

straceTest("C1 while the disk is slow neither the hook nor whoever decided hears the decision", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await using asks = await held(home, client);
  await using tracer = await disk(home, "fdatasync", `delay_enter=${SLOW_MS * 1000}`);
  let acknowledged = false;
  const deciding = client.request("approval.decide", { id: asks.id, decision: "approve" })
    .then(() => acknowledged = true);
  // It is decided: written, shown, and nobody else's any more; but not yet told.
  await eventually(
    () => storyOf(home, asks.id).at(-1) === "approval.decided approved",
    END_MS,
    "the decision's record",
  );
  await tracer.says(/fdatasync\(/, END_MS, "stderr");
  await pause(WATCHED_MS);
  assertEquals([await pending(client), (await approval(client, asks.id))["status"]], [[], "approved"]);
  assertEquals([acknowledged, asks.hook.stdout, asks.hook.ended], [false, "", false]);
  await letGo(tracer);
  const ended = await asks.hook.exit(END_MS);
  assertEquals([ended.code, ended.stdout], [0, ALLOWED]);
  assert(await deciding);
});

straceTest("C6 a disk that fails: the hook gets no decision, and approve says that it did not hold", async () => {
  // With "always" an answer means that nothing is left to sync: the decision's own fdatasync is the first that fails.
  await using home = await TestHome.create({ config: '{ "journal": { "fsync": "always" } }' });
  await home.start();
  await using client = await home.connect({ token: true });
  await using asks = await held(home, client);
  await client.request("session.update", { sessionId: "s1", title: "on the disk" });
  await using tracer = await disk(home, "fdatasync", "error=EIO");
  const { code, stderr } = await home.cli(["approve", asks.id]);
  assertEquals(code, 1, stderr);
  assertMatch(stderr, /the journal cannot be put on the disk/);
  const ended = await asks.hook.exit(END_MS);
  assertEquals([ended.code, ended.stdout, ended.stderr], [0, "", ""]);
  await letGo(tracer);
  assertMatch(tracer.stderr, /EIO .*\(INJECTED\)/);
});

straceTest(
  "H4 a full disk when the deadline comes: the hook ends with nothing, and with room again no ghost is left",
  async () => {
    // The tracer has to be there before the deadline, and two commands' time is longer on a busy machine.
    const waitSecs = Math.ceil(await patience(2000) / 1000);
    await using home = await TestHome.create({ config: JSON.stringify({ approvals: { hook_wait_secs: waitSecs } }) });
    await home.start();
    await using client = await home.connect({ token: true });
    await using asks = await held(home, client);
    await using tracer = await disk(home, "write,pwrite64,writev", "error=ENOSPC");
    assertEquals((await home.cli(["approve", asks.id])).code, 1);
    const ended = await asks.hook.exit(waitSecs * 1000 + END_MS);
    assertEquals([ended.code, ended.stdout, ended.stderr], [0, "", ""]);
    assertEquals(storyOf(home, asks.id), ["approval.requested pending"]);
    await letGo(tracer);
    // The agent goes on in its own terminal; its next event is the first that the journal takes.
    await eventually(
      async () => {
        await client.request("session.report", { agent: "claude", event: recorded("claude", "PostToolUse"), env: TUI });
        return (await pending(client)).length === 0;
      },
      END_MS,
      "the end of the approval",
      200,
    );
    assertEquals(storyOf(home, asks.id), ["approval.requested pending", "approval.expired expired"]);
    assertEquals((await row(client))["status"], "working");
  },
);
