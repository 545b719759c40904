/**
 * `deno task compile`. The runtime base may be out of reach where the tests run, so Deno's own binary stands in for it:
 * the result is no program, but what Deno embedded in it can be read and compared.
 */
import { longTest } from "../support/long_step.ts";
import { exists } from "../support/exists.ts";
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { buildCompiled, checkCompiled } from "../../install/build.ts";
import { homePaths } from "../../src/platform/home_paths.ts";
import { daemonFlags } from "../../src/platform/sandbox.ts";
import { defaultPermissions } from "../support/default_permissions.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { denoDir } from "../support/harness_guard.ts";
import { REPOSITORY } from "../support/harness.ts";
import { run } from "../support/harness_process.ts";
import { BUILD_MS } from "../support/harness_wait.ts";

interface Embedded {
  readonly argv: readonly string[];
  readonly permissions: Readonly<Record<string, readonly string[] | boolean | null>>;
  readonly code_cache_key: unknown;
  readonly entrypoint_key: string;
}

/**
 * What `deno compile` embedded: behind the magic word, written twice, the length of a JSON text in 8 bytes, then the text
 * (cli/lib/standalone/binary.rs in the source of Deno 2.9).
 */
function embedded(path: string): Embedded {
  const bytes = Deno.readFileSync(path);
  const magic = new TextEncoder().encode("d3n0l4ndd3n0l4nd");
  for (let at = bytes.indexOf(100); at >= 0; at = bytes.indexOf(100, at + 1)) {
    if (!magic.every((byte, i) => bytes[at + i] === byte)) continue;
    const from = at + magic.length + 8;
    const length = Number(new DataView(bytes.buffer).getBigUint64(from - 8, true));
    return JSON.parse(new TextDecoder().decode(bytes.subarray(from, from + length)));
  }
  throw new Error(`${path} has no embedded section`);
}

/** What is granted or refused by name; `null` is nothing, an empty list is everything. */
function named(permissions: Embedded["permissions"]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(permissions).filter(([, value]) => value !== null));
}

/** The same from flags and the set in deno.json. */
function expected(flags: readonly string[]): Record<string, unknown> {
  const { permissions } = JSON.parse(Deno.readTextFileSync(`${REPOSITORY}/deno.json`));
  const lists: Record<string, string[]> = {};
  for (const flag of flags) {
    const [, name = "", values = ""] = /^--((?:allow|deny)-\w+)(?:=(.*))?$/.exec(flag) ?? [];
    if (name !== "") (lists[name.replace("-", "_")] ??= []).push(...(values === "" ? [] : values.split(",")));
  }
  // Every module that a compiled program may import is inside it; Deno grants those, and refuses the others.
  return { ...lists, allow_sys: permissions.daemon.sys, allow_import: [], prompt: false };
}

longTest("compile embeds exactly the permissions and arguments of the module that computes them", async () => {
  const work = await Deno.makeTempDir();
  try {
    const paths = homePaths(`${work}/ho me`);
    const socketPath = `${work}/out side.sock`;
    await Deno.mkdir(paths.root, { mode: 0o700 });
    const config = JSON.stringify({ daemon: { ipc_socket_path: socketPath } });
    await Deno.writeTextFile(paths.configJsonc, config, { mode: 0o600 });
    await buildCompiled(work, { home: paths.root, env: { DENORT_BIN: Deno.execPath() } });

    const daemon = embedded(`${work}/agent-consoled`);
    const permissions = defaultPermissions(paths.root);
    const sandbox = { paths, socketPath, pidFilePath: paths.pid, permissions, form: "compiled" } as const;
    assertEquals(named(daemon.permissions), expected(daemonFlags(sandbox).map(({ flag }) => flag)));
    assertEquals(daemon.argv, ["--home", paths.root]);
    assertEquals([daemon.entrypoint_key, daemon.code_cache_key], ["agent-consoled.js", null]);

    const client = embedded(`${work}/agent-console`);
    assertEquals(client.argv, []);
    assertEquals([client.entrypoint_key, client.code_cache_key], ["agent-console.js", null]);
    assertEquals(client.permissions["allow_run"], []);

    const refused = await assertRejects(() => checkCompiled(work), ConsoleError);
    assertMatch(refused.message, /^the compiled program calls itself "deno .*", expected "agent-console /);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
});

Deno.test("compile without the runtime base: one line, exit 1, nothing is left", async () => {
  const work = await Deno.makeTempDir();
  try {
    const mine = Deno.env.toObject();
    // What the bundle needs of the network is fetched before it is taken away.
    await Deno.writeTextFile(`${work}/a.js`, "");
    const warm = [Deno.execPath(), "bundle", "-q", "-o", `${work}/b.js`, `${work}/a.js`];
    assertEquals((await run(warm, { env: mine, timeoutMs: BUILD_MS })).code, 0);
    const env = {
      ...mine,
      AGENT_CONSOLE_HOME: `${work}/home`,
      TMPDIR: `${work}/tmp`,
      DENO_DIR: await cacheWithoutBase(`${work}/cache`),
      // No proxy listens there.
      HTTPS_PROXY: "http://127.0.0.1:1",
    };
    await Deno.mkdir(env.TMPDIR);
    const argv = [Deno.execPath(), "run", "-A", "install/build_main.ts", "compile", `${work}/dist`];
    const outcome = await run(argv, { env, cwd: REPOSITORY, timeoutMs: BUILD_MS });
    assertEquals([outcome.code, outcome.stdout], [1, ""]);
    assertMatch(
      outcome.stderr,
      /^error: the runtime base could not be downloaded from \S+ \(.+\)\nhint: deno task install, which works offline\n$/,
    );
    assertEquals(exists(`${work}/dist`), false);
    assertEquals(await Array.fromAsync(Deno.readDir(env.TMPDIR)), []);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
});

/** The module cache of whoever runs the tests, with esbuild, without the runtime bases that it may hold. */
async function cacheWithoutBase(to: string): Promise<string> {
  await Deno.mkdir(`${to}/dl`, { recursive: true });
  for await (const { name } of Deno.readDir(denoDir())) {
    if (name !== "dl") await Deno.symlink(`${denoDir()}/${name}`, `${to}/${name}`);
  }
  for await (const { name } of Deno.readDir(`${denoDir()}/dl`)) {
    if (name.startsWith("esbuild")) await Deno.symlink(`${denoDir()}/dl/${name}`, `${to}/dl/${name}`);
  }
  return to;
}
