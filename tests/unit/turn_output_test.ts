/** What an agent does in a turn, as it is recorded and told to its row: bounded, and never so that it looks unfinished. */
import { assert, assertEquals } from "@std/assert";
import type { NewEvent } from "../../src/domain/event.ts";
import type { AgentEvent } from "../../src/domain/report.ts";
import { RecentTurns } from "../../src/turn/recent_turns.ts";
import { TurnOutput } from "../../src/turn/turn_output.ts";

function output() {
  const clock = { at: 0, now: () => 0, steady: () => clock.at };
  const records: NewEvent[] = [];
  const reports: AgentEvent[] = [];
  const turn = new TurnOutput("t", "s", {
    clock,
    report: (event) => void reports.push(event),
    record: (event) => void records.push(event),
  });
  const tools = () =>
    records.flatMap((one) => one.type === "turn.tool" ? `${one.data.tool.name} ${one.data.tool.status}` : []);
  const call = (fields: Record<string, unknown>) =>
    turn.update({ kind: "tool", fields: { toolCallId: "c", ...fields } });
  return { turn, clock, records, reports, tools, call };
}

const RUN = { kind: "execute", title: "make", rawInput: { command: "make" } };

Deno.test("R3 the end of a call is told whatever else an agent has written, and what it measures takes no room of that", () => {
  const { turn, records, reports, tools, call } = output();
  call({ ...RUN, status: "in_progress" });
  for (let i = 0; i < 5000; i++) turn.update({ kind: "usage", used: i, size: 10_000 });
  for (let i = 0; i < 5000; i++) call({ title: `make ${i}` });
  for (let i = 0; i < 50; i++) turn.update({ kind: "plan", steps: [{ text: "a", status: "pending" }] });
  call({ status: "completed" });
  assertEquals([tools()[0], tools().at(-1)], ["Bash in_progress", "Bash completed"]);
  assert(records.length <= 3001, `${records.length} records`);
  assert(reports.length <= 1010, `${reports.length} reports`);
});

Deno.test("R3 a call is told once for each state, also one that names none, and one that is known by its request first", () => {
  const silent = output();
  silent.call(RUN);
  for (let i = 0; i < 5; i++) silent.call({ content: [] });
  assertEquals(silent.tools(), ["Bash pending"]);
  const asked = output();
  assertEquals(asked.turn.requested({ toolCallId: "c", ...RUN })?.id, "c");
  asked.call({ status: "pending" });
  asked.call({ status: "completed" });
  assertEquals(asked.tools(), ["Bash pending", "Bash completed"]);
  assertEquals(asked.reports.map(({ kind }) => kind), ["tool", "progress"]);
});

Deno.test("R3 a row whose agent writes more than is kept stays alive, and its last words are known", () => {
  const { turn, clock, records, reports } = output();
  for (let i = 0; i < 100; i++) {
    clock.at += 31_000;
    turn.update({ kind: "text", text: `${"word ".repeat(4000)}${i} ` });
    turn.flush();
  }
  assertEquals(reports.filter(({ kind }) => kind === "noted").length, 100);
  assert(turn.said.endsWith("99 "), turn.said.slice(-20));
  const texts = records.flatMap((one) => one.type === "turn.chunk" ? one.data.text : []);
  assert(texts.join("").length < 1_100_000);
  assert(texts.at(-1)?.endsWith("[no more of this turn is kept]\n"));
});

Deno.test("R3 a word behind which nothing comes is told within about a second, one that announces a secret is not", async () => {
  const { turn, records } = output();
  turn.update({ kind: "text", text: "Hello" });
  assertEquals(records, []);
  await new Promise((resolve) => setTimeout(resolve, 1300));
  assertEquals(records.length, 1);
  turn.update({ kind: "text", text: " password=hunter2" });
  await new Promise((resolve) => setTimeout(resolve, 1300));
  assertEquals(records.length, 1);
  turn.flush();
  assertEquals(records.map((one) => one.type === "turn.chunk" ? one.data.text : "").join(""), "Hello password=***");
});

const KEY = [
  "-----BEGIN RSA PRIVATE KEY-----",
  ...Array.from({ length: 40 }, (_, at) => `MIIEvQIBADANBgkqhkiG9w0BAQEFAASC${at}`),
  "-----END RSA PRIVATE KEY-----",
];
const said = (records: readonly NewEvent[], kind = "text") =>
  records.map((one) => one.type === "turn.chunk" && one.data.kind === kind ? one.data.text : "").join("");

Deno.test("A3 R3 a private key that comes line by line is one ***, and what stands behind it is told", async () => {
  for (const pieces of [KEY.map((line) => `${line}\n`), [...`${KEY.join("\n")}\n`]]) {
    const { turn, records, call } = output();
    turn.update({ kind: "text", text: "the key:\n" });
    for (const [at, text] of pieces.entries()) {
      turn.update({ kind: "text", text });
      if (at % 9 === 0) turn.update({ kind: "thought", text: "hm " });
      if (at % 10 === 0) call({ ...RUN, title: `make ${at}` });
      if (at % 200 === 1) await new Promise((resolve) => setTimeout(resolve, 60));
    }
    turn.update({ kind: "text", text: "and more" });
    turn.flush();
    assertEquals(said(records), "the key:\n***\nand more");
    assertEquals(turn.said, "the key:\n***\nand more");
    assert(said(records, "thought").startsWith("hm hm "));
  }
  const open = output();
  for (const line of KEY.slice(0, 20)) open.turn.update({ kind: "thought", text: `${line}\n` });
  open.turn.update({ kind: "text", text: "words" });
  open.turn.flush();
  assertEquals([said(open.records, "thought"), said(open.records)], ["***", "words"]);
});

Deno.test("A3 R3 a thought or a call does not part a secret from what announces it, and other words are told before", () => {
  for (
    const [first, second, whole] of [
      ["my password=", "hunter2hunter2 end", "my password=*** end"],
      ["send Bearer ", "abcdefgh0123 end", "send Bearer *** end"],
      ["my pass", "word=hunter2hunter2 end", "my password=*** end"],
      ["send Be", "arer abcdefgh0123 end", "send Bearer *** end"],
      ["it is s", "k-ant-canary0123456789 end", "it is *** end"],
      ["it is sk-ant-", "canary0123456789 end", "it is *** end"],
      ["as -----BEGIN RSA PRI", "VATE KEY-----\nMIIEvQIBADAN", "as ***"],
    ] as const
  ) {
    for (const kind of ["thought", "call", "plan"]) {
      const { turn, records, call } = output();
      turn.update({ kind: "text", text: first });
      if (kind === "thought") turn.update({ kind, text: "hm" });
      else if (kind === "plan") turn.update({ kind, steps: [] });
      else call(RUN);
      turn.update({ kind: "text", text: second });
      turn.flush();
      assertEquals([said(records), turn.said], [whole, whole], `${kind}: ${JSON.stringify(records)}`);
    }
  }
  const { turn, records, call } = output();
  turn.update({ kind: "text", text: "let me look at this:" });
  call(RUN);
  assertEquals([said(records), records.at(-1)?.type], ["let me look at this:", "turn.tool"]);
});

Deno.test("R1 what an agent says behind a call begins a line, once for each call, but where a secret may have begun", () => {
  for (
    const [first, second, whole] of [
      ["I look.", "It is there", "I look.\nIt is there"],
      ["I look.\n", "It is there", "I look.\nIt is there"],
      ["I look.", "\n\nIt is there", "I look.\n\nIt is there"],
      ["", "It is there", "It is there"],
      ["my pass", "word=hunter2hunter2", "my password=***"],
    ] as const
  ) {
    const { turn, records, call } = output();
    turn.update({ kind: "text", text: first });
    call({ ...RUN, status: "in_progress" });
    turn.update({ kind: "thought", text: "hm" });
    turn.update({ kind: "text", text: second });
    call({ status: "completed" });
    turn.update({ kind: "text", text: " now" });
    turn.flush();
    assertEquals([said(records), turn.said, said(records, "thought")], [`${whole} now`, `${whole} now`, "hm"]);
  }
});

Deno.test("A3 R3 a reply that is kept is masked where its pieces meet, and changes nowhere else", () => {
  const recent = new RecentTurns();
  const at = "2026-11-20T10:00:00.000Z";
  recent.apply({ type: "turn.submitted", data: { turn: { id: "t", reply: "", tools: [] } } } as never, at);
  const before = "many plain words ".repeat(100);
  for (const text of [before, "password=", "hunter2hunter2 ", "it is sk-ant-", `canary0123456789 ${before}`]) {
    recent.apply({ type: "turn.chunk", data: { turnId: "t", sessionId: "s", kind: "text", text } }, at);
  }
  assertEquals(recent.get("t")?.reply, `${before}password=*** it is *** ${before}`);
});

Deno.test("A3 the id of a call is masked, in its record and in its row", () => {
  const { turn, records, reports } = output();
  turn.update({ kind: "tool", fields: { toolCallId: "password=hunter2hunter2", ...RUN } });
  const told = JSON.stringify([records, reports]);
  assert(!told.includes("hunter2") && told.split("password=***").length === 3, told);
});
