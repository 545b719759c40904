/** G4, L6: what a token of the gateway may change, and how much. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { GatewayHome } from "../support/gateway.ts";

const report = (id: number) => ({
  agent: "claude",
  event: { session_id: `made-up-${id}`, hook_event_name: "UserPromptSubmit", cwd: "/x", prompt: "p" },
});

const REPORTS = [
  ["session.report", report(1)],
  ["approval.request", { agent: "custom", title: "t" }],
  ["approval.wait", { approvalId: "a" }],
  ["approval.delivered", { approvalId: "a", delivered: true }],
] as const;

Deno.test("G4 with the tokens read and approve nobody reports for an agent, and nothing is written", async () => {
  await using gateway = await GatewayHome.start();
  await using watcher = await gateway.home.connect({ token: true });
  const before = await watcher.request("audit.head");
  for (const scope of ["read", "approve"] as const) {
    await using client = await gateway.socket(scope);
    for (const [method, params] of REPORTS) {
      const { error } = await client.call(method, params);
      assertEquals(error?.data?.["name"], "forbidden", `${method} with ${scope}`);
      assertStringIncludes(String(error?.message), 'needs the scope "admin" over the gateway');
    }
    await client.request("ping");
    await client.request("status");
  }
  assertEquals(await watcher.request("audit.head"), before);
});

Deno.test("L6 who reports over the gateway meets the limits of clients without a token, whatever it may", async () => {
  await using gateway = await GatewayHome.start({ args: ["--limit", "reportSessionsEach=20"] });
  await using client = await gateway.socket("admin");
  for (let id = 0; id < 20; id++) await client.request("session.report", report(id));
  const refused = await assertRejects(() => client.request("session.report", report(20)), Error);
  assertStringIncludes(refused.message, "this connection has 20 sessions");
});
