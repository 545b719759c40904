/** X1: capsules that are reloaded and granted anew while events stream in and commands run. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { CapsuleLab } from "../support/capsules.ts";
import { countingMain, heardOf } from "../support/counting_capsule.ts";
import { eventually } from "../support/harness_wait.ts";
import { longTest } from "../support/long_step.ts";

const WAIT = 15_000;
const TOPIC = "turn";
/** Below the backlog of one capsule: what is more would be told as lost. */
const AHEAD = 900;

/** For what is in flight at a reload: a busy machine needs a part of it, and each command that is not done in time all of it. */
const STOP_MS = 1500;
/** At each so many reloads there is one of those. */
const LATE_EVERY = 5;

interface Load {
  readonly events: number;
  readonly reloads: number;
}

/** What a command said, or why it did not. */
type Said = { readonly text: string } | { readonly error: ConsoleError };

async function reloadUnderLoad({ events, reloads }: Load): Promise<void> {
  await using lab = new CapsuleLab({ kvWriteMs: 1, stopMs: STOP_MS });
  const names = ["wait", "heard"].map((name) => ({ name, description: name, args: "" }));
  const next = (mark: string) =>
    lab.capsule("tail", {
      main: countingMain(TOPIC, mark),
      manifest: { subscribes: [TOPIC], commands: names },
      capabilities: { kv: 1_000_000 },
    });
  const kept = () => heardOf(JSON.parse(lab.kv.get("tail") ?? "[]"));
  await lab.supervisor.run(await next("a"));
  const said: Promise<Said>[] = [];
  const ask = (ms: number) => {
    const text = lab.supervisor.command("tail", "wait", [`${ms}`]);
    said.push(text.then((text) => ({ text }), (error: ConsoleError) => ({ error })));
  };
  let seq = 0;
  let isReloaded = false;
  const stream = async () => {
    while (seq < events || !isReloaded) {
      for (let n = 0; n < 50; n++) {
        const json = JSON.stringify({ seq: ++seq, ts: "2026-01-01T00:00:00.000Z", type: "turn.ended", data: {} });
        lab.supervisor.publish({ seq, topic: TOPIC, json });
      }
      await eventually(() => seq - kept().heard.length <= AHEAD, WAIT, "the capsule keeps up", 1);
    }
  };
  const reload = async () => {
    for (let at = 0; at < reloads; at++) {
      ask(5);
      if (at % LATE_EVERY === 0) ask(60_000); // it is not done in time
      const capsule = await next("bc"[at % 2] ?? "");
      await lab.supervisor.run(capsule, at % 2 === 0);
      ask(0);
    }
    isReloaded = true;
  };
  await Promise.all([stream(), reload()]);
  await eventually(() => kept().heard.length >= seq, WAIT, "all are heard", 10);
  const { heard, lost, processes } = kept();
  assertEquals(heard, Array.from({ length: seq }, (_, at) => at + 1), "each once");
  assertEquals(lost, []);
  assert(processes > reloads / 2, `${processes} processes heard some of ${seq} events`);
  const refused = (await Promise.all(said)).filter((one) => {
    if ("error" in one) assertEquals([one.error.kind, one.error.message], ["failed", "capsule tail: it was reloaded"]);
    else assertMatch(one.text, /^[abc]$/);
    return "error" in one;
  });
  assertEquals(refused.length, Math.ceil(reloads / LATE_EVERY), "the commands that take a minute");
}

Deno.test("X1 ten reloads while two thousand events stream in lose and double none, and every command is answered", async () => {
  await reloadUnderLoad({ events: 2000, reloads: 10 });
});

longTest("X1 fifty reloads while twenty thousand events stream in lose and double none", async () => {
  await reloadUnderLoad({ events: 20_000, reloads: 50 });
});
