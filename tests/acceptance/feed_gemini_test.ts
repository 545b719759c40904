// deno-lint-ignore-file no-sync-fn-in-async-fn -- makes folders and files between two steps: nothing else waits
/** feeds.gemini_chats: what Gemini CLI writes into the file of a conversation heals the row, in a real daemon. */
import { assert, assertEquals } from "@std/assert";
import { dirname } from "@std/path";
import { exists } from "../support/exists.ts";
import { TestHome } from "../support/harness.ts";
import { eventually, patience } from "../support/harness_wait.ts";
import type { Json, RawClient } from "../support/wire.ts";

const ON = '{"feeds": {"gemini_chats": true}}';
/** What a human does in the agent's terminal must be in the row so soon; twice that is asserted: other tests run beside. */
const HEALED_MS = 2000;

class Conversation {
  readonly file: string;
  #client: RawClient;
  #id: string;

  constructor(client: RawClient, file: string, id = "s") {
    this.#client = client;
    this.file = file;
    this.#id = id;
  }

  async hook(name: string, more: Record<string, unknown> = {}): Promise<void> {
    const event = { session_id: this.#id, transcript_path: this.file, cwd: "/w", hook_event_name: name, ...more };
    await this.#client.request("session.report", { agent: "gemini", event, env: {} });
  }

  async dialog(): Promise<void> {
    await this.hook("BeforeAgent", { prompt: "go" });
    await this.hook("BeforeTool", { tool_name: "run_shell_command", tool_input: { command: "ls" } });
    const details = { type: "exec", command: "ls" };
    await this.hook("Notification", { notification_type: "ToolPermission", details });
    assertEquals(await this.status(), "waiting");
  }

  write(type: string, content: string): void {
    Deno.mkdirSync(dirname(this.file), { recursive: true });
    const record = { id: crypto.randomUUID(), timestamp: new Date().toISOString(), type, content };
    Deno.writeTextFileSync(this.file, `${JSON.stringify(record)}\n`, { append: true });
  }

  async row(): Promise<Json> {
    return (await this.#client.request("session.get", { sessionId: this.#id }))["session"] as Json;
  }

  async status(): Promise<unknown> {
    return (await this.row())["status"];
  }

  async becomes(status: string): Promise<void> {
    const ms = await patience(2 * HEALED_MS);
    await eventually(async () => await this.status() === status, ms, `a row that is ${status}`, 20);
  }
}

Deno.test("H4 feeds.gemini_chats: Esc and No in a dialog are in the row within two seconds, turn after turn", async () => {
  await using home = await TestHome.create({ config: ON });
  await home.start({ env: { GEMINI_CLI_HOME: home.root } });
  await using client = await home.connect({ token: true });
  // The folder comes with the first conversation, while the daemon runs.
  const chat = new Conversation(client, `${home.root}/.gemini/tmp/w/chats/session-1.jsonl`);
  for (let turn = 0; turn < 3; turn++) {
    chat.write("user", "go");
    await chat.dialog();
    chat.write("info", "Request cancelled.");
    await chat.becomes("idle");
  }
  const { records } = await client.request("audit.tail", { limit: 1 }) as { records: Json[] };
  assertEquals(records[0]?.["actor"], "feed:report");
});

Deno.test("H4 feeds.gemini_chats: an API error says why the turn failed, and strange files harm nobody", async () => {
  await using home = await TestHome.create({ config: ON });
  const chats = `${home.root}/.gemini/tmp/w/chats`;
  await home.start({ env: { GEMINI_CLI_HOME: home.root } });
  await using client = await home.connect({ token: true });
  const chat = new Conversation(client, `${chats}/session-1.jsonl`);
  chat.write("user", "go"); // Gemini CLI makes the file before its first hook
  await chat.dialog();
  chat.write("info", "Request cancelled.");
  await chat.becomes("idle"); // the feed is on
  await chat.hook("BeforeAgent", { prompt: "go" });
  chat.write("error", "[API Error: no key]");
  await chat.hook("AfterAgent", { prompt: "go", prompt_response: "[no response text]" });
  await chat.becomes("error");
  assertEquals((await chat.row())["error"], { kind: "unknown", text: "no key" });
  for (const text of ["", "{", "[1]\n", '{"type":"info"}\n', `${"x".repeat(1_000_000)}\n`]) {
    await chat.hook("BeforeAgent", { prompt: "go" });
    Deno.writeTextFileSync(chat.file, text);
  }
  await chat.dialog();
  chat.write("info", "Request cancelled.");
  await chat.becomes("idle");
});

Deno.test("A6 feeds.gemini_chats: a conversation elsewhere, or behind a link, is never read", async () => {
  await using home = await TestHome.create({ config: ON });
  const tmp = `${home.root}/.gemini/tmp`;
  await home.start({ env: { GEMINI_CLI_HOME: home.root } });
  await using client = await home.connect({ token: true });
  const outside = new Conversation(client, `${home.root}/elsewhere/p/chats/session-1.jsonl`, "outside");
  outside.write("user", "go");
  Deno.mkdirSync(`${tmp}/w/chats`, { recursive: true });
  Deno.symlinkSync(`${home.root}/elsewhere/p`, `${tmp}/linked`);
  Deno.symlinkSync(outside.file, `${tmp}/w/chats/session-2.jsonl`);
  const others = [
    outside,
    new Conversation(client, `${tmp}/linked/chats/session-1.jsonl`, "folder"),
    new Conversation(client, `${tmp}/w/chats/session-2.jsonl`, "file"),
    new Conversation(client, `${tmp}/../../elsewhere/p/chats/session-1.jsonl`, "dots"),
  ];
  for (const one of others) await one.dialog();
  outside.write("info", "Request cancelled.");
  // One that may be read was written after them, and is healed: so they were looked at.
  const own = new Conversation(client, `${tmp}/w/chats/session-1.jsonl`, "own");
  await own.dialog();
  own.write("info", "Request cancelled.");
  await own.becomes("idle");
  for (const one of others) assertEquals(await one.status(), "waiting", one.file);
  const log = home.path("logs/daemon.log");
  assert(!exists(log) || !Deno.readTextFileSync(log).includes("a feed is off"), "the sandbox had to stop it");
});
