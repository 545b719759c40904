/** What an agent does in a turn, as it is recorded and told to its row: bounded, and never so that it looks unfinished. */
import { assert, assertEquals } from "@std/assert";
import type { NewEvent } from "../../src/domain/event.ts";
import type { AgentEvent } from "../../src/domain/report.ts";
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
