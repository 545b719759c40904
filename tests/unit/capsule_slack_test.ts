/** The example capsule slack-webhook: how often and after which waits it calls a webhook that takes nothing. */
import { assertEquals } from "@std/assert";
import type { ApprovalData, Capsule, CapsuleEvent } from "../../install/capsules/agent-console.d.ts";
import slack from "../../install/capsules/slack-webhook/main.ts";
import { eventually } from "../support/harness_wait.ts";

type Hear = (event: CapsuleEvent<ApprovalData>) => void | Promise<void>;

/** Waits that pass at once, and what a webhook replied to each attempt; ends when it has given up or was heard. */
async function waitsWith(replies: readonly (Response | Error)[], requests = 1) {
  const [waits, logs]: [number[], string[]] = [[], []];
  const { fetch, setTimeout } = globalThis;
  let attempts = 0;
  const heard = new Map<string, Hear>();
  try {
    globalThis.fetch = () => {
      const reply = replies[attempts++] ?? new Response();
      return reply instanceof Error ? Promise.reject(reply) : Promise.resolve(reply);
    };
    slack({
      settings: { grace_secs: 7 },
      signal: new AbortController().signal,
      on: (topic: string, hear: Hear) => heard.set(topic, hear),
      command: () => {},
      kv: { get: () => Promise.resolve(undefined), set: () => Promise.resolve() },
      secret: () => Promise.resolve("https://hooks.example.test/services/T/B/x"),
      log: (text: string) => logs.push(text),
    } as unknown as Capsule);
    globalThis.setTimeout = ((action: () => void, ms = 0) => {
      // The listener waits so long for all of it.
      if (ms !== 9000) waits.push(ms);
      return ms === 9000 ? 0 : setTimeout(action, 0);
    }) as typeof globalThis.setTimeout;
    const approval = { id: "k4xq2", sessionId: "s1", agent: "demo", status: "pending", input: "make" };
    const event = { seq: 1, ts: "", type: "approval.requested", data: { approval } } as unknown;
    for (let at = 0; at < requests; at++) await heard.get("approval")?.(event as CapsuleEvent<ApprovalData>);
  } finally {
    Object.assign(globalThis, { fetch, setTimeout });
  }
  await eventually(() => attempts > 0, 1000, "an attempt");
  return { waits, logs, attempts };
}

const busy = (seconds: string) => new Response("", { status: 429, headers: { "retry-after": seconds } });

Deno.test("X1 slack-webhook waits for its grace, tries five times within a minute and a half, and says that it gave up", async () => {
  const failing = Array.from({ length: 9 }, () => new TypeError("https://hooks.example.test/services/T/B/x is away"));
  const { waits, logs, attempts } = await waitsWith(failing);
  assertEquals([waits, attempts], [[7000, 1000, 4000, 15_000, 60_000], 5]);
  assertEquals(logs, ["an approval was not told: hooks.example.test did not answer"]);
});

Deno.test("X1 slack-webhook waits as long as Slack asks for, five minutes at most, and tells an approval that comes again once", async () => {
  const { waits, attempts } = await waitsWith([busy("30"), busy("9999"), busy("Sun, 29 Nov 2026"), busy("0")], 2);
  assertEquals(waits.slice(0, 5), [7000, 30_000, 300_000, 15_000, 60_000]);
  assertEquals(attempts, 5, "the second time it is known");
});
