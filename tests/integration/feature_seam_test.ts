/** The seam that features plug into: one folder and one line, tried with a feature that the program does not have. */
import { assert, assertEquals } from "@std/assert";
import { initialSettings } from "../../src/config/values.ts";
import { featurePermissions, FEATURES, SCHEMA } from "../../src/daemon/features.ts";
import { homePaths } from "../../src/platform/home.ts";
import { daemonFlags } from "../../src/platform/sandbox.ts";
import { dummy } from "../support/dummy_feature/mod.ts";
import { exists } from "../support/exists.ts";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import type { Running } from "../support/harness_process.ts";
import { eventually } from "../support/harness_wait.ts";

const permissions = featurePermissions({ config: initialSettings(SCHEMA), env: () => undefined, exists }, [
  ...FEATURES,
  dummy,
]);

/** The daemon with the dummy in its list, inside the sandbox that the list declares. */
async function start(home: TestHome): Promise<Running> {
  const paths = homePaths(home.dir);
  const sandbox = daemonFlags({
    paths,
    socketPath: paths.socket,
    pidFilePath: paths.pid,
    form: "source",
    permissions,
  });
  const flags = sandbox.map(({ flag }) => flag);
  const { env } = home.command([]);
  const entry = `${REPOSITORY}/tests/support/dummy_feature/daemon.ts`;
  const daemon = home.spawnArgv([Deno.execPath(), "run", ...flags, entry, "--home", home.dir], env);
  await home.ready(() => daemon.ended);
  return daemon;
}

const prompt = { session_id: "s1", hook_event_name: "UserPromptSubmit", cwd: "/x", prompt: "go" };
const log = (home: TestHome) => Deno.readTextFileSync(home.path("logs/daemon.log"));

Deno.test("F a feature is one folder and one line: its methods, state, service and permissions are there", async () => {
  await using home = await TestHome.create();
  {
    await using daemon = await start(home);
    await using client = await home.connect({ token: true });
    for (let i = 0; i < 3; i++) await client.request("session.report", { agent: "claude", event: prompt });
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

Deno.test("A7 what a feature declares is in the sandbox, with its reason", () => {
  assert(permissions.some(({ kind, values }) => kind === "read" && values.includes("/usr/share/dummy")));
  assertEquals(featurePermissions({ config: initialSettings(SCHEMA), env: () => undefined, exists: () => true }), [
    { kind: "run", values: ["/bin/ps"], reason: "learn which agents still live" },
  ]);
});
