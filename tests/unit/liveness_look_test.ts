// deno-lint-ignore-file no-sync-fn-in-async-fn -- writes small programs between two steps: nothing else waits
/** What a look at the process table makes of the rows, and what status and log say where it shows nothing. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { probe, PS_PATHS } from "../../src/platform/process_table.ts";
import { Desk, FakeCaller } from "../support/desk.ts";
import { ASK, Machine } from "../support/liveness_machine.ts";

Deno.test("C9 a row is lost when its process was seen here and is not any more, also by a later daemon", async () => {
  const machine = new Machine();
  await machine.tell(7, "UserPromptSubmit", { prompt: "go" });
  await machine.sees(7);
  assertEquals([machine.row?.lost, machine.row?.pidSeen, machine.row?.tty], [undefined, true, "/dev/pts/7"]);
  const later = new Machine(new Desk({}, machine.desk.journal));
  await later.sees();
  assertEquals([later.row?.lost, later.look.status()], [true, undefined]);
});

Deno.test("C9 a process of another pid namespace is never lost; status and log say that it is not seen, once", async () => {
  const machine = new Machine();
  await machine.tell(7, "UserPromptSubmit", { prompt: "go" });
  for (let i = 0; i < 3; i++) await machine.sees();
  assertEquals([machine.row?.lost, machine.look.status()], [undefined, { unseen: 1 }]);
  assertEquals(machine.said.length, 1);
  assertStringIncludes(machine.said[0] ?? "", "another pid namespace");
});

Deno.test("C9 a table that cannot be read loses nobody; status and log say why, and when it is readable again", async () => {
  const machine = new Machine();
  await machine.tell(7, "UserPromptSubmit", { prompt: "go" });
  await machine.sees(7);
  machine.table = { unusable: "/bin/ps fails: bad -o argument 'lstart'" };
  for (let i = 0; i < 3; i++) await machine.look.run();
  assertEquals([machine.row?.lost, machine.look.status()], [undefined, { problem: machine.table.unusable }]);
  assertEquals(machine.said.length, 1);
  assertStringIncludes(machine.said[0] ?? "", "lstart");
  await machine.sees();
  assertEquals([machine.row?.lost, machine.look.status(), machine.said.length], [true, undefined, 2]);
});

Deno.test("C9 a ps of another make, a missing one and one that prints anything else are told apart from an empty table", async () => {
  const ps = PS_PATHS.find((path) => Deno.statSync(path).isFile) ?? "";
  const found = await probe(ps, Deno.pid, [4194303]);
  assert("processes" in found);
  assertEquals(found.processes.map(({ pid }) => pid), [Deno.pid]);
  const folder = Deno.makeTempDirSync();
  try {
    const fake = (body: string) => {
      const path = `${folder}/${crypto.randomUUID()}`;
      Deno.writeTextFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o700 });
      return path;
    };
    const why = async (path: string) => {
      const table = await probe(path, Deno.pid, [7]);
      return "unusable" in table ? table.unusable : "usable";
    };
    assertStringIncludes(await why(fake("echo \"ps: bad -o argument 'lstart'\" >&2; exit 1")), "lstart");
    assertStringIncludes(await why(fake("exit 0")), "does not show this process");
    assertStringIncludes(await why(fake("echo 'PID USER TIME COMMAND'")), "no table of processes");
    assertStringIncludes(await why(fake("exit 3")), "exit code 3");
    assertStringIncludes(await why(`${folder}/none`), "does not run");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("a process that is new asks for one look, also where no look shows it; so does a hook that was cut off", async () => {
  const machine = new Machine();
  let looks = 0;
  machine.desk.store.processes.onDoubt = () => void looks++;
  machine.desk.attach();
  for (let i = 0; i < 5; i++) await machine.tell(7, "PreToolUse", { ...ASK, tool_use_id: `c${i}` });
  assertEquals(looks, 1);
  const hook = new FakeCaller();
  const event = { session_id: "s", cwd: "/w", hook_event_name: "PermissionRequest", ...ASK };
  await machine.desk.report({ agent: "claude", event, env: { CLAUDE_PID: "7" } }, hook);
  hook.hangUp();
  assertEquals(looks, 2);
  await machine.tell(8, "SessionStart", { source: "resume" });
  assertEquals(looks, 3);
});

// -- one conversation in two processes ------------------------------------------------------------------------------

/** Resumed in a second terminal; both processes are seen. */
async function inTwo(): Promise<Machine> {
  const machine = new Machine();
  machine.desk.attach();
  await machine.tell(7, "SessionStart", { source: "startup" });
  await machine.sees(7);
  await machine.tell(8, "SessionStart", { source: "resume" });
  await machine.sees(7, 8);
  return machine;
}

Deno.test("H2 one conversation in two terminals: the row is open until the last one quits", async () => {
  for (const [first, last] of [[7, 8], [8, 7]] as const) {
    const machine = await inTwo();
    await machine.tell(first, "SessionEnd", { reason: "prompt_input_exit" });
    assertEquals([machine.row?.status === "closed", machine.row?.pid, machine.row?.others], [false, last, undefined]);
    await machine.tell(last, "SessionEnd", { reason: "prompt_input_exit" });
    assertEquals(machine.row?.status, "closed");
  }
});

Deno.test("H2 an event changes the state of its own process, and the row shows the one that needs the human most", async () => {
  const machine = await inTwo();
  await machine.tell(7, "UserPromptSubmit", { prompt: "go" });
  assertEquals([machine.row?.status, machine.row?.pid], ["working", 7]);
  await machine.tell(8, "UserPromptSubmit", { prompt: "me too" });
  await machine.tell(8, "Stop");
  assertEquals([machine.row?.status, machine.row?.pid], ["working", 7]);
  await machine.tell(7, "Stop");
  assertEquals(machine.row?.status, "idle");
  await machine.tell(8, "SessionEnd", { reason: "other" });
  assertEquals([machine.row?.status, machine.row?.pid, machine.row?.tty], ["idle", 7, "/dev/pts/7"]);
});

Deno.test("H2 a process that is new to the conversation counts until the look that is still to come", async () => {
  const machine = await inTwo();
  machine.desk.store.processes.onDoubt = () => {};
  await machine.tell(7, "UserPromptSubmit", { prompt: "go" });
  await machine.tell(9, "SessionStart", { source: "resume" });
  await machine.tell(7, "PreToolUse", ASK);
  await machine.sees(7, 8, 9);
  assertEquals([machine.row?.status, machine.row?.pid, machine.row?.others?.map(({ pid }) => pid)], ["working", 7, [
    8,
    9,
  ]]);
  await machine.tell(10, "SessionStart", { source: "resume" });
  await machine.sees(7, 8, 9); // that one is not seen here
  await machine.tell(7, "PostToolUse", ASK);
  assertEquals(machine.row?.others?.map(({ pid }) => pid), [8, 9]);
});

Deno.test("H4 a question is its own process's: neither the other's work, nor its end, nor its death ends it", async () => {
  const machine = await inTwo();
  const { approval } = await machine.tell(7, "PermissionRequest", ASK);
  const id = approval?.id ?? "";
  const open = () => [machine.desk.inbox.pendingCount, machine.row?.status, machine.row?.pid];
  await machine.tell(8, "UserPromptSubmit", { prompt: "x" });
  await machine.tell(8, "PreToolUse", { ...ASK, tool_use_id: "c" });
  await machine.tell(8, "Stop");
  assertEquals(open(), [1, "waiting", 7]);
  const other = await machine.tell(8, "PermissionRequest", { ...ASK, tool_input: { command: "rm y" } });
  assertEquals(machine.desk.inbox.pendingCount, 2);
  await machine.desk.broker.decide({ id: other.approval?.id ?? "", decision: "approve" }, "cli:approve");
  assertEquals(open(), [1, "waiting", 7]);
  await machine.tell(8, "PermissionRequest", { ...ASK, tool_input: { command: "rm z" } });
  await machine.sees(7); // kill -9 of the other
  assertEquals(open(), [1, "waiting", 7]);
  await machine.desk.broker.decide({ id, decision: "approve" }, "cli:approve");
  assertEquals([...open(), machine.row?.lost], [0, "working", 7, undefined]);
});

Deno.test("H4 the process that asked is killed: its question is over, and the row is that of the one that lives", async () => {
  const machine = await inTwo();
  await machine.tell(8, "UserPromptSubmit", { prompt: "x" });
  await machine.tell(7, "PermissionRequest", ASK);
  await machine.sees(8);
  assertEquals([machine.desk.inbox.pendingCount, machine.row?.status, machine.row?.pid], [0, "working", 8]);
  await machine.tell(7, "PostToolUse", ASK); // a late hook of the dead one
  assertEquals([machine.row?.status, machine.row?.pid, machine.row?.lost], ["working", 8, undefined]);
  await machine.sees();
  assertEquals(machine.row?.lost, true);
});

Deno.test("H2 resumed after a kill -9, the conversation is the new process's alone", async () => {
  const machine = new Machine();
  await machine.tell(7, "UserPromptSubmit", { prompt: "go" });
  await machine.sees(7);
  await machine.tell(8, "SessionStart", { source: "resume" });
  await machine.sees(8);
  assertEquals([machine.row?.status, machine.row?.pid, machine.row?.others], ["idle", 8, undefined]);
  await machine.tell(8, "SessionEnd", { reason: "other" });
  assertEquals(machine.row?.status, "closed");
});

Deno.test("H2 a sub-agent's row belongs to its process: the other's turn and end leave it", async () => {
  const machine = await inTwo();
  const sub = { agent_id: "sub", agent_type: "explorer" };
  await machine.tell(7, "PermissionRequest", { ...ASK, ...sub });
  await machine.sees(7, 8);
  await machine.tell(8, "UserPromptSubmit", { prompt: "x" });
  await machine.tell(8, "Stop");
  await machine.tell(8, "SessionEnd", { reason: "other" });
  assertEquals([machine.desk.store.get("sub")?.status, machine.desk.inbox.pendingCount], ["waiting", 1]);
  await machine.tell(7, "SessionEnd", { reason: "other" });
  assertEquals([machine.desk.store.get("sub")?.status, machine.desk.inbox.pendingCount], ["closed", 0]);
});

Deno.test("a journal with two processes replays to the same row", async () => {
  const machine = await inTwo();
  await machine.tell(7, "PermissionRequest", ASK);
  await machine.tell(8, "UserPromptSubmit", { prompt: "x" });
  const again = new Desk({}, machine.desk.journal);
  assertEquals(again.store.get("s"), machine.desk.store.get("s"));
});
