/** H4: what the command line says of an answer is what became of it: the hook has passed it on, or it has not. */
import { assertEquals, assertMatch } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { eventually } from "../support/harness_wait.ts";
import { ALLOWED, approval, held, heldWith, hook, recorded, row, storyOf } from "../support/hook_process.ts";
import type { Json } from "../support/wire.ts";

/** A process on a busy machine; far less than a hook is held. */
const END_MS = 20_000;

Deno.test("H4 an answer is delivered when the hook has written it; the wire says so", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await using asks = await held(home, client);
  const { result } = await client.call("approval.decide", { id: asks.id, decision: "approve" });
  assertEquals((result as Json)["delivered"], true);
  assertEquals((await asks.hook.exit(END_MS)).stdout, ALLOWED);
  assertEquals(storyOf(home, asks.id), ["approval.requested pending", "approval.decided approved"]);
});

Deno.test("H4 a hook that hangs: approved, not delivered, exit 1; when it goes on after all the record is corrected", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await using asks = await held(home, client);
  asks.hook.kill("SIGSTOP");
  try {
    const { code, stdout, stderr } = await home.cli(["approve", asks.id]);
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, /^error: \w+: approved once, not delivered: the agent's hook did not pass it on/);
    assertMatch(stderr, /hint: answer it in the agent's own terminal/);
    const { stdout: list } = await home.cli(["approvals", "--all"]);
    assertMatch(list, /approved once by cli, not delivered/);
    assertEquals((await row(client))["status"], "waiting");
  } finally {
    asks.hook.kill("SIGCONT");
  }
  assertEquals((await asks.hook.exit(END_MS)).stdout, ALLOWED);
  const isDelivered = async () => (await approval(client, asks.id))["approved"] as Json;
  await eventually(async () => !("delivered" in await isDelivered()), END_MS, "the correction");
  assertEquals(storyOf(home, asks.id).slice(2), ["approval.corrected approved", "approval.corrected approved"]);
  assertEquals((await row(client))["status"], "working", "its row goes on with it");
});

Deno.test("H4 the question of Claude's sub-agent is held only while a window is open, though Claude has a terminal", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  const asked = { ...recorded("claude", "PermissionRequest"), agent_id: "a1", agent_type: "general-purpose" };
  await client.request("session.report", { agent: "claude", event: recorded("claude", "UserPromptSubmit"), env: {} });
  await using alone = hook(home, asked);
  assertEquals((await alone.exit(END_MS)).stdout, "");
  assertEquals((await row(client, "a1"))["status"], "waiting", "in its own terminal");
  await client.request("subscribe", { answers: true });
  await using asks = await heldWith(home, client, asked);
  await client.request("approval.decide", { id: asks.id, decision: "approve" });
  assertEquals((await asks.hook.exit(END_MS)).stdout, ALLOWED);
});
