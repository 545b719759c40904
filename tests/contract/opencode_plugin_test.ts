/** What the plugin promises to OpenCode, and how a question is held and answered. */
import { assert, assertEquals } from "@std/assert";
import { opencodePlugin } from "../../src/agents/opencode/plugin.ts";
import { opencode } from "../../src/agents/opencode/events.ts";
import { type Forwarded, PLAYED_SERVER, PluginPlayer } from "./opencode_plugin_player.ts";
import { recorded } from "./replay.ts";

const question = (command: string, id = "per_1", sessionID = "s1") => ({
  id,
  sessionID,
  permission: "bash",
  patterns: [command],
  metadata: { command },
  always: [`${command} *`],
  tool: { messageID: "m1", callID: "c1" },
});

const busy = (sessionID: string) => ({ sessionID, status: { type: "busy" } });

/** The hook command takes the event and holds a question until it is ended, which it tells. */
const HOLDS = `case "$event" in *permission.asked*) sleep 30 & wait;; esac`;
/** Set before anybody hears of the event: whoever ends it may be quick. */
const TELLS_ITS_END = `trap 'kill $! 2>/dev/null; printf "%s\\n" "{\\"type\\":\\"ended\\"}" > "$0"; exit 0' TERM`;

const types = (events: readonly Forwarded[]) => events.map((event) => event["type"]);

Deno.test("H3 the plugin's text is the same for the same command, names its maker and says how to remove it", () => {
  const argv = ["/opt/a b/agent-console", "hook", "opencode", '"`${x}'];
  const text = opencodePlugin(argv);
  assertEquals(text, opencodePlugin([...argv]));
  assert(text.startsWith("// agent-console plugin for OpenCode\n"));
  assert(text.includes("agent-console hooks uninstall opencode"));
  assert(text.includes(`const COMMAND = ${JSON.stringify(argv)};`));
});

Deno.test("H3 the plugin exports one function: OpenCode would load any other export as a plugin", async () => {
  const text = opencodePlugin(["true"]);
  const module = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  assertEquals(Object.keys(module), ["AgentConsole"]);
});

Deno.test("A1 an answer to a held question goes to OpenCode's server, with its message", async () => {
  const answer = `{"reply":"reject","message":"not now"}`;
  await using plugin = await PluginPlayer.create(
    `case "$event" in *permission.asked*) printf '%s' '${answer}';; esac`,
  );
  await plugin.load("/x");
  plugin.tell("permission.asked", question("rm x"));
  assertEquals(types([await plugin.next()]), ["permission.asked"]);
  const { url, path, body } = await plugin.post();
  assertEquals([url, path, body], ["/permission/{requestID}/reply", { requestID: "per_1" }, JSON.parse(answer)]);
});

Deno.test("A1 an answer to a question of the agent goes to OpenCode's server", async () => {
  for (
    const [printed, url, body] of [
      [`{"answers":[["Yes"]]}`, "/question/{requestID}/reply", { answers: [["Yes"]] }],
      [`{"reply":"reject"}`, "/question/{requestID}/reject", {}],
    ] as const
  ) {
    await using plugin = await PluginPlayer.create(`printf '%s' '${printed}'`);
    await plugin.load("/x");
    plugin.tell("question.asked", { id: "que_1", sessionID: "s1", questions: [{ question: "Which?", options: [] }] });
    assertEquals(types([await plugin.next()]), ["question.asked"]);
    const posted = await plugin.post();
    assertEquals([posted.url, posted.path, posted.body], [url, { requestID: "que_1" }, body]);
  }
});

Deno.test("A1 a server that does not know the newer reply gets the older one", async () => {
  await using plugin = await PluginPlayer.create(`case "$event" in *asked*) printf '%s' '{"reply":"once"}';; esac`);
  plugin.refuse(/^\/permission/);
  await plugin.load("/x");
  plugin.tell("permission.asked", question("rm x"));
  assertEquals((await plugin.post()).url, "/permission/{requestID}/reply");
  const { url, path, body } = await plugin.post();
  assertEquals(url, "/session/{id}/permissions/{permissionID}");
  assertEquals([path, body], [{ id: "s1", permissionID: "per_1" }, { response: "once" }]);
});

Deno.test("H1 a held question does not stop the other events, and ends when it is answered elsewhere", async () => {
  await using plugin = await PluginPlayer.create(HOLDS, TELLS_ITS_END);
  await plugin.load("/x");
  plugin.tell("permission.asked", question("rm x"));
  plugin.tell("session.status", busy("s2"));
  // In either order: the question's process may be slower than its head start.
  assertEquals(types([await plugin.next(), await plugin.next()]).sort(), ["permission.asked", "session.status"]);

  plugin.tell("permission.replied", { sessionID: "s1", requestID: "per_1", reply: "once" });
  const replied = await plugin.next();
  const understood = opencode.understand(replied, {});
  assert(understood.ok);
  assertEquals(understood.report.event, { kind: "progress", tools: [{ name: "bash", id: "c1" }] });
  assertEquals(types([await plugin.next()]), ["ended"]);
  assertEquals(plugin.posted, []);
});

Deno.test("H1 held questions end with OpenCode", async () => {
  await using plugin = await PluginPlayer.create(HOLDS, TELLS_ITS_END);
  await plugin.load("/x");
  await plugin.play({ event: "event:session.status", stdin: busy("s1") });
  plugin.tell("permission.asked", question("rm x"));
  assertEquals(types([await plugin.next()]), ["permission.asked"]);
  await plugin.end();
  assertEquals(types([await plugin.next(), await plugin.next()]).sort(), ["dispose", "ended"]);
});

Deno.test("H1 a command that is missing, and events of any shape, neither throw nor delay OpenCode", async () => {
  const url = `data:text/javascript,${encodeURIComponent(opencodePlugin(["/nonexistent/agent-console", "hook"]))}`;
  const { AgentConsole } = await import(url);
  const hooks = await AgentConsole({ directory: "/x", client: undefined });
  for (const type of ["session.created", "session.error", "permission.asked", "permission.replied", "new"]) {
    for (const properties of [undefined, null, {}, { info: null }, { sessionID: 7 }]) {
      assertEquals(await hooks.event({ event: { type, properties } }), undefined);
    }
  }
  await hooks["chat.message"]({}, {});
  await hooks["tool.execute.before"](undefined, undefined);
  await hooks.event({ event: undefined });
  await hooks.event({ event: { type: "permission.asked", properties: question("rm x") } });
  await hooks.dispose();
});

Deno.test("H1 OpenCode's own objects are not touched, and long texts are cut and known to be cut", async () => {
  await using plugin = await PluginPlayer.create();
  await plugin.load("/x");
  const asked = question("x".repeat(100_000));
  const before = JSON.stringify(asked);
  const [event] = await plugin.play({ event: "event:permission.asked", stdin: asked });
  assertEquals(event?.["serverUrl"], PLAYED_SERVER);
  assertEquals(JSON.stringify(asked), before);
  assert(JSON.stringify(event).length < 65_536); // the hook client would cut a longer one without a mark
  const understood = opencode.understand(event, {});
  assert(understood.ok);
  assertEquals([understood.report.event.kind, understood.request], ["requested", undefined]);

  const small = await plugin.play({ event: "event:permission.asked", stdin: question("rm x", "per_2") });
  const again = opencode.understand(small[0], {});
  assertEquals(again.ok && again.request?.subject, "rm x");
});

Deno.test("A1 a change comes along (recording: opencode dialogs), both ends of a long one, and is never why a question is cut", async () => {
  await using plugin = await PluginPlayer.create();
  await plugin.load("/x");
  const lines = recorded(await Deno.readTextFile(new URL("../fixtures/opencode/dialogs.jsonl", import.meta.url)));
  const edit = lines.map(({ stdin }) => stdin as Record<string, unknown> | undefined)
    .find((event) => event?.["permission"] === "edit");
  const asked = async (id: string, metadata: object) => {
    const [event] = await plugin.play({ event: "event:permission.asked", stdin: { ...edit, id, metadata } });
    assert(JSON.stringify(event).length < 65_536);
    const understood = opencode.understand(event, {});
    return understood.ok ? understood.request : undefined;
  };
  const own = edit?.["metadata"] as { readonly filepath: string; readonly diff: string };
  const request = await asked("per_1", own);
  assertEquals([request?.subject, request?.detail], [own.filepath, own.diff]);
  const long = await asked("per_2", { ...own, diff: `+head${"x".repeat(100_000)}tail` });
  assertEquals([long?.subject, long?.detail?.startsWith("+head")], [own.filepath, true]);
  assert(long?.detail?.includes("tail\n[the middle") && long.detail.length < 9000);
  const odd = Object.fromEntries([1, 2, 3, 4].map((i) => [`x${i}`, "y".repeat(14_500)]));
  const full = await asked("per_3", { ...own, ...odd, diff: "z".repeat(8000) });
  assertEquals([full?.subject, full?.detail], [own.filepath, undefined]);
});

Deno.test("H1 the plugin starts hooks in OpenCode's folder, and in the root where that is gone", async () => {
  for (const gone of [false, true]) {
    const folder = await Deno.makeTempDir();
    const said = await Deno.makeTempFile();
    try {
      const text = opencodePlugin(["/bin/sh", "-c", 'pwd -P >> "$0"', said]);
      const plugin = `${said}.mjs`;
      await Deno.writeTextFile(plugin, text);
      const { AgentConsole } = await import(`file://${plugin}`);
      const hooks = await AgentConsole({ directory: folder, client: {} });
      if (gone) await Deno.remove(folder);
      await hooks.event({ event: { type: "session.created", properties: { info: { id: "s", title: "t" } } } });
      const deadline = performance.now() + 10_000;
      while ((await Deno.readTextFile(said)) === "" && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const where = gone ? "/" : await Deno.realPath(folder);
      assertEquals((await Deno.readTextFile(said)).trim(), where);
    } finally {
      for (const path of [said, `${said}.mjs`]) await Deno.remove(path).catch(() => {});
      if (!gone) await Deno.remove(folder);
    }
  }
});
