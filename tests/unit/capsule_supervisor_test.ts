/** What runs while grants come, go and fail to start: X1's promise that nothing runs that is not granted. */
import { assertEquals, assertRejects } from "@std/assert";
import { Grants } from "../../src/capsule/grants.ts";
import { RunningCapsules } from "../../src/capsule/running.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { eventually } from "../support/harness_wait.ts";
import { ScriptedCapsules, type ScriptedProcess } from "../support/scripted_capsules.ts";

const WAIT = 10_000;

/** The next process, when it has been asked to start. */
async function asked(all: ScriptedCapsules, count: number): Promise<ScriptedProcess> {
  return await eventually(
    () => {
      const process = all.processes[count - 1];
      return process !== undefined && process.params("start").length > 0 ? process : undefined;
    },
    WAIT,
    `process ${count}`,
  );
}

/** One that runs by the grant `digest`. */
async function running(digest: string): Promise<ScriptedCapsules> {
  const all = new ScriptedCapsules();
  const run = all.supervisor.run(all.granted(digest), true);
  (await asked(all, 1)).started();
  await run;
  return all;
}

Deno.test("X1 a revoke while a grant starts holds: nothing is started again", async () => {
  const all = await running("g0");
  const run = assertRejects(() => all.supervisor.run(all.granted("g1"), true), ConsoleError);
  await asked(all, 2);
  all.grants.delete("demo");
  await all.supervisor.end("demo", "it was revoked");
  await run;
  assertEquals([all.living, all.processes.length, all.state], [[], 2, undefined]);
  assertEquals([all.failed, all.warnings], [[], []], "nobody is told that it is started again");
});

Deno.test("X1 a revoke right behind a grant, before its process: none is started", async () => {
  const all = new ScriptedCapsules();
  const run = all.supervisor.run(all.granted("g1"), true);
  all.grants.delete("demo");
  await Promise.all([run, all.supervisor.end("demo", "it was revoked")]);
  assertEquals([all.processes.length, all.state], [0, undefined]);
});

Deno.test("X1 a slow grant that is replaced neither runs nor ends the newer one", async () => {
  const all = await running("g0");
  const first = assertRejects(() => all.supervisor.run(all.granted("g1"), true), ConsoleError);
  await asked(all, 2);
  const second = all.supervisor.run(all.granted("g2"), true);
  await eventually(() => all.processes[1]?.isGone, 2000, "its start is called off");
  (await asked(all, 3)).started();
  await Promise.all([first, second]);
  assertEquals([all.living, all.processes.map(({ digest }) => digest)], [["g2"], ["g0", "g1", "g2"]]);
  await all.supervisor.stop("the test is over");
});

Deno.test("X1 a grant that does not start ends the one before, and waits for its next try", async () => {
  const all = await running("g0");
  const run = assertRejects(() => all.supervisor.run(all.granted("g1"), true), ConsoleError, "no main");
  const process = await asked(all, 2);
  process.refuse("start", "no main");
  await run;
  assertEquals([all.living, all.state, all.processes.length], [[], "restarting", 2]);
  (await asked(all, 3)).started();
  await eventually(() => all.state === "running", WAIT, "the next try");
  assertEquals(all.living, ["g1"]);
  const reload = assertRejects(() => all.supervisor.run(all.granted("g2")), ConsoleError);
  (await asked(all, 4)).end("exit code 1", 1);
  await reload;
  assertEquals([all.living, all.state], [["g1"], "running"], "a reload that fails leaves what runs");
  await all.supervisor.stop("the test is over");
});

Deno.test("X1 only the launcher's exit code says that the copy is absent: no other try, no failure", async () => {
  const all = new ScriptedCapsules();
  const run = assertRejects(() => all.supervisor.run(all.granted("g1")), ConsoleError, "its granted copy is not there");
  (await asked(all, 1)).end("exit code 66", 66);
  await run;
  assertEquals([all.state, all.processes.length, all.failed], ["absent", 1, []]);
  all.stderr = "exit code 66\n";
  const next = assertRejects(() => all.supervisor.run(all.granted("g2")), ConsoleError, "(exit code 66)");
  (await asked(all, 2)).end("exit code 1", 1);
  await next;
  assertEquals(all.state, "restarting");
  const third = await asked(all, 3);
  third.started();
  await eventually(() => all.state === "running", WAIT, "it runs");
  third.end("exit code 66", 66);
  await asked(all, 4); // one that has run was there
  await all.supervisor.stop("the test is over");
});

Deno.test("X1 settings that change while it starts reach it", async () => {
  const all = new ScriptedCapsules();
  all.settings = { mark: "a" };
  const run = all.supervisor.run(all.granted("g1"));
  const process = await asked(all, 1);
  all.settings = { mark: "b" };
  all.supervisor.configure("demo");
  process.started();
  await run;
  await eventually(() => process.params("settings").length > 0, WAIT, "the settings");
  assertEquals([process.params("start"), process.params("settings")], [
    [{ name: "demo", apiVersion: 1, settings: { mark: "a" } }],
    [{ settings: { mark: "b" } }],
  ]);
  await all.supervisor.stop("the test is over");
});

Deno.test("X1 a grant right behind a revoke waits for its end, and loses nothing that was kept", async () => {
  const all = await running("g1");
  const [first] = all.processes;
  first?.held.add("stop");
  all.grants.delete("demo");
  const end = all.supervisor.end("demo", "it was revoked");
  const run = all.supervisor.run(all.granted("g2"), true);
  await eventually(() => first?.params("stop").length === 1, WAIT, "it is being unloaded");
  assertEquals(all.processes.length, 1, "the next one waits");
  first?.say({ id: 1, method: "kv.set", params: { key: "a", value: 1 } });
  await eventually(() => all.kv.has("demo"), WAIT, "it is kept");
  first?.answer("stop", {});
  const second = await asked(all, 2);
  second.started();
  await Promise.all([end, run]);
  second.say({ id: 1, method: "kv.set", params: { key: "b", value: 2 } });
  await eventually(() => all.kv.get("demo")?.includes("b"), WAIT, "that too");
  assertEquals([all.kv.get("demo"), all.state], ['[["a",1],\n["b",2]]\n', "running"]);
  await all.supervisor.end("demo", "it was revoked", true);
  assertEquals([all.kv.size, all.state], [0, undefined]);
});

Deno.test("X1 what kv.set takes kv.get gives back", async () => {
  const all = await running("g1");
  const [process] = all.processes;
  const value = "x".repeat(900_000);
  process?.say({ id: 1, method: "kv.set", params: { key: "a", value } });
  await eventually(() => process?.answers.length === 1, WAIT, "it is kept");
  process?.say({ id: 2, method: "kv.get", params: { key: "a" } });
  await eventually(() => process?.answers.length === 2, WAIT, "it is given back");
  assertEquals(process?.answers[1]?.["result"], { value });
  await all.supervisor.stop("the test is over");
});

Deno.test("X1 an event that is longer than a message is told as lost, before the next one", async () => {
  const all = await running("g1");
  const [process] = all.processes;
  const json = (seq: number, units: number) => JSON.stringify({ seq, data: "x".repeat(units) });
  for (const [seq, units] of [[1, 10], [2, 1_048_576], [3, 10]] as const) {
    all.supervisor.publish({ seq, topic: "session", json: json(seq, units) });
  }
  await eventually(() => process?.params("event").length === 2, WAIT, "the others");
  assertEquals(process?.got.map(({ method }) => method), ["ping", "start", "event", "lost", "event"]);
  assertEquals(process?.params("lost"), [{ from: 2, to: 2 }]);
  await all.supervisor.stop("the test is over");
});

const noRun: Pick<Deno.TestDefinition, "permissions"> = { permissions: { run: false, sys: ["uid"] } };
Deno.test("X1 a daemon that may not run the launcher says so, and not that a copy is absent", noRun, () => {
  const context = { paths: { root: "/nowhere" }, log: {} } as unknown as ConstructorParameters<
    typeof RunningCapsules
  >[0];
  assertEquals(new RunningCapsules(context, new Grants()).stateOf("demo"), {
    state: "blocked",
    reason: "this daemon may not run capsules",
  });
});
