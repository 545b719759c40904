/** H4: what the human does in the agent's own terminal, or does not do at all, leaves no ghost in ours. */
import { assert, assertEquals } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { eventually, patience } from "../support/harness_wait.ts";
import {
  ALLOWED,
  approval,
  deniedWith,
  held,
  hook,
  pending,
  PRINT,
  recorded,
  row,
  storyOf,
  TUI,
  watching,
} from "../support/hook_process.ts";
import type { Json } from "../support/wire.ts";

/** A process on a busy machine; far less than a hook is held. */
const END_MS = 20_000;
/** At once, on a busy machine: a hook's whole process and its answer. */
const most = () => patience(2000);

Deno.test("H4 No or Esc in the terminal: the hook gets TERM, the approval is dismissed, the row rests, watch says so", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using watch = home.spawn(["watch"]);
  await using client = await home.connect({ token: true });
  await watching(client, watch);
  await using asks = await held(home, client);
  await watch.says(`◆ ${asks.id}`, END_MS);
  asks.hook.kill("SIGTERM");
  await watch.says(new RegExp(`◇ ${asks.id} .*dismissed in the terminal +Bash: touch a1`), END_MS);
  assertEquals([(await approval(client, asks.id))["status"], (await row(client))["status"]], ["dismissed", "idle"]);
  assertEquals((await asks.hook.exit(END_MS)).stdout, "");
  const late = await home.cli(["approve", asks.id]);
  assertEquals(late.code, 1, late.stderr);
});

Deno.test("H4 Yes in the terminal: the end of the call settles it as elsewhere, and the held hook ends with nothing", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await using asks = await held(home, client);
  assertEquals((await hook(home, recorded("claude", "PostToolUse")).exit(END_MS)).code, 0);
  const { code, stdout, stderr } = await asks.hook.exit(END_MS);
  assertEquals([code, stdout, stderr], [0, "", ""]);
  assertEquals([(await approval(client, asks.id))["status"], (await row(client))["status"]], ["elsewhere", "working"]);
  assertEquals(storyOf(home, asks.id), ["approval.requested pending", "approval.decided elsewhere"]);
});

Deno.test("H4 nobody answers: expired at the deadline, which is no denial; the row waits on in the terminal", async () => {
  await using home = await TestHome.create({ config: '{ "approvals": { "hook_wait_secs": 1 } }' });
  await home.start();
  await using client = await home.connect({ token: true });
  await using asks = await held(home, client);
  const { code, stdout, stderr, ms } = await asks.hook.exit(END_MS);
  assertEquals([code, stdout, stderr], [0, "", ""]);
  assert(ms >= 1000 && ms < 1000 + await most(), `took ${ms} ms`);
  assertEquals(storyOf(home, asks.id), ["approval.requested pending", "approval.expired expired"]);
  const left = await row(client);
  assertEquals([left["status"], (left["waiting"] as Json)["approvalId"]], ["waiting", undefined]);
  assertEquals((await home.cli(["approve", asks.id])).code, 1);
  await hook(home, recorded("claude", "PostToolUse")).exit(END_MS);
  await eventually(async () => (await row(client))["status"] === "working", END_MS, "the row that goes on");
});

for (const [name, agent, env] of [["claude -p", "claude", PRINT], ["Codex", "codex", {}]] as const) {
  Deno.test(`H1 ${name} waits for its hook, so without a window it is answered at once, with nothing`, async () => {
    await using home = await TestHome.create();
    await home.start();
    await using client = await home.connect({ token: true });
    // One that only listens is nobody who answers, although its token would let it: it may be a script.
    await using script = await home.connect({ token: true });
    await script.request("subscribe", {});
    const { code, stdout, stderr, ms } = await hook(home, recorded(agent, "PermissionRequest"), { agent, env })
      .exit(END_MS);
    assertEquals([code, stdout, stderr], [0, "", ""]);
    assert(ms < await most(), `took ${ms} ms`);
    assertEquals([await pending(client), (await row(client))["status"]], [[], "waiting"]);
  });

  Deno.test(`H4 ${name} is held while a window is there, gets its answer, and is freed when the last window leaves`, async () => {
    await using home = await TestHome.create();
    await home.start();
    await using client = await home.connect({ token: true });
    const windows = [await home.connect({ token: true }), await home.connect({ token: true })];
    try {
      for (const window of windows) await window.request("subscribe", { answers: true });
      await using yes = await held(home, client, { agent, env });
      assertEquals((await home.cli(["approve", yes.id])).code, 0);
      assertEquals((await yes.hook.exit(END_MS)).stdout, ALLOWED);
      await using no = await held(home, client, { agent, env, command: "touch a2" });
      assertEquals((await home.cli(["deny", no.id, "--message", "not now"])).code, 0);
      assertEquals((await no.hook.exit(END_MS)).stdout, deniedWith("not now"));

      await using asks = await held(home, client, { agent, env, command: "touch a3" });
      await windows.pop()?.close();
      assertEquals((await pending(client)).map(({ id }) => id), [asks.id]);
      assert(!asks.hook.ended);
      const left = performance.now();
      await windows.pop()?.close();
      const { code, stdout, stderr } = await asks.hook.exit(END_MS);
      assertEquals([code, stdout, stderr], [0, "", ""]);
      const ms = performance.now() - left;
      assert(ms < await most(), `took ${ms} ms`);
      assertEquals([(await approval(client, asks.id))["status"], (await row(client))["status"]], [
        "expired",
        "waiting",
      ]);
    } finally {
      for (const window of windows) await window.close();
    }
  });
}

Deno.test("H4 watch is a window that can answer: with it an agent that waits for its hook is held", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  const watch = home.spawn(["watch"]);
  try {
    await watching(client, watch);
    await using asks = await held(home, client, { agent: "codex", env: {} });
    await watch.says(asks.id, END_MS);
    watch.kill("SIGTERM");
    assertEquals((await asks.hook.exit(END_MS)).stdout, "");
  } finally {
    await watch[Symbol.asyncDispose]();
  }
});

Deno.test("H1 watch --json only listens: an agent that waits for its hook is not held for it", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await using watch = home.spawn(["watch", "--json"]);
  await watch.says('"type":"snapshot"', END_MS);
  const { code, stdout } = await hook(home, recorded("codex", "PermissionRequest"), { agent: "codex", env: {} })
    .exit(END_MS);
  assertEquals([code, stdout, await pending(client)], [0, "", []]);
});

Deno.test("A1 a subscriber that says it answers needs the scope to answer", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using reporter = await home.connect();
  const { error } = await reporter.call("subscribe", { answers: true });
  assertEquals(error?.data?.["name"], "forbidden");
});

Deno.test("V1 a subscriber's snapshot holds what waits, and every later step comes as an event", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await using asks = await held(home, client, { env: TUI });
  await using viewer = await home.connect({ token: true });
  const { snapshot } = await viewer.request("subscribe", { topics: ["approval"] }) as { snapshot: Json };
  const shown = snapshot["approvals"] as Json[];
  assertEquals(shown.map(({ id, status, input }) => [id, status, input]), [[asks.id, "pending", "touch a1"]]);
  await client.request("approval.decide", { id: asks.id, decision: "approve" });
  const { type, data } = await viewer.nextEvent();
  assertEquals([type, (data["approval"] as Json)["status"]], ["approval.decided", "approved"]);
  assertEquals((await asks.hook.exit(END_MS)).stdout, ALLOWED);
});
