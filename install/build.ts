/**
 * What `deno task bundle` and `deno task compile` make. Everything is built in a temporary folder and published only
 * when all of it is there, so that a failure leaves no half of a program behind.
 */
import { fillTemplate } from "../src/lib/fill_template.ts";
import { shellQuote } from "../src/lib/shell_quote.ts";
import launcherTemplate from "./build_launcher.sh" with { type: "text" };
import { clientContext } from "../src/client/endpoint.ts";
import { daemonLaunch } from "../src/daemon/launch.ts";
import { daemonArgs } from "../src/daemon/options.ts";
import { CLIENT_FLAGS, HOOK_LAUNCHER, STATUSLINE_LAUNCHER } from "../src/platform/program.ts";
import { type ProgramRef, RUNTIME_ENV } from "../src/platform/sandbox.ts";
import { BUILT, PARTS } from "../src/platform/prebuilt.ts";
import { VERSION } from "../src/protocol/version.ts";
import { checkMachine, compileArgs, type Target } from "./compile_targets.ts";
import { bundleModules, type ModuleOptions } from "./modules.ts";
import { buildError, innermost, run } from "./run_deno.ts";

const CLIENT = "agent-console";
const DAEMON = "agent-consoled";

/** What agents' settings name, as it lies beside this file; the first only those that earlier versions wrote. */
const FOR_AGENTS: readonly string[] = [HOOK_LAUNCHER, STATUSLINE_LAUNCHER];
const LAUNCHED: readonly string[] = ["deno.json", CLIENT, DAEMON, ...FOR_AGENTS];
export const COMPILED_FILES: readonly string[] = [DAEMON, CLIENT, BUILT.capsule, ...FOR_AGENTS];

/** The first compilation downloads the runtime, some 40 MB. */
const COMPILE_MS = 300_000;
const VERSION_MS = 20_000;

export interface BuildOptions extends Pick<ModuleOptions, "env"> {
  /** The home folder to build for; by default the one that the environment names. */
  readonly home?: string;
}

export interface CompileOptions extends BuildOptions {
  /** The machine to compile for; by default this one. */
  readonly target?: Target | undefined;
}

/**
 * The bundle with its launchers, into an existing folder.
 *
 * @returns the names of its files
 * @throws {ConsoleError} `failed` with one line; `config_invalid`, `unsafe_path` from the sandbox of this user's home
 */
export async function buildBundle(folder: string, options: BuildOptions = {}): Promise<readonly string[]> {
  const daemon = await confined({ form: "bundle", deno: "deno", entry: `${DAEMON}.js` }, options.home);
  const modules = await bundleModules(folder, options);
  await copyForAgents(folder);
  await launcher(folder, CLIENT, CLIENT_FLAGS, []);
  await launcher(folder, DAEMON, ["run", ...daemon.flags], daemon.args);
  return [...modules, ...LAUNCHED];
}

/**
 * The two compiled programs and the one for capsules' processes, into an existing folder: {@link COMPILED_FILES}, and what they were made of.
 *
 * @throws {ConsoleError} `failed` with one line; `config_invalid`, `unsafe_path` from the sandbox of this user's home
 */
export async function buildCompiled(folder: string, options: CompileOptions = {}): Promise<void> {
  const daemon = await confined({ form: "compiled", binary: DAEMON }, options.home);
  await copyForAgents(folder);
  await bundleModules(folder, { ...options, literalImports: true });
  await compile(folder, DAEMON, daemon.flags, daemon.args, options);
  await compile(folder, CLIENT, ["-A"], [], options);
}

/**
 * Whether what was compiled is our program for that machine: on a wrong base (DENORT_BIN) it is another. One for another
 * machine cannot be run here; its file says which machine it is for.
 *
 * @throws {ConsoleError} `failed`
 */
export async function checkCompiled(folder: string, target?: Target): Promise<void> {
  if (target !== undefined) { for (const name of [CLIENT, DAEMON]) await checkMachine(`${folder}/${name}`, target); }
  if (target !== undefined && target !== Deno.build.target) return;
  const { stdout } = await run([`${folder}/${CLIENT}`, "--version"], { cwd: folder, ms: VERSION_MS });
  const said = stdout.split("\n")[0] ?? "";
  if (said === `agent-console ${VERSION}`) return;
  throw buildError(
    `the compiled program calls itself "${said}", expected "agent-console ${VERSION}"`,
    "unset DENORT_BIN, or let it name the runtime base of this Deno",
  );
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
    const isPart = Object.values(PARTS).some((prefix) => name.startsWith(prefix));
    if (isPart && !names.includes(name)) await Deno.remove(`${to}/${name}`);
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

/** What agents' settings name, into an existing folder. */
export async function copyForAgents(folder: string, names: readonly string[] = FOR_AGENTS): Promise<void> {
  for (const name of names) {
    await Deno.writeTextFile(`${folder}/${name}`, await Deno.readTextFile(new URL(name, import.meta.url)));
  }
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
  const text = fillTemplate(launcherTemplate, values);
  await Deno.writeTextFile(`${folder}/${name}`, text, { mode: 0o755 });
}

async function compile(
  folder: string,
  name: string,
  flags: readonly string[],
  args: readonly string[],
  { env, target }: CompileOptions,
): Promise<void> {
  const argv = [Deno.execPath(), ...compileArgs({ name, flags, args, target })];
  const { code, stderr } = await run(argv, { cwd: folder, ms: COMPILE_MS, env });
  if (code === 0) return;
  const host = /Setting up base binary[\s\S]*? for url \(\w+:\/\/([^/)\s]+)/.exec(stderr)?.[1];
  const message = host === undefined
    ? `deno compile failed (${innermost(stderr)})`
    : `the runtime base could not be downloaded from ${host} (${innermost(stderr)})`;
  throw buildError(message, "deno task install, which works offline");
}
