/** The page is served by each form of the program, and nothing on the disk is read for it; where it was not made, `/` says what to do. */
import { longTest } from "../support/long_step.ts";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { bundleModules } from "../../install/modules.ts";
import { Clone } from "../support/clone.ts";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { run } from "../support/harness_process.ts";
import { BUILD_MS } from "../support/harness_wait.ts";
import { freePort } from "../support/gateway.ts";

async function texts(port: number): Promise<{ readonly html: string; readonly script: Response }> {
  const at = `http://127.0.0.1:${port}/`;
  const signal = AbortSignal.timeout(10_000);
  const html = await (await fetch(at, { signal })).text();
  return { html, script: await fetch(`${at}page.js`, { signal }) };
}

/** What the module at `path` exports. */
async function scriptOf(path: string): Promise<string> {
  return (await import(`file://${encodeURI(path)}`)).default;
}

longTest("V3 sources without the page's script say how it is made, and serve it once it is", async () => {
  const port = freePort();
  await using home = await TestHome.create({ config: JSON.stringify({ gateway: { enabled: true, port } }) });
  const clone = new Clone(home);
  const source = { AC_FROM_SOURCE: "1" };
  const [started] = await clone.start([], source);
  assertEquals(started, `${clone.root}/src/daemon/main.ts`);
  const before = await texts(port);
  assertMatch(before.html, /The page is not built[\s\S]*deno task page/);
  assert(!before.script.ok);
  await before.script.body?.cancel();
  await clone.stop();

  const built = await clone.run([Deno.execPath(), "run", "-A", `${clone.root}/install/build_main.ts`, "page"]);
  assertEquals([built.code, built.stdout], [0, "dist/page.js is built\n"], built.stderr);
  await clone.start([], source);
  const after = await texts(port);
  assertMatch(after.html, /<script type="module" src="\/page\.js">/);
  assertEquals(await after.script.text(), await scriptOf(`${clone.root}/dist/page.js`));
  await clone.stop();

  // The prebuilt form carries its own, whatever lies in the sources' folder.
  await Deno.remove(`${clone.root}/dist`, { recursive: true });
  const [entry, said] = await clone.start(["--verbose"]);
  assert(entry.endsWith("/agent-consoled.js"), `${entry}: ${said}`);
  const prebuilt = await texts(port);
  assertMatch(prebuilt.script.headers.get("content-type") ?? "", /^text\/javascript/);
  assert((await prebuilt.script.text()).length > 10_000);
  await clone.stop();
});

Deno.test("V3 the bundle serves the page, in its sandbox", async () => {
  const port = freePort();
  await using home = await TestHome.create({ config: JSON.stringify({ gateway: { enabled: true, port } }) });
  const dist = `${home.root}/dist`;
  const argv = [Deno.execPath(), "run", "-A", "install/build_main.ts", "bundle", dist];
  // esbuild comes from where all packages come from.
  const env = { ...Deno.env.toObject(), AGENT_CONSOLE_HOME: home.dir };
  const built = await run(argv, { env, cwd: REPOSITORY, timeoutMs: BUILD_MS });
  assertEquals([built.code, built.stderr], [0, ""]);
  const { env: clean } = home.command([]);
  const started = await run([`${dist}/agent-console`, "daemon", "start"], { env: clean, cwd: home.root });
  assertEquals([started.code, started.stderr], [0, ""]);
  home.needPid();
  const { html, script } = await texts(port);
  assertMatch(html, /<script type="module" src="\/page\.js">/);
  assertEquals(await script.text(), await scriptOf(`${dist}/agent-consoled-page.js`));
});

Deno.test("V3 the page's script is made anew when a source of it changes, and is a part that the daemon names literally", async () => {
  const folder = await Deno.makeTempDir({ prefix: "ac-page-" });
  try {
    const names = await bundleModules(folder, { ms: BUILD_MS });
    const page = "agent-consoled-page.js";
    assert(names.includes(page));
    const naming = names.filter((name) => name.endsWith(".js")).filter((name) =>
      Deno.readTextFileSync(`${folder}/${name}`).includes(`import("./${page}"`)
    );
    assertEquals(naming.length, 1);
    const { inputsOf, snapshot } = await import("../../install/inputs.ts");
    const paths = (await inputsOf(await snapshot(), BUILD_MS)).get("daemon")?.map(([path]) => path) ?? [];
    for (const path of ["src/page/main.tsx", "src/page/style/base.css", "src/page/deno.json", "src/view/states.ts"]) {
      assert(paths.includes(path), `the daemon's build does not depend on ${path}`);
    }
    assert(!paths.includes("dist/page.js"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
