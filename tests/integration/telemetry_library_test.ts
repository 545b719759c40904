/** M2: the library of OpenTelemetry is loaded where telemetry is on, and only there. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { initialSettings } from "../../src/config/values.ts";
import { featurePermissions, SCHEMA } from "../../src/daemon/features.ts";
import { homePaths } from "../../src/platform/home_paths.ts";
import { daemonFlags } from "../../src/platform/sandbox.ts";
import { exists } from "../support/exists.ts";
import { REPOSITORY, TestHome } from "../support/harness.ts";

/** A configuration of Deno as ours, where the library is a file with nothing in it: whoever loads it fails. */
async function withoutLibrary(folder: string): Promise<string> {
  const { imports, permissions } = JSON.parse(await Deno.readTextFile(`${REPOSITORY}/deno.json`));
  await Deno.writeTextFile(`${folder}/library.ts`, "export {};\n");
  const changed = { ...imports, "@opentelemetry/api": `${folder}/library.ts` };
  const config = { nodeModulesDir: "none", imports: changed, permissions };
  await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(config));
  // With the pinned versions nothing is asked of a registry, whatever the cache has.
  await Deno.copyFile(`${REPOSITORY}/deno.lock`, `${folder}/deno.lock`);
  return `${folder}/deno.json`;
}

Deno.test("M2 F4 the library is not loaded while telemetry is off, and costs the telemetry alone where it cannot be loaded", async () => {
  for (const on of [false, true]) {
    await using home = await TestHome.create();
    const config = await withoutLibrary(home.root);
    const paths = homePaths(home.dir);
    const sandbox = daemonFlags({
      paths,
      socketPath: paths.socket,
      pidFilePath: paths.pid,
      form: "source",
      permissions: featurePermissions({ config: initialSettings(SCHEMA), env: () => undefined, exists }),
    });
    const flags = sandbox.map(({ flag }) => flag);
    const entry = `${REPOSITORY}/src/daemon/main.ts`;
    const argv = [Deno.execPath(), "run", `--config=${config}`, ...flags, entry, "--home", home.dir];
    // Nobody listens at port 1.
    const otel = on ? { OTEL_DENO: "true", OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" } : {};
    await using daemon = home.spawnArgv(argv, { ...home.command([]).env, ...otel });
    await home.ready(() => daemon.ended);
    await using client = await home.connect({ token: true });
    const { telemetry } = await client.request("status") as { telemetry?: { on: boolean; problem: string } };
    if (!on) assertEquals(telemetry, undefined);
    else {
      assertEquals(telemetry?.on, false);
      assertStringIncludes(telemetry?.problem ?? "", "'@opentelemetry/api' does not provide");
    }
    daemon.kill("SIGTERM");
    assertEquals((await daemon.exit(10_000)).code, 0);
  }
});
