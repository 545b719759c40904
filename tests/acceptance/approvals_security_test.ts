/** A1 to A4 for approvals: who may answer, what a hook can reach, and what is kept and shown of what an agent says. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { isForeign } from "../support/harness_program.ts";
import { Running } from "../support/harness_process.ts";
import { eventually } from "../support/harness_wait.ts";
import { approval, held, heldWith, installedHook, pending, recorded, watching } from "../support/hook_process.ts";
import type { Json } from "../support/wire.ts";

/** A process on a busy machine; far less than a hook is held. */
const END_MS = 20_000;

Deno.test("A1 a connection that may only report cannot list, decide, revoke, subscribe or wait for another's approval", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await using asks = await held(home, client);
  await using stranger = await home.connect();
  const { id } = asks;
  const refused: [string, Json, string][] = [
    ["approval.list", {}, "forbidden"],
    ["approval.rules", {}, "forbidden"],
    ["approval.decide", { id, decision: "approve" }, "forbidden"],
    ["ConfirmAction", { id, decision: "approve" }, "forbidden"],
    ["confirm_action", { id, decision: "deny" }, "forbidden"],
    ["approval.revoke", { id: "r1" }, "forbidden"],
    ["subscribe", { topics: ["approval"] }, "forbidden"],
    ["approval.wait", { id }, "not_found"],
    ["approval.wait", { id: "nobody" }, "not_found"],
    ["approval.decide", { id, decision: "approve", scope: "admin" }, "forbidden"],
  ];
  for (const [method, params, kind] of refused) {
    assertEquals((await stranger.call(method, params)).error?.data?.["name"], kind, method);
  }
  // Nor does an event that it makes up answer the agent: what it settles, it settles without a decision.
  const answer = { output: { hookSpecificOutput: {} }, approval: { id } };
  await stranger.request("session.report", { agent: "claude", event: { session_id: "s9", ...answer } });
  assertEquals((await pending(client)).map((one) => one["id"]), [id]);
  assert(!asks.hook.ended && asks.hook.stdout === "");
  // An admin's connection waits for no other's either: only who asked hears the output.
  assertEquals((await client.call("approval.wait", { id })).error?.data?.["name"], "not_found");
});

Deno.test("A1 what a script asks by approval.request it cannot answer itself", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await using script = await home.connect();
  const params = { sessionId: "job", agent: "script", tool: "deploy", input: "to production", waitSecs: 30 };
  const outcome = script.call("approval.request", params);
  const id = String(await eventually(async () => (await pending(client))[0]?.["id"], END_MS, "the request"));
  assertEquals((await script.call("approval.decide", { id, decision: "approve" })).error?.data?.["name"], "forbidden");
  assertEquals((await home.cli(["deny", id, "--message", "not on a Friday"])).code, 0);
  const { result } = await outcome;
  assertEquals([result?.["outcome"], result?.["message"]], ["denied", "not on a Friday"]);
});

/** Runs with the flags of the installed hook in its place; prints what it could do and should not. */
const PROBE = `
const [home, id] = Deno.args.filter((word) => !word.startsWith("--")).slice(-2);
const could = [];
const tries = {
  token: () => Deno.readTextFileSync(home + "/daemon.token"),
  journal: () => Deno.writeTextFileSync(home + "/journal/x", ""),
  file: () => Deno.readTextFileSync("/etc/passwd"),
  shell: () => new Deno.Command("/bin/sh", { args: ["-c", "true"] }).outputSync(),
};
for (const [name, run] of Object.entries(tries)) {
  try { run(), could.push(name); } catch (e) { if (e.name !== "NotCapable") could.push(name + " " + e); }
}
const socket = await Deno.connect({ transport: "unix", path: home + "/daemon.sock" });
const line = (id, method, params) => JSON.stringify({ jsonrpc: "2.0", id, method, params }) + "\\n";
await socket.write(new TextEncoder().encode(
  line(1, "hello", { protocol: 1, kind: "tui" }) + line(2, "approval.decide", { id, decision: "approve" }),
));
let text = "";
const buffer = new Uint8Array(4096);
while (text.split("\\n").length < 3) text += new TextDecoder().decode(buffer.subarray(0, await socket.read(buffer)));
if (JSON.parse(text.split("\\n")[1]).error?.data?.name !== "forbidden") could.push(text);
socket.close();
Deno.stdout.writeSync(new TextEncoder().encode("could: " + could.join()));
`;

Deno.test({
  name: "A2 a program in the installed hook's sandbox reads no token and can answer nothing",
  ignore: isForeign, // a compiled hook runs nothing but itself
  fn: async () => {
    await using home = await TestHome.create();
    await home.start();
    await using client = await home.connect({ token: true });
    await using asks = await held(home, client);
    const probe = `${home.root}/probe.js`;
    await Deno.writeTextFile(probe, PROBE);
    const argv = installedHook(home).map((word) => word === `${REPOSITORY}/main.ts` ? probe : word);
    assert(argv.includes(probe), argv.join(" "));
    const { env } = home.command([]);
    await using run = new Running([...argv, home.dir, asks.id], { env, cwd: home.root });
    const { stdout, stderr } = await run.exit(END_MS);
    assertEquals([stdout, stderr], ["could: ", ""]);
    assertEquals((await pending(client)).length, 1);
  },
});

/** What a terminal, or the eye, would obey. */
const OBEYED = "\u001b[2J\u001b]52;c;cm0gLXJm\u0007\r\t\u202egnp\u202c\u2066x\u2069\u200b\u009b31m\u0085\u2028";
// deno-lint-ignore no-control-regex
const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;

Deno.test("A4 escapes, bidi and line breaks in command, description, tool and folder are shown escaped everywhere", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using watch = home.spawn(["watch"]);
  await using client = await home.connect({ token: true });
  await watching(client, watch);
  const evil = (name: string) => `${name}${OBEYED}\nforged: ${name}`;
  const ask = recorded("claude", "PermissionRequest", {
    command: evil("command"),
    description: evil("description"),
    tool: evil("Tool"),
    cwd: `/${evil("cwd")}`,
  });
  const shown: [string, string][] = [];
  const cli = async (...words: string[]) => {
    const { code, stdout, stderr } = await home.cli(words);
    assertEquals(code, 0, `${words.join(" ")}: ${stderr}`);
    shown.push([words.join(" "), stdout + stderr]);
  };
  for (const answer of ["approve", "deny"]) {
    await using asks = await heldWith(home, client, ask);
    const { id } = asks;
    await cli("approvals");
    await cli("next");
    await cli("show", "s1");
    await watch.says(`◆ ${id}`, END_MS);
    await cli(answer, id);
    await watch.says(`◇ ${id}`, END_MS);
    await asks.hook.exit(END_MS);
  }
  await using asks = await heldWith(home, client, ask);
  await cli("approve", "--all", "--session", "s1", "--yes");
  await asks.hook.exit(END_MS);
  await cli("approvals", "--all");
  shown.push(["watch", watch.stdout]);
  for (const [what, text] of shown) assertEquals(RAW.exec(text)?.[0], undefined, `${what}: ${JSON.stringify(text)}`);
  for (const [what, text] of shown.filter(([what]) => /^(approve|deny|watch)/.test(what))) {
    assertMatch(text, /\\x1b/, what);
    // One line for a record: a line break in the text begins no line that looks like ours.
    assertEquals(text.split("\n").filter((line) => line.startsWith("forged")), [], what);
  }
});

// Made at run time, so that no scanner takes this file for a leak.
const CANARY = "CANARY" + "w3".repeat(10);

Deno.test("A3 secrets in what an agent asks are in no answer, no window, no record and no log", async () => {
  await using home = await TestHome.create({ config: '{ "daemon": { "log_level": "debug" } }' });
  await home.start();
  await using watch = home.spawn(["watch", "--json"]);
  await watch.says('"type":"snapshot"', 10_000);
  await using client = await home.connect({ token: true });
  const command =
    `export MY_API_KEY=${CANARY}A; curl -H "Authorization: Bearer ${CANARY}B" https://me:${CANARY}C@x.org`;
  const asked = recorded("claude", "PermissionRequest", { command, description: `with sk-ant-api03-${CANARY}D` });
  const suggested = { type: "addRules", behavior: "allow", destination: "session" };
  const rules = [{ toolName: "Bash", ruleContent: `curl --password ${CANARY}E` }];
  await using asks = await heldWith(home, client, { ...asked, permission_suggestions: [{ ...suggested, rules }] });
  const { id } = asks;
  await using script = await home.connect();
  const tool = `curl -H 'Authorization: Bearer ${CANARY}F'`;
  const scripted = { sessionId: "job", agent: "script", tool, input: `${tool} sk-ant-api03-${CANARY}G`, waitSecs: 30 };
  void script.call("approval.request", scripted).catch(() => {});
  const custom = { agent: "mine", session: "c", event: "tool", tool, input: `--password ${CANARY}H` };
  await script.request("session.report", { agent: "custom", event: custom });
  await eventually(async () => (await pending(client)).length === 2, END_MS, "what the script asks");
  const said: string[] = [JSON.stringify(await pending(client)), JSON.stringify(await client.request("session.list"))];
  said.push(JSON.stringify(await approval(client, id)), JSON.stringify(await client.request("dump")));
  for (
    const words of [
      "approvals",
      "approvals --json",
      "next",
      "next --json",
      "show s1 --json",
      "show job --json",
      "ls --json",
      `approve ${id}`,
    ].concat(
      ["approvals --all --json", "audit tail -n 100 --json", "daemon logs -n 100", "daemon dump"],
    )
  ) {
    const { stdout, stderr } = await home.cli(words.split(" "));
    said.push(`${words}: ${stdout}${stderr}`);
  }
  await watch.says('"approval.decided"', END_MS);
  said.push(`watch: ${watch.stdout}`, (await asks.hook.exit(END_MS)).stdout);
  assertMatch(said[0] ?? "", /MY_API_KEY=\*\*\*/);
  const places = [...said, ...[...home.files()].map(([path, text]) => `${path}: ${text}`)];
  assertEquals(places.filter((text) => text.includes(CANARY)).map((text) => text.slice(0, 120)), []);
});
