/** What a daemon was told by status lines. */
import type { TestHome } from "./harness.ts";
import { eventually } from "./harness_wait.ts";
import type { Json } from "./wire.ts";

/** The row of the session that the status lines of these tests name. */
export async function session(home: TestHome): Promise<Json> {
  await using client = await home.connect({ token: true });
  return (await client.request("session.get", { sessionId: "bar" }))["session"] as Json;
}

/** Shows status lines until one is told: a report to which a busy daemon does not reply in time is dropped. */
export async function shownUntil<T>(show: () => Promise<T>, isTold: () => Promise<boolean>): Promise<T> {
  return await eventually(
    async () => {
      const shown = { outcome: await show() };
      return await isTold() ? shown : undefined;
    },
    30_000,
    "a report that the daemon takes in its time",
  ).then(({ outcome }) => outcome);
}

export async function isModelTold(home: TestHome): Promise<boolean> {
  return (await session(home))["model"] === "Opus 5.5";
}

export async function journalSize(home: TestHome): Promise<number> {
  await using client = await home.connect({ token: true });
  return (await client.request("audit.head", {}))["size"] as number;
}
