/**
 * The installed form: the bundle with its runtime and its launchers, in a folder that gets its name from what is in it.
 * Made in a process of its own (src/client/install_program.ts publishes it).
 */
import { fillTemplate } from "../src/lib/fill_template.ts";
import launcherTemplate from "./program_launcher.sh" with { type: "text" };
import { shellQuote } from "../src/lib/shell_quote.ts";
import { sha256Hex } from "../src/platform/hash.ts";
import { isOurs } from "../src/platform/prebuilt.ts";
import { CLIENT_FLAGS, STATUSLINE_LAUNCHER } from "../src/platform/program.ts";
import { keptName } from "../src/platform/environment.ts";
import { CACHE, SOURCE_FILE, VERSION_FOLDER } from "../src/platform/program_folder.ts";
import { RUNTIME_ENV } from "../src/platform/sandbox.ts";
import { filesHash, readInputs } from "../src/platform/version_inputs.ts";
import type { VersionSource } from "../src/platform/version_store.ts";
import { BUILD_MARK, VERSION } from "../src/protocol/version.ts";
import { copyForAgents } from "./build.ts";
import { bundleModules, SOURCE } from "./modules.ts";

const RUNTIME = "deno";
/** Each with the words behind its file; the daemon's computes its sandbox from the configuration of the moment. */
const LAUNCHERS: Readonly<Record<string, readonly string[]>> = { "agent-console": [], "agent-consoled": ["daemon"] };
const PROGRAM_MODE = 0o700;
const CLONE = SOURCE.replace(/\/$/, "");

/**
 * Fills `folder`, which lies in `root`; all of it is on the disk then.
 *
 * @param ms the deadline for each command of the bundler
 * @param written {@link VersionInputs.written} as it was before this process began, which runs some of them
 * @returns the name that the folder is to get in `root`
 * @throws {ConsoleError} `failed` with one line; the OS error
 */
export async function buildProgram(folder: string, root: string, ms: number, written?: string): Promise<string> {
  Deno.umask(0o077);
  await bundleModules(folder, { ms });
  await copyForAgents(folder, [STATUSLINE_LAUNCHER]);
  const runtime = await Deno.readFile(Deno.execPath());
  const runtimeHash = sha256Hex(runtime);
  const build = (await digest(folder, runtimeHash)).slice(0, 8);
  const name = `${VERSION}-${build}`;
  await markBuild(folder, build);
  await placeRuntime(`${folder}/${RUNTIME}`, root, runtime.length, runtimeHash);
  for (const [launcher, words] of Object.entries(LAUNCHERS)) {
    const text = launcherText(`${root}/${name}`, words);
    await Deno.writeTextFile(`${folder}/${launcher}`, text, { mode: PROGRAM_MODE });
  }
  const inputs = readInputs(CLONE, Deno.execPath());
  const source: VersionSource = {
    clone: CLONE,
    version: VERSION,
    builtAt: new Date().toISOString(),
    deno: Deno.version.deno,
    // What changed meanwhile may be in it or not: then nobody can say what it was made of.
    ...(inputs !== undefined && inputs.written === written ? { inputs: inputs.content, files: filesHash(folder) } : {}),
  };
  await Deno.writeTextFile(`${folder}/${SOURCE_FILE}`, `${JSON.stringify(source, null, 2)}\n`);
  await sync(folder);
  return name;
}

/** Of all files, and of what is still to come: the runtime and the text of the launchers. */
async function digest(folder: string, runtimeHash: string): Promise<string> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  const lines = await Promise.all(
    names.sort().map(async (name) => `${name} ${sha256Hex(await Deno.readFile(`${folder}/${name}`))}`),
  );
  return sha256Hex(new TextEncoder().encode([...lines, runtimeHash, launcherText("", [])].join("\n")));
}

async function markBuild(folder: string, build: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".js")) continue;
    const text = await Deno.readTextFile(`${folder}/${name}`);
    if (text.includes(BUILD_MARK)) await Deno.writeTextFile(`${folder}/${name}`, text.replaceAll(BUILD_MARK, build));
  }
}

/**
 * A second name of the one that another version runs with, where it is the same; else a copy. Never a link to the one that
 * we run with: where that lies, such as npm's cache, others write.
 */
async function placeRuntime(to: string, root: string, bytes: number, hash: string): Promise<void> {
  for await (const { name } of Deno.readDir(root)) {
    const candidate = `${root}/${name}/${RUNTIME}`;
    if (!VERSION_FOLDER.test(name) || !isOurs(candidate, "file", bytes)) continue;
    if (sha256Hex(await Deno.readFile(candidate)) === hash) return await Deno.link(candidate, to);
  }
  await Deno.copyFile(Deno.execPath(), to);
  await Deno.chmod(to, PROGRAM_MODE);
}

/** With whole paths: looking for its own folder would cost the launcher a process. */
function launcherText(folder: string, words: readonly string[]): string {
  const cache = `${folder.slice(0, folder.lastIndexOf("/"))}/${CACHE}`;
  const environment = Object.entries({ ...RUNTIME_ENV, DENO_DIR: cache }).map(([key, value]) => `${key}=${value}`);
  const values: Readonly<Record<string, string>> = {
    version: VERSION,
    environment: `export ${keptName("DENO_DIR")}="\${DENO_DIR-}" ${shellQuote(environment)}`,
    command: shellQuote([`${folder}/${RUNTIME}`, ...CLIENT_FLAGS, `${folder}/agent-console.js`, ...words]),
  };
  return fillTemplate(launcherTemplate, values);
}

/** A name must not reach the disk before its content does. */
async function sync(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    using file = await Deno.open(`${folder}/${name}`, { read: true });
    await file.sync();
  }
  using opened = await Deno.open(folder, { read: true });
  await opened.sync();
}
