/** `rules add` under an idempotency key: a repeat is answered by the rule that the key made, and stands for no other. */
import { assertEquals, assertRejects } from "@std/assert";
import { commitNewRule } from "../../src/approvals/add_rule.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import type { ParamsOf } from "../../src/protocol/method_schemas.ts";
import { Desk } from "../support/desk.ts";

function adding() {
  const desk = new Desk();
  desk.attach();
  let ids = 0;
  const deps = {
    store: desk.store,
    inbox: desk.inbox,
    journal: { durable: () => Promise.resolve() },
    newId: () => `id${++ids}`,
    now: () => "2026-11-20T10:00:00.000Z",
  };
  const add = (params: Partial<ParamsOf<"approval.add_rule">>) =>
    commitNewRule(deps, { decision: "allow", tool: "Bash", pattern: "make *", ...params }, "cli:admin");
  return { desk, add };
}

Deno.test("P6 a repeated key names the rule that it made, also where another has the same pattern or it is gone", async () => {
  const { desk, add } = adding();
  const first = await add({ idempotencyKey: "k1" });
  await add({ decision: "deny", idempotencyKey: "k2" });
  assertEquals(await add({ idempotencyKey: "k1" }), first);
  desk.store.commit({ type: "approval.rule_revoked", data: { rule: desk.inbox.rule(first.ruleId)! } }, "cli:admin");
  assertEquals(await add({ idempotencyKey: "k1" }), first);
  assertEquals(desk.inbox.rules().map(({ id }) => id), ["id2"]);
});

Deno.test("P6 a key that is given with another rule is a conflict: nobody is told of a rule that is not there", async () => {
  const { desk, add } = adding();
  await add({ idempotencyKey: "k1", workspace: "/a" });
  for (
    const other of [{}, { workspace: "/b" }, { workspace: "/a", agent: "claude" }, {
      workspace: "/a",
      expiresInSecs: 60,
    }]
  ) {
    const error = await assertRejects(() => add({ idempotencyKey: "k1", ...other }), ConsoleError);
    assertEquals(error.kind, "conflict");
  }
  assertEquals(desk.inbox.rules().length, 1);
});
