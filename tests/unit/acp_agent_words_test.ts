/** What an agent says on its stderr and in errors: its secrets are masked before anything is cut. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Agent } from "../../src/acp/agent.ts";
import { AgentWords } from "../../src/acp/agent_words.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { REPOSITORY } from "../support/harness.ts";
import { denoDir } from "../support/harness_guard.ts";
import { eventually } from "../support/harness_wait.ts";

const BODY = Array.from({ length: 400 }, (_, at) => `MIIEvQIBADANBgkqhkiG9w0BAQEFAASC${at}`);
const KEY = ["-----BEGIN RSA PRIVATE KEY-----", ...BODY, "-----END RSA PRIVATE KEY-----"];

Deno.test("A3 a private key of an agent's stderr is masked, however far its begin is and however it comes", () => {
  for (const size of [7, 4096, 100_000]) {
    const words = new AgentWords([]);
    const text = `starting\n${KEY.join("\n")}\nit failed`;
    let logged = "";
    for (let at = 0; at < text.length; at += size) logged += words.add(text.slice(at, at + size));
    assertEquals(words.last(), "starting\n***\nit failed");
    assertEquals(logged.trim(), "starting\n***", "the last line is not whole yet");
  }
  const open = new AgentWords([]);
  open.add(KEY.slice(0, 300).join("\n"));
  assertEquals(open.last(), "***");
});

Deno.test("A3 values of an agent's environment are masked, in pieces, too; short ones are words", () => {
  const words = new AgentWords(["tulip-garden", "tulip-garden-long", "large"]);
  words.add("large: no tulip-");
  words.add("garden-long and tulip-garden\npassword=\nhunter2hunter2");
  assertEquals(words.last(), "large: no *** and ***\npassword=\n***");
  assertEquals(words.masked("bad tulip-garden, Bearer abcdefgh0123"), "bad ***, Bearer ***");
});

Deno.test("A3 R4 an agent that does not start is told with the last of its stderr, without its environment's values", async () => {
  const logged: string[] = [];
  const say = (message: string, fields?: unknown) => void logged.push(message + JSON.stringify(fields ?? {}));
  const command = {
    name: "mine",
    argv: ["/bin/sh", "-c", 'echo "no access with $AFTER" >&2; exit 3'],
    env: { AFTER: "tulip-garden" },
    secrets: ["tulip-garden"],
    cwd: "/",
  };
  const log = { debug: say, info: say, warn: say, error: say };
  const events = { update: () => {}, permission: () => Promise.reject(new Error("asked")) };
  const error = await assertRejects(
    () => Agent.start({ command, events, log: log as never, now: () => "" }, new AbortController().signal),
    ConsoleError,
  );
  assert(error.message.endsWith("\nno access with ***"), error.message);
  assert(logged.length > 0 && !logged.join().includes("tulip"), logged.join());
});

Deno.test("R4 of an agent that runs on, only what it wrote since a position is told", () => {
  const words = new AgentWords([]);
  words.add("old\nolder, and not ended");
  const since = words.position;
  words.add(", now it has\n\nnew\nnewest");
  assertEquals([words.last(since), words.last(words.position)], ["new\nnewest", ""]);
  assertEquals(words.last(), "old\nolder, and not ended, now it has\n\nnew\nnewest");
});

Deno.test("R4 an error of a turn has nothing of what its agent wrote in another one, and that of its end has it", async () => {
  let logged = "";
  const say = (_: string, fields?: Record<string, unknown>) => void (logged += String(fields?.["stderr"] ?? ""));
  const agent = `${REPOSITORY}/tests/support/acp_agent.ts`;
  const command = {
    name: "mine",
    argv: [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", agent],
    env: { DENO_DIR: denoDir(), DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" },
    secrets: [],
    cwd: "/",
  };
  const log = { debug: say, info: say, warn: say, error: say };
  const events = { update: () => {}, permission: () => Promise.reject(new Error("asked")) };
  const never = new AbortController().signal;
  const mine = await Agent.start({ command, events, log: log as never, now: () => "" }, never);
  try {
    const id = await mine.newSession("/", null, never);
    await mine.prompt(id, "garbage", never);
    await eventually(
      () => logged.split("unknown request").length === 4,
      10_000,
      "what it says of the answers to its garbage",
    );
    const failed = await assertRejects(() => mine.prompt(id, "error", never), ConsoleError, "the model is on fire");
    assert(!failed.message.includes("unknown request"), failed.message);
    const closed = await assertRejects(() => mine.reopenSession(id, "/", null, never), ConsoleError);
    assertEquals(closed.message.split("\n").length, 1, closed.message);
    const ended = await assertRejects(() => mine.prompt(id, "die", never), ConsoleError, "it has ended");
    assert(ended.message.endsWith("\nI am going down"), ended.message);
  } finally {
    await mine.end();
  }
});
