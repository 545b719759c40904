/** An inbox that lacks an event decides nothing: a rule that was revoked might still stand in it. */
import { assertEquals } from "@std/assert";
import { permissionRequest, told } from "../support/claude_calls.ts";
import { openRequest, YES } from "../support/claude_request.ts";
import { Desk } from "../support/desk.ts";
import { FakeJournal } from "../support/fake_journal.ts";

Deno.test("A4 after a bug in the inbox no rule answers and nothing is held: the agent asks by itself", async () => {
  const failed: string[] = [];
  const desk = new Desk({}, new FakeJournal(), [], (name) => failed.push(name));
  const { id } = await openRequest("make test", desk);
  await desk.broker.decide({ id, ...YES, scope: "always" }, "cli:admin");
  assertEquals(await told(desk, permissionRequest("make test")), "allow", "the rule answers");
  assertEquals(await told(desk, permissionRequest("make all")), "held");
  const [rule] = desk.policy.rules();
  desk.inbox.apply = () => {
    throw new TypeError("a bug");
  };
  await desk.revoke({ id: rule?.id ?? "" }, "cli:admin");
  assertEquals(failed, ["approvals"]);
  for (const command of ["make test", "make all"]) {
    assertEquals(await told(desk, permissionRequest(command)), undefined, command);
  }
  assertEquals(desk.store.get("s")?.status, "waiting", "the row shows the agent's own dialog");
});
