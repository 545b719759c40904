/**
 * What `deno task bundle` and `deno task compile` make. Everything is built in a temporary folder and published only
 * when all of it is there, so that a failure leaves no half of a program behind.
 */
import { shellQuote } from "../src/lib/shell_quote.ts";
import launcherTemplate from "./build_launcher.sh" with { type: "text" };
import { clientContext } from "../src/client/endpoint.ts";
import { daemonLaunch } from "../src/daemon/launch.ts";
import { daemonArgs } from "../src/daemon/options.ts";
import { CLIENT_FLAGS } from "../src/platform/program.ts";
import { type ProgramRef, RUNTIME_ENV } from "../src/platform/sandbox.ts";
import { ConsoleError } from "../src/protocol/errors.ts";
import { VERSION } from "../src/protocol/version.ts";

const SOURCE = decodeURIComponent(new URL("..", import.meta.url).pathname);
const CLIENT = "agent-console";
const DAEMON = "agent-consoled";
/**
 * The command line is a file of its own: what it imports from Deno's Node modules is loaded with the file that holds
 * it, 15 ms that each event of each agent would pay.
 */
const COMMANDS = "agent-console-cli.js";
/** How files begin that hold what the daemon loads later. */
const PART = `${DAEMON}-`;

const LAUNCHED: readonly string[] = ["deno.json", COMMANDS, `${CLIENT}.js`, CLIENT, DAEMON];
export const COMPILED_FILES: readonly string[] = [DAEMON, CLIENT];

const BUNDLE_MS = 120_000;
/** The first compilation downloads the runtime, some 40 MB. */
const COMPILE_MS = 300_000;
const VERSION_MS = 20_000;

export interface BuildOptions {
  /** The home folder to build for; by default the one that the environment names. */
  readonly home?: string;
  /** Added to the environment of `deno`. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * The bundle with its launchers, into an existing folder.
 *
 * @returns the names of its files
 * @throws {ConsoleError} `failed` with one line; `config_invalid`, `unsafe_path` from the sandbox of this user's home
 */
export async function buildBundle(folder: string, options: BuildOptions = {}): Promise<readonly string[]> {
  const daemon = await confined({ form: "bundle", deno: "deno", entry: `${DAEMON}.js` }, options.home);
  const parts = await bundleModules(folder, options);
  await launcher(folder, CLIENT, CLIENT_FLAGS, []);
  await launcher(folder, DAEMON, ["run", ...daemon.flags], daemon.args);
  return [...parts, ...LAUNCHED];
}

/**
 * The two compiled programs, into an existing folder: {@link COMPILED_FILES}, and what they were made of.
 *
 * @throws {ConsoleError} `failed` with one line; `config_invalid`, `unsafe_path` from the sandbox of this user's home
 */
export async function buildCompiled(folder: string, options: BuildOptions = {}): Promise<void> {
  const daemon = await confined({ form: "compiled", binary: DAEMON }, options.home);
  await bundleModules(folder, options);
  await compile(folder, DAEMON, daemon.flags, daemon.args, options);
  await compile(folder, CLIENT, ["-A"], [], options);
}

/** Whether a compiled client is our program: on a wrong base (DENORT_BIN) it is another. @throws {ConsoleError} `failed` */
export async function checkCompiled(folder: string): Promise<void> {
  const { stdout } = await run([`${folder}/${CLIENT}`, "--version"], { cwd: folder, ms: VERSION_MS });
  const said = stdout.split("\n")[0] ?? "";
  if (said === `agent-console ${VERSION}`) return;
  throw cannot("compile", `the result calls itself "${said}", must be agent-console ${VERSION}; is DENORT_BIN right?`);
}

/** Moves `names` from one folder to another, each in one rename: a running program keeps its file. Parts of older ones go. */
export async function publish(from: string, to: string, names: readonly string[]): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for (const name of names) {
    const fresh = `${to}/.${name}.new`;
    await Deno.copyFile(`${from}/${name}`, fresh);
    await Deno.rename(fresh, `${to}/${name}`);
  }
  for await (const { name } of Deno.readDir(to)) {
    if (name.startsWith(PART) && !names.includes(name)) await Deno.remove(`${to}/${name}`);
  }
}

/** Flags and arguments of this user's daemon, from the one module that computes them. */
async function confined(
  daemon: ProgramRef,
  home: string | undefined,
): Promise<{ readonly flags: string[]; readonly args: string[] }> {
  const context = clientContext({ program: { client: [], daemon }, home, start: false });
  const { flags } = await daemonLaunch(context);
  // The home goes in with the permissions: AGENT_CONSOLE_HOME must not lead it to a folder that they refuse.
  const args = daemonArgs({ home: context.paths.root, ephemeral: false, verbose: false, tied: false });
  return { flags: flags.map(({ flag }) => flag), args };
}

async function bundleModules(folder: string, options: BuildOptions): Promise<readonly string[]> {
  const parts = await bundleInParts(folder, "src/daemon/main.ts", options);
  await bundle(folder, "src/cli/mod.ts", COMMANDS, options);
  await bundle(folder, "src/cli/bundled.ts", `${CLIENT}.js`, { ...options, external: { "./mod.ts": `./${COMMANDS}` } });
  const { permissions } = JSON.parse(await Deno.readTextFile(`${SOURCE}deno.json`));
  await Deno.writeTextFile(`${folder}/deno.json`, `${JSON.stringify({ lock: false, permissions }, null, 2)}\n`);
  return parts;
}

/**
 * The daemon: what it loads after its first hello (the log library, the feeds, TOML) are files of their own, because
 * reading a file costs its start whether it runs or not: 7 ms.
 */
async function bundleInParts(folder: string, entry: string, { env }: BuildOptions): Promise<readonly string[]> {
  const work = await Deno.makeTempDir({ dir: folder });
  try {
    await bundled(["--code-splitting", "--outdir", work, entry], entry, env);
    const files = await Array.fromAsync(Deno.readDir(work), ({ name }) => name);
    const own = entry.replace(/^.*\/(.*)\.ts$/, "$1.js");
    const names = new Map(files.map((name) => [name, name === own ? `${DAEMON}.js` : `${PART}${name}`]));
    for (const [from, to] of names) {
      const text = (await Deno.readTextFile(`${work}/${from}`))
        .replace(/"\.\/([\w.-]+\.js)"/g, (all, name: string) => names.has(name) ? `"./${names.get(name)}"` : all);
      await Deno.writeTextFile(`${folder}/${to}`, tidy(text));
    }
    return [...names.values()];
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

interface BundleOptions extends BuildOptions {
  /** Modules that stay outside, and where the bundle finds them instead. */
  readonly external?: Readonly<Record<string, string>>;
}

async function bundle(folder: string, entry: string, name: string, options: BundleOptions): Promise<void> {
  const external = Object.entries(options.external ?? {});
  const path = `${folder}/${name}`;
  await bundled([...external.map(([from]) => `--external=${from}`), "-o", path, entry], entry, options.env);
  let text = await Deno.readTextFile(path);
  for (const [from, to] of external) {
    const parts = text.split(`import("${from}")`);
    if (parts.length !== 2) {
      throw cannot("bundle", `${entry} imports ${from} ${parts.length - 1} times, must do so once`);
    }
    text = parts.join(`import("${to}")`);
  }
  await Deno.writeTextFile(path, tidy(text));
}

async function bundled(args: readonly string[], entry: string, env: BuildOptions["env"]): Promise<void> {
  const { code, stderr } = await run([Deno.execPath(), "bundle", "-q", ...args], { cwd: SOURCE, ms: BUNDLE_MS, env });
  if (code !== 0) throw cannot("bundle", `${entry} is refused by deno bundle (${reason(stderr)}), must be accepted`);
}

function tidy(text: string): string {
  // The bundler takes the log library's variant for Node, which wants Node's `util.inspect`. Deno's own does the same
  // without Node's layer of files: 8 ms and 4 MB of every daemon.
  return text.replace('import util from "node:util";', "const util = { inspect: Deno.inspect };")
    // esbuild names each module by its path; for packages that is a path of this machine's cache.
    .replace(/^(\/\/ | {2}")[^"\n]*?\/npm\/[^/\s"]+\/(?=[^\s"]+(?:$|"\(.*\) \{$))/gm, "$1npm:");
}

async function launcher(
  folder: string,
  name: string,
  flags: readonly string[],
  args: readonly string[],
): Promise<void> {
  const values: Readonly<Record<string, string>> = {
    name,
    environment: `export ${shellQuote(Object.entries(RUNTIME_ENV).map(([key, value]) => `${key}=${value}`))}`,
    flags: shellQuote(flags),
    entry: `${name}.js`,
    arguments: shellQuote(args),
  };
  const text = launcherTemplate.replace(/\{\{(\w+)\}\}( ?)/g, (_, key: string, space: string) => {
    const value = values[key] ?? "";
    return value === "" ? "" : value + space;
  });
  await Deno.writeTextFile(`${folder}/${name}`, text, { mode: 0o755 });
}

async function compile(
  folder: string,
  name: string,
  flags: readonly string[],
  args: readonly string[],
  options: BuildOptions,
): Promise<void> {
  // Deno would keep its code cache at a known name in the folder for temporary files, where anybody could put one.
  const argv = ["compile", "--no-code-cache", ...flags, "-o", name, `${name}.js`, ...args];
  const { code, stderr } = await run([Deno.execPath(), ...argv], { cwd: folder, ms: COMPILE_MS, env: options.env });
  if (code === 0) return;
  const host = /Setting up base binary[\s\S]*? for url \(\w+:\/\/([^/)\s]+)/.exec(stderr)?.[1];
  const what = host === undefined
    ? `deno compile refuses (${innermost(stderr)}), must accept`
    : `the runtime base cannot be downloaded from ${host} (${innermost(stderr)}), must be reachable`;
  throw cannot("compile", `${what}; deno task bundle works offline`);
}

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly cwd: string;
  readonly ms: number;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

async function run([program = "", ...args]: readonly string[], { cwd, ms, env }: RunOptions): Promise<Ran> {
  const signal = AbortSignal.timeout(ms);
  const output = await new Deno.Command(program, {
    args,
    cwd,
    env: { NO_COLOR: "1", ...RUNTIME_ENV, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal,
  }).output();
  const text = new TextDecoder();
  const stderr = signal.aborted ? `error: not done after ${ms / 1000} s` : text.decode(output.stderr);
  return { code: output.code, stdout: text.decode(output.stdout), stderr };
}

/** What Deno refuses, in one line. */
function reason(stderr: string): string {
  return /^error: (.+)$/mi.exec(stderr)?.[1] ?? stderr.trim().split("\n")[0] ?? "";
}

/** Why, at the end of the chain that Deno prints. */
function innermost(stderr: string): string {
  return [...stderr.matchAll(/^ +\d+: (?!<unknown>)(.+)$/gm)].at(-1)?.[1] ?? reason(stderr);
}

function cannot(what: "bundle" | "compile", why: string): ConsoleError {
  return new ConsoleError("failed", `Cannot ${what}: ${why}`);
}
