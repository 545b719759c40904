/** A capsule of the real daemon that is reloaded and granted anew while events stream in. */
import { assert, assertEquals } from "@std/assert";
import { grantNow } from "../support/capsule_commands.ts";
import { writeCapsule } from "../support/capsule_folder.ts";
import { countingMain, heardOf } from "../support/counting_capsule.ts";
import { TestHome } from "../support/harness.ts";
import { readJournal } from "../support/harness_journal.ts";
import { eventually } from "../support/harness_wait.ts";
import { recorded, TUI } from "../support/hook_process.ts";
import { longTest } from "../support/long_step.ts";
import type { RawClient } from "../support/wire.ts";

const TAIL = {
  name: "tail",
  subscribes: ["session"],
  capabilities: { kv: 1_000_000 },
  commands: ["wait", "heard"].map((name) => ({ name, description: name })),
};
/** Reports that are under way at once. */
const AT_ONCE = 20;
/** So many events are ahead of the capsule at most: below its backlog, of which the oldest would be told as lost. */
const AHEAD = 500;

async function heard(client: RawClient) {
  const { response } = await client.request("command.execute", { command: "/heard" });
  return heardOf(JSON.parse(response as string));
}

const until = async (client: RawClient, isEnough: (heard: readonly number[]) => boolean) =>
  await eventually(
    async () => {
      const now = await heard(client).catch(() => undefined); // its process was replaced
      return now !== undefined && isEnough(now.heard) ? now : undefined;
    },
    30_000,
    "the capsule to hear them",
    20,
  );

async function whileEventsStream(reloads: number): Promise<void> {
  await using home = await TestHome.create();
  const write = (mark: string) =>
    writeCapsule(home.path("capsules"), TAIL, { "main.ts": countingMain("session", mark) });
  write("a");
  await home.start();
  await grantNow(home, "tail");
  await using client = await home.connect({ token: true });
  let [sent, told, isOver] = [0, 0, false];
  const stream = async () => {
    while (!isOver) {
      const batch = Array.from({ length: AT_ONCE }, () => {
        const event = recorded("claude", sent % 2 === 0 ? "UserPromptSubmit" : "PreToolUse", {
          session: `s${sent % 8}`,
        });
        sent++;
        return client.request("session.report", { agent: "claude", event, env: TUI });
      });
      const last = Math.max(...(await Promise.all(batch)).map(({ seq }) => seq as number));
      if (last - told < AHEAD) continue;
      const now = await until(client, (heard) => Math.max(...heard) > last - AHEAD / 2);
      told = Math.max(...now.heard);
    }
  };
  const streaming = stream();
  for (let at = 0; at < reloads; at++) {
    if (at % 2 === 0) assertEquals((await home.cli(["capsule", "reload", "tail"])).code, 0);
    else {
      write(`b${at}`);
      await grantNow(home, "tail");
    }
  }
  isOver = true;
  await streaming;
  const records = readJournal(home);
  const first = records.find(({ type }) => type === "capsule.granted")?.seq ?? Infinity;
  const wanted = records.filter(({ seq, type }) => seq > first && type.startsWith("session.")).map(({ seq }) => seq);
  const last = await until(client, ({ length }) => length >= wanted.length);
  assertEquals([last.heard, last.lost], [wanted, []]);
  assert(wanted.length > 100 * reloads && last.processes > reloads / 2, `${wanted.length} by ${last.processes}`);
}

Deno.test("X1 no event is lost or doubled while a capsule of the daemon is reloaded and granted anew", async () => {
  await whileEventsStream(4);
});

longTest("X1 no event is lost or doubled by forty reloads and grants of a capsule of the daemon", async () => {
  await whileEventsStream(40);
});
