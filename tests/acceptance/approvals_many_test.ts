/** L: many agents ask at once. Functional only; what it costs is measured in tests/bench/approvals.ts. */
import { assert, assertEquals } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { eventually, within } from "../support/harness_wait.ts";
import { ALLOWED, deniedWith, heldWith, pending, recorded, row, TUI } from "../support/hook_process.ts";
import type { Json, RawClient } from "../support/wire.ts";

const MANY = 500;
const PROCESSES = 8;

/** Opens an approval for each of `count` sessions on one connection; ids in the order of the sessions. */
async function open(client: RawClient, count: number): Promise<string[]> {
  const answers = await Promise.all(Array.from({ length: count }, (_, i) => {
    const event = recorded("claude", "PermissionRequest", { session: `s${i}`, command: `touch ${i}` });
    return client.request("session.report", { agent: "claude", env: TUI, event }, 30_000);
  }));
  return answers.map(({ approval }) => String((approval as Json)["id"]));
}

Deno.test("L 500 approvals at once: all are listed, oldest first, each is decided once, and its own hook hears it", async () => {
  await using home = await TestHome.create();
  const pid = await home.start();
  await using client = await home.connect({ token: true });
  const asking = await home.connect();
  try {
    const ids = await open(asking, MANY);
    assertEquals(new Set(ids).size, MANY);
    const { approvals } = await home.json(["approvals", "--json"]) as { approvals: Json[] };
    assertEquals(approvals.map(({ id }) => id), ids);
    assertEquals((await client.request("status"))["approvalsPending"], MANY);
    await using viewer = await home.connect({ token: true });
    const { snapshot } = await viewer.request("subscribe", {}) as { snapshot: Json };
    assertEquals((snapshot["approvals"] as Json[]).length, MANY);

    // Newest first, so that order is nobody's friend; every third is answered by two windows at once.
    const order = ids.map((id, i) => ({ id, yes: i % 2 === 0, twice: i % 3 === 0 })).reverse();
    await Promise.all(order.map(async ({ id, yes, twice }) => {
      const decide = (decision: string) => client.call("approval.decide", { id, decision, message: "no" }, 30_000);
      const [first, second] = await Promise.all([decide(yes ? "approve" : "deny"), twice ? decide("deny") : undefined]);
      assertEquals(first.error, undefined);
      if (second !== undefined) assertEquals(second.error?.data?.["name"], "already_decided");
    }));
    assertEquals(await pending(client), []);
    const outcomes = await Promise.all(ids.map((id) => asking.request("approval.wait", { id }, 30_000)));
    for (const [i, { id, outcome, output }] of outcomes.entries()) {
      const expected = i % 2 === 0 ? ALLOWED : deniedWith("no");
      assertEquals([id, outcome], [ids[i], i % 2 === 0 ? "approved" : "denied"]);
      assertEquals(JSON.stringify(output) + "\n", expected);
    }
    for (const i of [0, 1, MANY - 1]) assertEquals((await row(client, `s${i}`))["status"], "working");
    assertEquals(home.needPid(), pid);
  } finally {
    await asking.close();
  }
});

Deno.test("L whoever asked 500 times goes at once: every approval is closed, every row waits on or rests", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  const asking = await home.connect();
  await open(asking, MANY).finally(() => asking.close());
  await eventually(async () => (await pending(client)).length === 0, 20_000, "the end of all");
  const { sessions } = await client.request("session.list") as { sessions: Json[] };
  assertEquals(sessions.length, MANY);
  assert(sessions.every(({ waiting }) => (waiting as Json | undefined)?.["approvalId"] === undefined));
});

Deno.test("L eight hook processes at once: each prints the answer that was given to it", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  const held = await Promise.all(Array.from(
    { length: PROCESSES },
    (_, i) =>
      heldWith(home, client, recorded("claude", "PermissionRequest", { session: `s${i}`, command: `touch ${i}` })),
  ));
  try {
    assertEquals((await pending(client)).length, PROCESSES);
    for (const { id, sessionId } of await pending(client)) {
      await client.request("approval.decide", { id, decision: "deny", message: `no ${sessionId}` });
    }
    const ended = await within(Promise.all(held.map(({ hook }) => hook.exit(30_000))), 35_000, "their ends");
    assertEquals(
      ended.map(({ code, stdout, stderr }) => [code, stdout, stderr]),
      held.map((_, i) => [0, deniedWith(`no s${i}`), ""]),
    );
  } finally {
    for (const one of held) await one[Symbol.asyncDispose]();
  }
});
