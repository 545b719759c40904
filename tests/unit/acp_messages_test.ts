/** What agents that speak ACP say, as recorded from four of them: read, and answered by the kind of its options. */
import { assert, assertEquals } from "@std/assert";
import { canAllowOnce, CANCELLED, outcomeOf, readPermission } from "../../src/acp/permission.ts";
import { readUpdate } from "../../src/acp/read_update.ts";
import { readAskedCall, readToolCall, subjectOf, type ToolCall } from "../../src/acp/tool_calls.ts";
import { maskSecrets } from "../../src/domain/mask.ts";
import { Chunks } from "../../src/turn/chunks.ts";
import { TurnOutput } from "../../src/turn/turn_output.ts";

interface Message {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

function recorded(agent: string): readonly Message[] {
  const text = Deno.readTextFileSync(new URL(`../fixtures/acp/${agent}.jsonl`, import.meta.url));
  return text.trim().split("\n").map((line) => JSON.parse(line) as Message);
}

/** The requests of an agent, each with what is known of its call by then. */
function asked(agent: string) {
  const calls = new Map<string, ToolCall>();
  const found = [];
  for (const { method, params } of recorded(agent)) {
    const update = method === "session/update" ? readUpdate(params)?.update : undefined;
    const permission = method === "session/request_permission" ? readPermission(params) : undefined;
    const fields = update?.kind === "tool" ? update.fields : permission?.toolCall;
    if (fields === undefined) continue;
    const call = readToolCall(fields, calls.get(String(fields["toolCallId"])));
    assert(call !== undefined);
    calls.set(call.id, call);
    if (permission !== undefined) found.push({ options: permission.options, subject: subjectOf(call) });
  }
  return found;
}

Deno.test("R1 the requests of each agent are read: a command is one only where its input says it", () => {
  const bash = (subject: string, cwd?: string) => ({
    tool: "Bash",
    action: "command",
    subject,
    ...(cwd === undefined ? {} : { cwd }),
  });
  assertEquals(asked("claude").slice(0, 2).map(({ subject }) => subject), [
    bash("touch acp-allow"),
    bash("touch acp-deny"),
  ]);
  assertEquals(asked("codex")[0]?.subject, bash("touch /home/u/outside/acp-allow", "/home/u/project"));
  assertEquals(asked("opencode")[0]?.subject, bash("touch acp-allow"));
  // No input, only a title: shown, and never taken for the whole of what would run.
  assertEquals(asked("gemini")[0]?.subject, { tool: "Bash", action: "other", subject: "touch acp-allow" });
});

Deno.test("A1 a decision is said by the kind of the options, and never by one that allows more", () => {
  const approve = { kind: "approve", scope: "always" } as const;
  const selected = (optionId: string) => ({ outcome: { outcome: "selected", optionId } });
  const ids = { claude: "allow-once", codex: "allow_once", gemini: "proceed_once", opencode: "once" };
  for (const [agent, id] of Object.entries(ids)) {
    const { options } = asked(agent)[0] ?? { options: [] };
    assertEquals(outcomeOf(approve, options), selected(id) as never, agent);
    const denied = outcomeOf({ kind: "deny" }, options);
    assert(denied.outcome.outcome === "selected" && denied.outcome.optionId !== id, agent);
    assertEquals(outcomeOf(undefined, options), CANCELLED);
  }
  const always = [{ id: "allow-once", kind: "allow_always" }, { id: "x", kind: "from_the_future" }];
  assertEquals(canAllowOnce(always), false);
  assertEquals(outcomeOf(approve, always), CANCELLED);
  assertEquals(outcomeOf({ kind: "deny" }, always), CANCELLED);
});

Deno.test("R1 every update that was recorded is read, and what nobody knows is no error", () => {
  const kinds = new Set<string>();
  for (const agent of ["claude", "codex", "gemini", "opencode"]) {
    for (const { method, params } of recorded(agent)) {
      if (method !== "session/update") continue;
      const read = readUpdate(params);
      assert(read !== undefined && read.sessionId !== "");
      kinds.add(read.update.kind);
    }
  }
  assertEquals([...kinds].sort(), ["other", "text", "thought", "title", "tool", "usage"]);
  for (const params of [undefined, 1, "x", [], {}, { sessionId: 1, update: {} }, { sessionId: "s", update: [] }]) {
    assertEquals(readUpdate(params), undefined);
    assertEquals(readPermission(params), undefined);
  }
  const future = { sessionId: "s", update: { sessionUpdate: "__proto__", x: 1 } };
  assertEquals(readUpdate(future)?.update, { kind: "other" });
  const image = { sessionUpdate: "agent_message_chunk", content: { type: "image", data: "x" } };
  assertEquals(readUpdate({ sessionId: "s", update: image })?.update, { kind: "text", text: "[image]" });
});

Deno.test("R1 an edit is asked with every path that it names", () => {
  const call = readToolCall({
    toolCallId: "1",
    kind: "edit",
    rawInput: { file_path: "/home/u/project/other.ts" },
    content: [{ type: "diff", path: "/home/u/project/a.ts", oldText: "x", newText: "y" }],
  });
  assert(call !== undefined);
  assertEquals(subjectOf(call), {
    tool: "Edit",
    action: "write",
    subject: "/home/u/project/a.ts\n/home/u/project/other.ts",
    paths: ["/home/u/project/a.ts", "/home/u/project/other.ts"],
    detail: "- x\n+ y",
    detailForm: "edit",
  });
});

Deno.test("A1 a call that says more than is understood is shown whole and is nothing that a rule takes for plain", () => {
  const read = (fields: Record<string, unknown>) => {
    const call = readToolCall({ toolCallId: "1", ...fields });
    assert(call !== undefined);
    return subjectOf(call);
  };
  const input = { command: "npm test", args: ["; rm -rf /"], env: { LD_PRELOAD: "/x" } };
  const execute = read({ kind: "execute", rawInput: input });
  assertEquals([execute.action, execute.subject], ["other", JSON.stringify(input)]);
  const plain = read({ kind: "execute", rawInput: { command: "npm test", description: "runs them", timeout: 5 } });
  assertEquals([plain.action, plain.subject], ["command", "npm test"]);
  const diff = { type: "diff", path: "/w/a", newText: "x" };
  const edit = { kind: "edit", content: [diff], locations: [{ path: "/w/b" }] };
  assertEquals(read({ ...edit, rawInput: { file_path: "/w/c" } }).paths, ["/w/a", "/w/c", "/w/b"]);
  const more = read({ ...edit, rawInput: { file_path: "/w/a", files: ["/etc/passwd"] } });
  assertEquals([more.action, more.detail], ["other", "+ x"]);
  const { action, subject, paths } = read({
    kind: "read",
    rawInput: { path: "/w/a", limit: 5 },
    locations: [{ path: "/w/b" }],
  });
  assertEquals([action, subject, paths], ["read", "/w/a\n/w/b", ["/w/a", "/w/b"]]);
  for (const rawInput of [{}, { path: "/w/a", command: "rm a" }, { path: ["/w/a"] }]) {
    assertEquals(read({ kind: "read", rawInput, title: "Read /w/a", locations: [{ path: "/w/a" }] }).action, "other");
  }
});

Deno.test("A1 what an agent says of one call and what contradicts it is never taken for plain", () => {
  const of = (fields: Record<string, unknown>, before?: Record<string, unknown>) => {
    const told = before === undefined ? undefined : readToolCall({ toolCallId: "1", ...before });
    const call = readAskedCall({ toolCallId: "1", ...fields }, told);
    assert(call !== undefined);
    return subjectOf(call);
  };
  const diff = { type: "diff", path: "/w/a", oldText: "x", newText: "harmless" };
  const ls = { kind: "execute", rawInput: { command: "ls" }, title: "ls" };
  const read = { kind: "read", rawInput: { path: "/w/a" } };
  for (
    const [fields, before] of [
      [{ ...read, content: [diff] }],
      [{ kind: "execute", rawInput: { command: "ls", cwd: ["/etc"] } }],
      [{ kind: "execute", rawInput: { command: "ls", timeout: { command: "rm -rf ~" } } }],
      [{ kind: "read", rawInput: { path: "/w/a", offset: { path: "/etc/shadow" } } }],
      [{ rawInput: ["rm", "-rf", "~"] }, ls],
      [{ rawInput: {}, title: "rm -rf ~" }, ls],
      [{ title: "rm -rf ~" }, { ...ls, status: "completed" }],
      [{ rawInput: "/etc/shadow" }, read],
      [{ kind: "edit", rawInput: { path: "/w/a", content: "rm -rf ~" }, content: [diff] }],
      [{ kind: "edit", rawInput: { path: "/w/a", new_string: "evil" }, content: [diff] }],
      [{ kind: "edit", rawInput: { path: "/w/a", old_string: "other" }, content: [diff] }],
      [{ content: [] }, { kind: "edit", rawInput: { path: "/w/a" }, content: [diff] }],
    ]
  ) assertEquals(of(fields ?? {}, before).action, "other", JSON.stringify([fields, before]));
  assertEquals(of({ title: "again" }, ls).action, "command");
  const whole = { type: "diff", path: "/w/a", oldText: "a\nx\nb", newText: "a\ny\nb" };
  const edit = { kind: "edit", rawInput: { file_path: "/w/a", old_string: "x", new_string: "y" }, content: [whole] };
  assertEquals(of(edit).action, "write");
});

Deno.test("R3 a call that ends again and again is told once", () => {
  const events: string[] = [];
  const output = new TurnOutput("t", "s", {
    clock: { steady: () => 0, wall: () => 0 } as never,
    report: (event) => void events.push(event.kind),
    record: (event) => void events.push(event.type),
  });
  for (let i = 0; i < 1000; i++) {
    const status = i % 2 === 0 ? "completed" : "failed";
    output.update({
      kind: "tool",
      fields: { toolCallId: "one", kind: "execute", status, rawInput: { command: "ls" } },
    });
  }
  assertEquals(events, ["turn.tool", "progress"]);
});

Deno.test("R3 an agent that writes letter by letter makes few events, in order, and none is lost", () => {
  const told: string[] = [];
  const chunks = new Chunks(({ kind, text }) => told.push(`${kind}:${text}`));
  for (let i = 0; i < 50_000; i++) chunks.add({ kind: "text", text: "a" });
  chunks.add({ kind: "thought", text: "hm" });
  chunks.add({ kind: "text", text: "end" });
  chunks.flush();
  chunks.flush();
  assert(told.length <= 10, `${told.length}`);
  assertEquals(told.slice(-2), ["thought:hm", "text:end"]);
  assertEquals(told.slice(0, -2).join("").replaceAll("text:", "").length, 50_000);
});

Deno.test("A3 R3 what announces a secret is told together with it, and the first words behind a pause at once", async () => {
  const told: string[] = [];
  const chunks = new Chunks(({ text }) => told.push(text));
  chunks.add({ kind: "text", text: "first words " });
  assertEquals(told, ["first words "]);
  for (
    const piece of [
      "now password",
      " =",
      " hunter2hunter2 and Bearer ",
      "abcdefgh0123 then\n--token ",
      "xyz0123456789 end",
    ]
  ) {
    await new Promise((resolve) => setTimeout(resolve, 80));
    chunks.add({ kind: "text", text: piece });
  }
  chunks.flush();
  const masked = told.map(maskSecrets).join("");
  assertEquals(masked, "first words now password = *** and Bearer *** then\n--token *** end", JSON.stringify(told));
  assert(told.length >= 4, JSON.stringify(told));
});

Deno.test("A3 R3 a word of an agent is in one event however it comes, and no character is cut in two", async () => {
  const told: string[] = [];
  const chunks = new Chunks(({ text }) => told.push(text));
  for (const piece of ["the key is sk-", "live-0123", "456789 and", " more"]) {
    chunks.add({ kind: "text", text: piece });
    await new Promise((resolve) => setTimeout(resolve, 80));
  }
  chunks.add({ kind: "text", text: "\ud83d" });
  await new Promise((resolve) => setTimeout(resolve, 80));
  chunks.add({ kind: "text", text: "\ude00!" });
  chunks.flush();
  assertEquals(told.join(""), "the key is sk-live-0123456789 and more\ud83d\ude00!");
  assertEquals(told.filter((text) => text.includes("sk-live-0123456789")).length, 1, JSON.stringify(told));
  assert(told.every((text) => text.isWellFormed()), JSON.stringify(told));
  assert(told.length >= 3, JSON.stringify(told));
});
