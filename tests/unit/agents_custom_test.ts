import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { storedName } from "../../src/agents/shared/agent_name.ts";
import { custom } from "../../src/agents/custom/events.ts";
import { CUSTOM_FIELDS, customMarkdown } from "../../src/agents/custom/docs.ts";
import { adapterOf } from "../../src/agents/adapters.ts";
import type { Session } from "../../src/domain/session.ts";
import { Replay } from "../contract/replay.ts";

const NOW = "2026-11-20T10:00:00.000Z";
const own = (event: string, more: object = {}) => ({ agent: "my-agent", session: "c1", event, ...more });

function play(player: Replay, ...events: object[]): Session | undefined {
  return events.map((event) => player.hook(event, {}, NOW)).at(-1)?.[0];
}

Deno.test("H2 custom: each event moves the row as its documentation says", () => {
  const player = new Replay(custom);
  const facts = { cwd: "/w", title: "t", model: "m", branch: "b", mode: "auto", pid: 77 };
  const first = play(player, own("start", facts));
  assertEquals([first?.agent, first?.status, first?.cwd, first?.gitBranch, first?.permissionMode, first?.pid], [
    ...["my-agent", "starting", "/w", "b", "auto", 77],
  ]);
  const prompted = play(player, own("prompt", { prompt: "go", turn: "1" }));
  assertEquals([prompted?.status, prompted?.turnCount, prompted?.lastPrompt], ["working", 1, "go"]);
  const call = { tool: "shell", input: "rm x", call: "c" };
  const running = play(player, own("tool", call));
  assert(running?.status === "working");
  assertEquals(running.working.tool, { name: "shell", text: "rm x", id: "c" });
  const waiting = play(player, own("ask", call));
  assert(waiting?.status === "waiting");
  assertEquals([waiting.waiting.for, waiting.waiting.text], ["permission", "shell: rm x"]);
  assertEquals(play(player, own("tool_end", { ...call, call: "another", input: "ls" }))?.status, "waiting");
  assertEquals(play(player, own("tool_end", call))?.status, "working");
  const done = play(player, own("done", { message: "ready", background: 2, turn: "1" }));
  assert(done?.status === "idle");
  assertEquals(done.idle, { lastMessage: "ready", background: 2 });
  const failed = play(player, own("failed", { error: "overloaded", message: "busy" }));
  assert(failed?.status === "error");
  assertEquals(failed.error, { kind: "overloaded", text: "busy" });
  assertEquals(play(player, own("prompt"))?.turnCount, 1);
  assertEquals(play(player, own("interrupted"))?.status, "idle");
  assertEquals(play(player, own("note", { title: "new" }))?.title, "new");
  assertEquals(play(player, own("from-the-future"))?.status, "idle");
  assertEquals(play(player, own("end", { reason: "quit" }))?.status, "closed");
  assertEquals(play(player, own("start", { resumed: true }))?.status, "idle");
  assertEquals(play(player, { ...own("end"), session: "never-seen" }), undefined);
});

Deno.test("custom: an ask is judged as its author says, and answered in two words", () => {
  const event = own("ask", { tool: "shell", action: "command", input: "rm -rf x", message: "to clean" });
  const understood = custom.understand(event, {});
  assert(understood.ok);
  assertEquals(understood.request, {
    for: "permission",
    tool: "shell",
    action: "command",
    subject: "rm -rf x",
    reasoning: "to clean",
    dialog: "behind",
    holdSecs: 45,
    acceptsApproval: true,
  });
  const write = custom.understand(own("ask", { tool: "put", action: "write", input: "/a", detail: "x\n" }), {});
  assertEquals(write.ok && [write.request?.subject, write.request?.detail], ["/a", "x\n"]);
  assertEquals(custom.responseFor(event, { kind: "approve", scope: "always" }), { decision: "allow" });
  assertEquals(custom.responseFor(event, { kind: "deny" }), { decision: "deny" });
  assertEquals(custom.responseFor(event, { kind: "deny", message: "no" }), { decision: "deny", message: "no" });
  const question = own("ask", {
    for: "question",
    choices: [{ question: "Which?", options: ["A", { label: "B", description: "b" }, 3, {}] }, 7],
  });
  const asked = custom.understand(question, {});
  assertEquals(asked.ok && asked.request?.choices, [{
    question: "Which?",
    options: ["A", "B"],
    descriptions: ["", "b"],
    multiple: false,
  }]);
  assertEquals(custom.responseFor(question, { kind: "approve", scope: "once" }), undefined);
  const answers = { "Which?": "A" };
  assertEquals(custom.responseFor(question, { kind: "approve", scope: "once", answers }), {
    decision: "allow",
    answers,
  });
  for (const other of [own("tool"), null, "x"]) assertEquals(custom.responseFor(other, { kind: "deny" }), undefined);
});

Deno.test("H1 custom: what names no agent or no session is refused, nothing throws, secrets are masked", () => {
  for (const bad of [null, [], {}, { agent: "A", session: "s" }, { agent: "a" }, { agent: "a", session: "-x" }]) {
    assert(!custom.understand(bad, {}).ok);
  }
  const name = fc.constantFrom("start", "prompt", "tool", "tool_end", "ask", "done", "failed", "end", "__proto__");
  const field = fc.constantFrom(...CUSTOM_FIELDS.flatMap((row) => row.field.split(", ")).filter((f) => f !== "event"));
  fc.assert(fc.property(name, fc.dictionary(field, fc.jsonValue()), (event, fields) => {
    const payload = { ...fields, ...own(event) };
    assert(custom.understand(payload, {}).ok);
    custom.responseFor(payload, { kind: "approve", scope: "once" });
  }));
  const secret = "sk-ant-REDACTED";
  for (const event of ["tool", "ask", "done", "failed", "prompt"]) {
    const more = { tool: "shell", input: `KEY=${secret}`, message: secret, prompt: secret, title: secret };
    const understood = custom.understand(own(event, more), {});
    assert(understood.ok && !JSON.stringify(understood.report).includes("canary"), event);
  }
});

Deno.test("custom: every documented field is read, and the table is one of Markdown", async () => {
  const source = await Deno.readTextFile(new URL("../../src/agents/custom/events.ts", import.meta.url));
  const code = source.slice(source.indexOf("export const custom:"));
  const fields = CUSTOM_FIELDS.flatMap((row) => row.field.split(", "));
  for (const field of fields) {
    assert(new RegExp(`\\(e(?:vent)?, "${field}"|e(?:vent)?\\["${field}"\\]`).test(code), field);
  }
  const lines = customMarkdown().trimEnd().split("\n");
  assertEquals(lines.length, CUSTOM_FIELDS.length + 2);
  for (const line of lines) assertEquals(line.replaceAll("\\|", "").split("|").length, 5, line);
});

Deno.test("H1 the name of a Claude-shaped agent travels with the agent's, also one that is refused", () => {
  assertEquals(storedName("claude-like", "qwen"), "claude-like:qwen");
  for (const none of [undefined, ""]) assertEquals(storedName("claude-like", none), "claude-like");
  for (const bad of ["Qwen", "a b", "../x", "x".repeat(33)]) {
    assertEquals(storedName("claude-like", bad), `claude-like:${bad}`);
    assertEquals(adapterOf(storedName("claude-like", bad)), undefined);
  }
  assertEquals([storedName("claude-like", "x".repeat(500)).length, storedName("", undefined)], [80, "?"]);
  assertEquals(storedName("claude", "qwen"), "claude");
  assertEquals(adapterOf(storedName("claude-like", "qwen"))?.name, "qwen");
  assertEquals(adapterOf(storedName("claude-like", "Qwen")), undefined);
});

Deno.test("H1 custom: a value that is not taken is named, and the event counts all the same", () => {
  const problemOf = (name: string, more: object) => {
    const read = custom.understand(own(name, more), {});
    assert(read.ok);
    return read.problem;
  };
  assertEquals(problemOf("start", { pid: -5 }), "pid is not taken, expected a whole number from 1 to 2147483647");
  assertEquals(problemOf("start", { pid: "12" }), problemOf("start", { pid: -5 }));
  assertEquals(problemOf("failed", { error: "zzz" })?.split(",")[0], "error is not taken");
  assertEquals(problemOf("ask", { for: "x", action: 1, title: 2 })?.split("; ").length, 3);
  const all = {
    pid: 7,
    error: "unknown",
    for: "plan",
    action: "read",
    background: 0,
    cwd: "/w",
    input: {},
    resumed: true,
  };
  assertEquals(problemOf("ask", { ...all, title: "t", choices: [], detail: null }), undefined);
  assertEquals(problemOf("odd", { pid: -5 }), 'the event "odd" is not known');
});
