import { assertEquals, assertRejects } from "@std/assert";
import { CodexServer, type ServerDialogOptions, trustInFile, trustOf } from "../../src/agents/codex/hook_trust.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";

const FILE = "/h/.codex/hooks.json";
const ARGV = ["/a b/agent-console", "hook", "codex"];
const OURS = { file: FILE, argvs: [ARGV], cwd: "/", realPath: (path: string) => path };
const HOOK = {
  key: `${FILE}:stop:0:0`,
  eventName: "stop",
  command: "'/a b/agent-console' hook codex",
  sourcePath: FILE,
  enabled: true,
  currentHash: "sha256:1",
  trustStatus: "untrusted",
};

/** Answers each request by `reply`; a text is sent as it is, undefined ends the conversation. */
function talk(
  reply: (method: string, params: unknown) => unknown,
): ServerDialogOptions & { readonly sent: Record<string, unknown>[] } {
  const sent: Record<string, unknown>[] = [];
  const waiting: (string | undefined)[] = [];
  let wake = () => {};
  async function* lines() {
    for (;;) {
      while (waiting.length === 0) await new Promise<void>((resolve) => wake = resolve);
      const line = waiting.shift();
      if (line === undefined) return;
      yield line;
    }
  }
  const send = (line: string): Promise<void> => {
    const message = JSON.parse(line);
    sent.push(message);
    if (message.id !== undefined) {
      const answer = reply(message.method, message.params);
      waiting.push("no json", '{"method":"x/changed","params":{}}', '{"id":1,"method":"ask/us"}');
      waiting.push(
        answer === undefined || typeof answer === "string" ? answer : JSON.stringify({ id: message.id, ...answer }),
      );
      wake();
    }
    return Promise.resolve();
  };
  return { lines: lines(), send, sent };
}

function listing(...hooks: unknown[]) {
  return (method: string) => ({ result: method === "hooks/list" ? { data: [{ cwd: "/", hooks }] } : {} });
}

Deno.test("H3 only definitions with exactly our command in exactly our file are ours to trust", async () => {
  const strangers = [
    { ...HOOK, command: "/evil; '/a b/agent-console' hook codex" },
    { ...HOOK, sourcePath: "/elsewhere/hooks.json" },
    { ...HOOK, command: undefined },
    { ...HOOK, currentHash: 5 },
    null,
  ];
  const server = await CodexServer.greet(talk(listing(...strangers, HOOK)), "1");
  assertEquals(await server.ours(OURS), [
    { key: HOOK.key, event: "stop", command: HOOK.command, hash: "sha256:1", trust: "untrusted" },
  ]);
});

Deno.test("H3 trust is written for the keys and hashes that were shown, in the order of the handshake", async () => {
  const both = talk(listing(HOOK));
  const server = await CodexServer.greet(both, "1.2");
  await server.trust(await server.ours(OURS));
  assertEquals(both.sent.map(({ method }) => method), ["initialize", "initialized", "hooks/list", "config/batchWrite"]);
  assertEquals(both.sent.at(-1)?.["params"], {
    edits: [{ keyPath: "hooks.state", mergeStrategy: "upsert", value: { [HOOK.key]: { trusted_hash: "sha256:1" } } }],
  });
});

Deno.test("H3 a hook that is switched off, managed, changed or of a new kind is told apart", async () => {
  const trust = async (hook: Record<string, unknown>) => {
    const server = await CodexServer.greet(talk(listing({ ...HOOK, ...hook })), "1");
    return trustOf(await server.ours(OURS));
  };
  assertEquals(await trust({ trustStatus: "trusted" }), "trusted");
  assertEquals(await trust({ trustStatus: "managed" }), "trusted");
  assertEquals(await trust({ trustStatus: "modified" }), "modified");
  assertEquals(await trust({ trustStatus: "new word" }), "unknown");
  assertEquals(await trust({ trustStatus: "trusted", enabled: false }), "off");
  assertEquals(trustOf([]), "off");
  const hook = { key: "k", event: "e", command: "c", hash: "h" };
  assertEquals(trustOf([{ ...hook, trust: "trusted" }, { ...hook, trust: "modified" }]), "modified");
});

Deno.test("H3 an app-server that refuses, ends or answers nonsense is an error with its reason", async () => {
  const greet = (reply: (method: string) => unknown) => CodexServer.greet(talk(reply), "1");
  const refused = await assertRejects(
    () => greet(() => ({ error: { code: -32600, message: "too old" } })),
    ConsoleError,
    "initialize was refused: too old",
  );
  assertEquals(refused.kind, "failed");
  await assertRejects(() => greet(() => undefined), ConsoleError, "ended before it answered initialize");
  await assertRejects(() => greet(() => ({ result: 5 })), ConsoleError, "no reason given");
  const server = await greet(() => ({ result: { data: "none" } }));
  await assertRejects(() => server.ours(OURS), ConsoleError, "is no list");
  const gone: ServerDialogOptions = {
    lines: talk(() => undefined).lines,
    send: () => Promise.reject(new Error("EPIPE")),
  };
  await assertRejects(() => CodexServer.greet(gone, "1"), ConsoleError, "it ended");
});

Deno.test("H3 without Codex its config.toml tells what is surely untrusted, and nothing more", () => {
  const events = ["Stop", "PreToolUse"];
  const state = (...names: string[]) => ({
    hooks: { state: Object.fromEntries(names.map((name) => [`${FILE}:${name}:0:0`, { trusted_hash: "sha256:1" }])) },
  });
  assertEquals(trustInFile(undefined, FILE, events), "untrusted");
  assertEquals(trustInFile({ hooks: { state: 5 } }, FILE, events), "untrusted");
  assertEquals(trustInFile(state("stop"), FILE, events), "untrusted");
  assertEquals(trustInFile(state("stop", "pre_tool_use"), FILE, events), "unknown");
  assertEquals(trustInFile(state("stop", "pre_tool_use"), "/other/hooks.json", events), "untrusted");
  assertEquals(
    trustInFile({ hooks: { state: { [`${FILE}:stop:0:0`]: { enabled: true } } } }, FILE, ["Stop"]),
    "untrusted",
  );
});
