/** D3: `version --check` compares what is installed and what runs, says what to do, and asks no server. */
import { assertEquals, assertMatch } from "@std/assert";
import { programPaths } from "../../src/platform/program_folder.ts";
import { readInputs } from "../../src/platform/version_inputs.ts";
import { switchTo } from "../../src/platform/version_store.ts";
import { VERSION } from "../../src/protocol/version.ts";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { run } from "../support/harness_process.ts";

const OLDER = "0.0.9-0a0a0a0a";
const NEWER = "0.9.0-0b0b0b0b";

interface Checked {
  readonly code: number;
  readonly stderr: string;
  readonly said: Readonly<Record<"current" | "previous" | "daemon" | "hooks" | "clone", unknown>> & {
    readonly ok: boolean;
    readonly advice: readonly { readonly about: string; readonly hint: string }[];
  };
}

/** From the sources, in a sandbox that has the daemon's socket and no network: what looks for one ends with an error. */
async function check(home: TestHome): Promise<Checked> {
  const { env } = home.command([], { env: { AC_FROM_SOURCE: "1", HTTPS_PROXY: "http://127.0.0.1:1" } });
  const net = `--allow-net=unix:${home.socketPath}`;
  const flags = [
    "--no-prompt",
    "--cached-only",
    net,
    `--allow-write=${home.socketPath}`,
    "--allow-read",
    "--allow-env",
    "--allow-sys",
  ];
  const argv = [Deno.execPath(), "run", "-q", ...flags, `${REPOSITORY}/main.ts`, "version", "--check", "--json"];
  const { code, stdout, stderr } = await run(argv, { env, cwd: home.root });
  return { code, stderr, said: JSON.parse(stdout || `{"advice": []}`) };
}

/** Two versions, as an installation leaves them, made of a clone of two files. */
function install(home: TestHome): { readonly clone: string; readonly use: (name: string) => void } {
  const paths = programPaths(home.root, {})!;
  const clone = `${home.root}/clone`;
  for (const folder of ["src", "install"]) Deno.mkdirSync(`${clone}/${folder}`, { recursive: true });
  for (const file of ["deno.lock", "main.ts"]) Deno.writeTextFileSync(`${clone}/${file}`, "");
  Deno.writeTextFileSync(`${clone}/deno.json`, `{ "version": "${VERSION}" }`);
  for (const [at, name] of [OLDER, NEWER].entries()) {
    const folder = `${paths.root}/${name}`;
    Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
    Deno.writeTextFileSync(`${folder}/deno`, "a runtime", { mode: 0o700 });
    const inputs = readInputs(clone, `${folder}/deno`)!.content;
    const source = {
      clone,
      version: name.slice(0, 5),
      builtAt: `2026-01-0${at + 1}T00:00:00.000Z`,
      deno: "2.9.6",
      inputs,
    };
    Deno.writeTextFileSync(`${folder}/source.json`, JSON.stringify(source));
  }
  return { clone, use: (name) => switchTo(paths, name) };
}

Deno.test("D3 version --check: nothing installed and nothing running is no fault, and starts nothing", async () => {
  await using home = await TestHome.create();
  const { code, stderr, said } = await check(home);
  assertEquals([code, stderr], [0, ""]);
  assertEquals([said.ok, said.current, said.previous, said.daemon, said.hooks, said.clone], [
    ...[true, null, null, null, null, null],
  ]);
  assertEquals(await Array.fromAsync(Deno.readDir(home.root)), []);
});

Deno.test("D3 version --check without a network: another version installed, changed sources, an old stub, each with its cure", async () => {
  await using home = await TestHome.create();
  const { clone, use } = install(home);
  use(NEWER);
  await home.start();
  const stub = `${home.root}/.local/share/agent-console/hook`;
  const first = await check(home);
  assertEquals([first.code, first.stderr], [1, ""]);
  assertEquals(first.said.current, { version: "0.9.0", build: "0b0b0b0b" });
  assertEquals(first.said.previous, { version: "0.0.9", build: "0a0a0a0a" });
  assertEquals((first.said.daemon as { version: string }).version, VERSION);
  assertEquals(first.said.hooks, "current", "the start has written it");
  assertEquals(first.said.clone, { path: clone, version: VERSION, changed: false });
  assertEquals(first.said.advice.filter(({ about }) => about !== "daemon").map(({ about }) => about), ["command"]);

  await Deno.writeTextFile(stub, "# of another version\n");
  await Deno.writeTextFile(`${clone}/main.ts`, "// changed");
  const { code, said } = await check(home);
  const hints = said.advice.filter(({ about }) => about !== "daemon").map(({ about, hint }) => [about, hint]);
  assertEquals([code, hints], [1, [
    ["command", "run ~/.local/bin/agent-console, the installed one"],
    ["hooks", "agent-console daemon restart, which writes it anew"],
    ["clone", "agent-console update"],
  ]]);
  assertEquals((await home.cli(["daemon", "restart"])).code, 0);
  assertEquals((await check(home)).said.hooks, "current");

  await Deno.remove(clone, { recursive: true });
  assertEquals((await check(home)).said.clone, { path: clone, version: null, changed: null });
});

Deno.test("D3 version --check for people: a line for each, and what to do on stderr", async () => {
  await using home = await TestHome.create();
  install(home).use(OLDER);
  const { code, stdout, stderr } = await home.cli(["version", "--check"]);
  assertEquals(code, 1);
  assertMatch(
    stdout,
    /^this {6}0\.1\.0[^\n]*\ninstalled {1}0\.0\.9 \(build 0a0a0a0a\)\nbefore {4}0\.9\.0 \(build 0b0b0b0b\)\ndaemon {4}not running\nhook file none yet\nclone {5}~\/clone: 0\.1\.0, unchanged since\n$/,
  );
  assertMatch(stderr, /^note: this is 0\.1\.0[^\n]*, installed is 0\.0\.9 \(build 0a0a0a0a\)\nhint: run [^\n]*\n$/);
});

Deno.test("D3 version --check behind update --rollback says so, and asks for no update until the clone is a third version", async () => {
  await using home = await TestHome.create();
  const { clone, use } = install(home);
  const paths = programPaths(home.root, {})!;
  await Deno.writeTextFile(`${clone}/main.ts`, "// the newer one");
  const file = `${paths.root}/${NEWER}/source.json`;
  const source = JSON.parse(await Deno.readTextFile(file));
  const { content } = readInputs(clone, `${paths.root}/${NEWER}/deno`)!;
  await Deno.writeTextFile(file, JSON.stringify({ ...source, inputs: content }));
  use(OLDER);
  const abouts = ({ said }: Checked) => said.advice.map(({ about }) => about);
  const back = await check(home);
  assertEquals(back.said.clone, { path: clone, version: VERSION, changed: true, rolledBack: NEWER });
  assertEquals(abouts(back), ["command"]);
  await Deno.writeTextFile(`${clone}/main.ts`, "// a third one");
  const third = await check(home);
  assertEquals(third.said.clone, { path: clone, version: VERSION, changed: true });
  assertEquals(abouts(third), ["command", "clone"]);
});

Deno.test("D3 version --check reads plain files of the clone alone, and shows only a number as its version", async () => {
  await using home = await TestHome.create();
  const { clone, use } = install(home);
  use(NEWER);
  const found = async () => (await check(home)).said.clone;
  const pipe = async (path: string) => assertEquals((await run(["mkfifo", path], { env: {}, cwd: "/" })).code, 0);
  // Who opens a named pipe waits for a writer, and none comes.
  await pipe(`${clone}/src/pipe`);
  assertEquals(await found(), { path: clone, version: VERSION, changed: null });
  await Deno.remove(`${clone}/src/pipe`);
  for (const version of ["9.9.9\nhint: run something", "\u001b[2J9.9.9", "", "9.9"]) {
    await Deno.writeTextFile(`${clone}/deno.json`, JSON.stringify({ version }));
    assertEquals(await found(), { path: clone, version: null, changed: null }, version);
  }
  await Deno.remove(`${clone}/deno.json`);
  await pipe(`${clone}/deno.json`);
  assertEquals(await found(), { path: clone, version: null, changed: null });
});
