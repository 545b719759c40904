/** The seam that features plug into: one folder and one line, tried with a feature that the program does not have. */
import { assert, assertEquals } from "@std/assert";
import type { Config } from "../../src/config/base_sections.ts";
import { loadConfigFromProcess } from "../../src/config/from_process.ts";
import { initialSettings } from "../../src/config/values.ts";
import { type AnyFeature, featurePermissions, FEATURES, SCHEMA, schemaWith } from "../../src/daemon/features.ts";
import type { ResultOf } from "../../src/protocol/method_schemas.ts";
import { type MethodName, METHODS } from "../../src/protocol/methods.ts";
import { homePaths } from "../../src/platform/home_paths.ts";
import { daemonFlags, type Permission } from "../../src/platform/sandbox.ts";
import { dummy } from "../support/dummy_feature/mod.ts";
import { exists } from "../support/exists.ts";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import type { Running } from "../support/harness_process.ts";
import type { Json, RawClient } from "../support/wire.ts";
import { eventually } from "../support/harness_wait.ts";

const features = [...FEATURES, dummy];
const schema = schemaWith(features);
const permissions = permissionsFor(initialSettings(schema));

function permissionsFor(config: Config): Permission[] {
  return featurePermissions({ config, env: () => undefined, exists }, features);
}

/** The daemon with the dummy in its list, inside the sandbox that the list declares. */
async function start(home: TestHome): Promise<Running> {
  const daemon = await spawn(home, "daemon.ts");
  await home.ready(() => daemon.ended);
  return daemon;
}

async function spawn(home: TestHome, program: string): Promise<Running> {
  const paths = homePaths(home.dir);
  const { config } = await loadConfigFromProcess(paths, schema);
  const sandbox = daemonFlags({
    paths,
    socketPath: paths.socket,
    pidFilePath: paths.pid,
    form: "source",
    permissions: permissionsFor(config),
  });
  const flags = sandbox.map(({ flag }) => flag);
  const { env } = home.command([]);
  const entry = `${REPOSITORY}/tests/support/dummy_feature/${program}`;
  return home.spawnArgv([Deno.execPath(), "run", ...flags, entry, "--home", home.dir], env);
}

const prompt = { session_id: "s1", hook_event_name: "UserPromptSubmit", cwd: "/x", prompt: "go" };
const log = (home: TestHome) => Deno.readTextFileSync(home.path("logs/daemon.log"));

Deno.test("F a feature is one folder and one line: its methods, state, service and permissions are there", async () => {
  await using home = await TestHome.create();
  {
    await using daemon = await start(home);
    await using client = await home.connect({ token: true });
    for (let i = 0; i < 3; i++) {
      await client.request("session.report", { agent: "claude", event: { ...prompt, prompt: `go ${i}` } });
    }
    assertEquals(await client.request("dummy.count", { sessionId: "s1" }), { prompts: 3 });
    const wrong = await client.call("dummy.count", { sessionId: 5 });
    assertEquals(wrong.error?.data?.["name"], "invalid_params");
    await using reporter = await home.connect();
    assertEquals((await reporter.call("dummy.count", { sessionId: "s1" })).error?.data?.["name"], "forbidden");
    await eventually(() => log(home).includes('"dummy ticked","sum":3'), 20_000, "a tick of the dummy");
    daemon.kill("SIGTERM");
    assertEquals((await daemon.exit(10_000)).code, 0);
    for (const message of ["dummy started", "dummy stopped"]) assert(log(home).includes(message), message);
  }
  // From the snapshot of the stop, and after kill -9 from the journal's records.
  for (const sum of [4, 5]) {
    await using daemon = await start(home);
    await using client = await home.connect({ token: true });
    await client.request("session.report", { agent: "claude", event: prompt });
    assertEquals(await client.request("dummy.count", { sessionId: "s1" }), { prompts: sum });
    daemon.kill("SIGKILL");
    await daemon.exit(10_000);
  }
});

Deno.test("P6 a feature's own change: one event a key, its topic, its part of status, over a restart too", async () => {
  await using home = await TestHome.create();
  const greet = (client: RawClient, text: string, idempotencyKey?: string) =>
    client.call("dummy.greet", { text, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) });
  const kept = async (client: RawClient) => (await client.request("status"))["dummy"];
  const hello = "hello, my password=hunter2secret";
  let first: unknown;
  {
    await using daemon = await start(home);
    await using client = await home.connect({ token: true });
    await using watcher = await home.connect({ token: true });
    const { snapshot } = await watcher.request("subscribe", { topics: ["dummy"] });
    assertEquals((snapshot as Json)["dummy"], { greetings: [] });
    first = (await greet(client, hello, "k1")).result;
    assertEquals((await greet(client, hello, "k1")).result, first);
    assertEquals((await greet(client, "another text", "k1")).error?.data?.["name"], "conflict");
    await client.request("session.update", { sessionId: "s", agent: "test", idempotencyKey: "k2" });
    assertEquals((await greet(client, "with the key of another change", "k2")).error?.data?.["name"], "conflict");
    const { type, data } = await watcher.nextEvent();
    assertEquals([type, JSON.stringify(data).includes("hunter2secret")], ["dummy.greeted", false]);
    assertEquals(await kept(client), { prompts: 0, greetings: 1 });
    daemon.kill("SIGKILL");
    await daemon.exit(10_000);
  }
  await using _daemon = await start(home);
  await using client = await home.connect({ token: true });
  assertEquals((await greet(client, hello, "k1")).result, first);
  assert((await client.call("Greet", { text: "a second" })).result);
  const refused = (await greet(client, "a third")).error;
  assertEquals(
    [refused?.data?.["name"], refused?.message, refused?.data?.["hint"]],
    [
      "conflict",
      "there are 2 greetings already",
      "agent-console config set dummy.max N, then agent-console daemon reload",
    ],
  );
  assertEquals(await kept(client), { prompts: 0, greetings: 2 });
  assertEquals((await client.request("dump"))["dummy"], { greetings: ["hello, my password=***", "a second"] });
  const { code, stdout } = await home.cli(["status", "-v"]);
  assertEquals([code, /dummy +prompts 0, greetings 2\n/.test(stdout)], [0, true], stdout);
});

Deno.test("F4 a feature that cannot start ends the start: those before it are stopped, and nothing stays behind", async () => {
  await using home = await TestHome.create();
  {
    await using daemon = await spawn(home, "broken_daemon.ts");
    const { code, stderr } = await daemon.exit(20_000);
    assertEquals([code, stderr.includes("refused: broken cannot start")], [70, true], stderr);
  }
  const told = ["dummy started", "dummy stopped", "the daemon could not start"].map((words) =>
    log(home).includes(words)
  );
  assertEquals(told, [true, true, true], log(home));
  assertEquals(["daemon.sock", "daemon.pid", "daemon.token"].filter((name) => exists(home.path(name))), []);
  await using _daemon = await start(home);
  await using client = await home.connect({ token: true });
  const { journal } = await client.request("status") as ResultOf<"status">;
  assertEquals([journal.readOnly, journal.ok], [false, true]);
});

Deno.test("P5 rows of features: named after their feature, none twice, every mutating one takes an idempotencyKey", () => {
  const names = new Set<string>(Object.keys(METHODS).flatMap((name) => [name, ...METHODS[name as MethodName].aliases]));
  for (const { name: feature, methods = {} } of features as readonly AnyFeature[]) {
    for (const [name, { aliases, mutates, params }] of Object.entries(methods)) {
      assert(name.startsWith(`${feature}.`), name);
      assertEquals("idempotencyKey" in (params as unknown as { entries: object }).entries, mutates, name);
      for (const word of [name, ...aliases]) {
        assert(!names.has(word), word);
        names.add(word);
      }
    }
  }
  assert(names.has("dummy.greet"));
});

Deno.test("F a feature's own section nests, is shown, reloaded and told to need a restart where the sandbox hangs on it", async () => {
  await using home = await TestHome.create();
  const write = (greeting: string, folder: string) =>
    Deno.writeTextFileSync(
      home.path("config.jsonc"),
      `{ "dummy": {\n  "greeting": "${greeting}",\n  "source": { "folder": "${folder}" },\n` +
        `  "targets": { "one": { "prompts": 3 }, "two": {} },\n  "sauce": 1\n} }\n`,
    );
  await Deno.mkdir(home.dir, { mode: 0o700 });
  write("hi", "/usr/share/one");
  await using _daemon = await start(home);
  await using client = await home.connect({ token: true });
  const origin = (place: string) => `${home.path("config.jsonc")}:${place}`;
  const shown = async () => {
    const { values } = await client.request("config.get") as ResultOf<"config.get">;
    return Object.fromEntries(Object.entries(values).filter(([key]) => key.startsWith("dummy.")));
  };
  assertEquals(await shown(), {
    "dummy.greeting": { value: "hi", origin: origin("2:3") },
    "dummy.max": { value: 2, origin: "default" },
    "dummy.source.folder": { value: "/usr/share/one", origin: origin("3:15") },
    "dummy.targets.one.prompts": { value: 3, origin: origin("4:25") },
    "dummy.targets.two.prompts": { value: 10, origin: "default" },
  });

  write("hey", "/usr/share/other");
  assertEquals(await client.request("config.reload"), {
    applied: ["dummy.greeting"],
    needsRestart: ["dummy.source.folder"],
    warnings: [`${origin("5:3")} dummy.sauce is not a known key, did you mean dummy.source?`],
  });
  assertEquals((await client.request("status"))["needsRestart"], ["dummy.source.folder"]);
  const told = '"dummy reloaded","greeting":"hey","prompts":13,"booted":"/usr/share/one"';
  await eventually(() => log(home).includes(told), 20_000, "what the dummy says of it"); // the log is written a little later

  write("hey", "not absolute");
  const refused = await client.call("config.reload");
  assertEquals(
    refused.error?.message,
    `${origin("3:15")} dummy.source.folder is "not absolute", expected an absolute path without commas`,
  );
});

Deno.test("A7 what a feature declares is in the sandbox, with its reason", () => {
  assert(permissions.some(({ kind, values }) => kind === "read" && values.includes("/usr/share/dummy")));
  assertEquals(featurePermissions({ config: initialSettings(SCHEMA), env: () => undefined, exists: () => true }), [
    { kind: "run", values: ["/usr/bin/realpath"], reason: "see where links of a workspace lead" },
    { kind: "run", values: ["/bin/ps"], reason: "learn which agents still live" },
    {
      kind: "env",
      values: ["OTEL_DENO", "OTEL_EXPORTER_OTLP_ENDPOINT"],
      reason: "whether telemetry is on, and where to",
    },
  ]);
});
