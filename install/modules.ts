/**
 * The program as a few minified files, made by Deno's bundler. `deno task bundle`, `deno task compile` and the prebuilt
 * form (src/client/prebuild.ts) are made of them.
 *
 * What a process loads is paid at its start, whether it runs or not. So each part of the program that is loaded for
 * itself is a file of its own: the hook's with the choice of the others, the quick commands, the status line, the command
 * line, the dashboard, the MCP server, the daemon, the program in a capsule's process. Two are cut into parts, because they load some of them later or never: the daemon (the log library, the
 * feeds, TOML) and the quick commands (starting a daemon). The command line is not: measured, it gains nothing.
 */
import { BUILT, PARTS } from "../src/platform/prebuilt.ts";
import { mergeStart } from "./merge_start.ts";
import { bundlePage, PAGE_IMPORT } from "./page.ts";
import { buildError, reason, run } from "./run_deno.ts";

export const SOURCE = decodeURIComponent(new URL("..", import.meta.url).pathname);

const BUNDLE_MS = 120_000;

export const ENTRIES: Readonly<Record<keyof typeof BUILT, string>> = {
  hook: "src/cli/bundled.ts",
  quick: "src/cli/fast_commands.ts",
  statusline: "src/client/statusline.ts",
  cli: "src/cli/mod.ts",
  dashboard: "src/dashboard/entry.ts",
  mcp: "src/mcp_server/entry.ts",
  daemon: "src/daemon/main.ts",
  capsule: "src/capsule_host/main.ts",
};
/** The page's script, in the daemon's folder. */
const PAGE = `${PARTS.daemon}page.js`;
/** What the hook's file names as the others' place, relative to its source. */
const OTHERS: Readonly<Record<string, string>> = {
  "./mod.ts": `./${BUILT.cli}`,
  "./fast_commands.ts": `./${BUILT.quick}`,
  "../client/statusline.ts": `./${BUILT.statusline}`,
  "../dashboard/entry.ts": `./${BUILT.dashboard}`,
  "../mcp_server/entry.ts": `./${BUILT.mcp}`,
};

/**
 * What only a daemon loads of its features. Clients know the features, for their settings and methods, but run none: these
 * and their packages, such as that of ACP, are left out of their files.
 */
export const RUN_BY_DAEMON: readonly string[] = [
  ...["desktop/notify", "command/notify", "ntfy/notify", "tmux/notify", "webhook/notify", "telegram/channel"].map(
    (name) => `src/channel/${name}.ts`,
  ),
  ...["capsule", "channel", "gateway", "telemetry", "turn"].map((feature) => `src/${feature}/running.ts`),
  "src/gateway/page_files.ts",
  "src/job/scheduler.ts",
];
/** As their features, which lie beside them, import them: the bundler goes by that word alone. */
const LEFT_OUT: readonly string[] = [...new Set(RUN_BY_DAEMON.map((path) => path.replace(/^.*\//, "./")))];

export interface ModuleOptions {
  /** Added to the environment of `deno`. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** The deadline for each command of `deno`. */
  readonly ms?: number;
  /** `deno compile` embeds what literal imports name; `deno run` reads all that they name at every start. */
  readonly literalImports?: boolean;
}

/**
 * The files, into an existing folder, with the deno.json that holds the daemon's permission set.
 *
 * @returns the names of the modules
 * @throws {ConsoleError} `failed` with one line
 */
export async function bundleModules(folder: string, options: ModuleOptions = {}): Promise<readonly string[]> {
  const work = await Deno.makeTempDir({ dir: folder });
  try {
    const { hook, daemon, quick, ...single } = ENTRIES;
    const externals = Object.keys(OTHERS).map((name) => `--external=${name}`);
    const ofDaemon = LEFT_OUT.map((name) => `--external=${name}`);
    // The first one alone: where the bundler is not in Deno's cache yet, two would download it over each other.
    await bundle([...externals, "-o", `${work}/hook.js`, hook], options);
    const others = await Promise.allSettled([
      bundle([...ofDaemon, "--outdir", `${work}/single`, ...Object.values(single)], options),
      bundle(["--code-splitting", "--outdir", `${work}/daemon`, daemon], options).then(() =>
        mergeStart({ folder: `${work}/daemon`, entry: "main.js", ms: BUNDLE_MS, ...options })
      ),
      bundle([...ofDaemon, "--code-splitting", "--outdir", `${work}/quick`, quick], options),
      bundlePage(`${folder}/${PAGE}`, { env: options.env, ms: options.ms ?? BUNDLE_MS }),
    ]);
    for (const one of others) if (one.status === "rejected") throw one.reason;
    await move(`${work}/hook.js`, `${folder}/${BUILT.hook}`, (text) => withOthers(text, options));
    for (const [name, entry] of Object.entries(single)) {
      const made = `${work}/single/${entry.replace(/^src\//, "").replace(/ts$/, "js")}`;
      const file = BUILT[name as keyof typeof single];
      const hasLibrary = name === "cli" || name === "dashboard";
      await move(
        made,
        `${folder}/${file}`,
        (text) => withPage(hasLibrary ? withNodeOnDemand(text, file) : text, options),
      );
    }
    const parts = [
      // In the daemon's sandbox a name that is found at run time could not be read.
      ...await moveParts(
        `${work}/daemon`,
        folder,
        "daemon",
        (text) => withPage(withoutNodeUtil(text), { literalImports: true }),
      ),
      ...await moveParts(`${work}/quick`, folder, "quick", (text) => withPage(atRunTime(text, options), options)),
    ];
    const { permissions } = JSON.parse(await Deno.readTextFile(`${SOURCE}deno.json`));
    await Deno.writeTextFile(`${folder}/deno.json`, `${JSON.stringify({ lock: false, permissions }, null, 2)}\n`);
    return [BUILT.hook, ...Object.keys(single).map((name) => BUILT[name as keyof typeof single]), ...parts, PAGE];
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function bundle(args: readonly string[], { env, ms = BUNDLE_MS }: ModuleOptions): Promise<void> {
  const { code, stderr } = await run([
    Deno.execPath(),
    "bundle",
    "-q",
    "--minify",
    `--external=${PAGE_IMPORT}`,
    ...args,
  ], { cwd: SOURCE, ms, env });
  if (code !== 0) {
    throw buildError(`deno bundle refused ${args.at(-1)} (${reason(stderr)})`);
  }
}

async function move(from: string, to: string, change = (text: string) => text): Promise<void> {
  await Deno.writeTextFile(to, change(await Deno.readTextFile(from)));
}

/** The hook's file with the names of the others, each of which it imports once. */
function withOthers(text: string, { literalImports }: ModuleOptions): string {
  for (const [from, to] of Object.entries(OTHERS)) {
    const parts = text.split(`import("${from}")`);
    if (parts.length !== 2) {
      throw buildError(`${ENTRIES.hook} imports ${from} ${parts.length - 1} times, expected once`);
    }
    text = parts.join(literalImports ? `import("${to}")` : `import(String("${to}"))`);
  }
  return text;
}

/**
 * The page's script lies beside the daemon, for which its name stays literal: what it names is read without a permission. Others
 * hold the same import, as they know the daemon's features, and never run it; nor what {@link RUN_BY_DAEMON} names.
 */
function withPage(text: string, { literalImports }: ModuleOptions): string {
  const name = literalImports ? `"./${PAGE}"` : `String("./${PAGE}")`;
  const changed = text.replaceAll(`import("${PAGE_IMPORT}"`, `import(${name}`);
  return LEFT_OUT.reduce((all, left) => all.replaceAll(`import("${left}")`, `import(String("${left}"))`), changed);
}

/** Literal imports of parts as such that are named at run time: what they name is read when it is run. */
function atRunTime(text: string, { literalImports }: ModuleOptions): string {
  return literalImports ? text : text.replace(/\bimport\(("[^"]+")\)/g, "import(String($1))");
}

/** A file and its parts, which get names that tell whose they are. */
async function moveParts(
  work: string,
  folder: string,
  name: keyof typeof PARTS,
  change: (text: string) => string,
): Promise<readonly string[]> {
  const files = await Array.fromAsync(Deno.readDir(work), ({ name }) => name);
  const own = ENTRIES[name].replace(/^.*\/(.*)\.ts$/, "$1.js");
  const names = new Map(files.map((file) => [file, file === own ? BUILT[name] : `${PARTS[name]}${file}`]));
  for (const [from, to] of names) {
    await move(`${work}/${from}`, `${folder}/${to}`, (text) => {
      const named = (all: string, file: string) => names.has(file) ? `"./${names.get(file)}"` : all;
      return change(text.replace(/"\.\/([\w.-]+\.js)"/g, named));
    });
  }
  return [...names.values()];
}

/**
 * The libraries of the command line and of the dashboard name Node's modules for what they are not used for here, such as
 * starting programs. They are loaded when one is touched: 37 ms of the 58 that loading the command line takes. The
 * minifier writes `from"…"` without a space: the text of OpenCode's plugin, which is a string in there, has one.
 */
function withNodeOnDemand(text: string, file: string): string {
  const builtin = (module: string) => `globalThis.process.getBuiltinModule("${module}")`;
  const changed = text
    .replace(
      /import ([\w$]+) from"(node:\w+)";/g,
      (_, name, module) => `const ${name}=new Proxy({},{get:(_,name)=>${builtin(module)}[name]});`,
    )
    .replace(/import\{performance as ([\w$]+)\}from"node:perf_hooks";/g, "const $1=globalThis.performance;")
    .replace(
      /import\{(\w+) as ([\w$]+)\}from"(node:(?:child_process|os|path|url|util))";/g,
      (_, member, name, module) => `const ${name}=(...a)=>${builtin(module)}.${member}(...a);`,
    );
  const left = new Set([...changed.matchAll(/\bfrom"(node:\w+)"/g)].map(([, module]) => module));
  // What each of them extends, from the first moment on.
  if ([...left].join() !== "node:events") {
    throw buildError(`${file} imports ${[...left].join(", ")} in an unknown form`);
  }
  return changed;
}

/**
 * The bundler takes the log library's variant for Node, which wants Node's `util.inspect`. Deno's own does the same
 * without Node's layer of files: 8 ms and 4 MB of every daemon.
 */
function withoutNodeUtil(text: string): string {
  const changed = text.replace(/import ([\w$]+) ?from ?"node:util";/g, "const $1={inspect:Deno.inspect};");
  if (changed.includes('"node:util"')) throw buildError("the daemon's bundle imports node:util in an unknown form");
  return changed;
}
