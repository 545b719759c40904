/** What features bring is put together so that a bug in one of them stays in it. */
import { assertEquals, assertRejects } from "@std/assert";
import type { AnyFeature } from "../../src/daemon/features.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { dummy } from "../support/dummy_feature/mod.ts";
import { DummyState } from "../support/dummy_feature/projection.ts";
import { FeaturesAlone } from "../support/feature_alone.ts";

class BrokenState extends DummyState {
  override apply(): void {
    throw new Error("a bug");
  }
}

Deno.test("F4 a feature whose state lacks an event answers nothing, and says why; sessions go on", async () => {
  const told: string[] = [];
  const broken: AnyFeature = { ...dummy, projection: () => new BrokenState() };
  const alone = new FeaturesAlone([broken], { onError: (name) => told.push(name) });
  assertEquals(await alone.call("dummy.count", { sessionId: "s" }), { prompts: 0 });
  await alone.call("dummy.greet", { text: "hello" });
  const event = { session_id: "s", hook_event_name: "UserPromptSubmit", cwd: "/x", prompt: "go" };
  await alone.desk.report({ agent: "claude", event });
  assertEquals([told, alone.desk.store.get("s")?.turnCount], [["dummy"], 1]);
  const refused = await assertRejects(() => alone.call("dummy.count", { sessionId: "s" }), ConsoleError);
  assertEquals([refused.kind, refused.hint], ["internal", "agent-console daemon restart"]);
  const [service] = alone.services;
  await service?.tick?.();
  assertEquals(
    [await service?.status?.(), alone.snapshots, alone.logged],
    [{}, {}, []],
    "nor shows or does it anything",
  );
  const mended = new FeaturesAlone([dummy], { journal: alone.desk.journal });
  assertEquals(await mended.call("dummy.count", { sessionId: "s" }), { prompts: 1 });
});

Deno.test("F4 a part of the snapshot that fails is left out and logged; status stands under the feature's name", async () => {
  const other: AnyFeature = {
    name: "other",
    create: () => ({
      snapshot: () => {
        throw new Error("no snapshot");
      },
    }),
  };
  const alone = new FeaturesAlone([other, dummy]);
  await alone.call("dummy.greet", { text: "hello" });
  assertEquals(alone.snapshots, { dummy: { greetings: ["hello"] } });
  assertEquals(
    alone.logged.map(({ level, message, fields }) => [level, message, fields?.["service"], fields?.["what"]]),
    [
      ["error", "a service failed", "other", "snapshot"],
    ],
  );
  assertEquals(await alone.services[1]?.status?.(), { dummy: { prompts: 0, greetings: 1 } });
});
