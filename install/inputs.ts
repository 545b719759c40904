/** What each prebuilt file is made of, so that whoever wants to run it can see whether the sources have changed since. */
import { BUILT, type BuiltName, type Inputs, type Stamp, stampOf } from "../src/platform/prebuilt.ts";
import { ENTRIES, SOURCE } from "./modules.ts";
import { buildError, reason, run } from "./run_deno.ts";

interface Graph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly code?: { readonly specifier?: string };
      readonly isDynamic?: boolean;
    }[];
  }[];
}

/** By path below the sources. */
export type Snapshot = ReadonlyMap<string, Stamp>;

const HERE = new URL("..", import.meta.url).href;

/** The sources as they are now: to be taken before anything is made of them. */
export async function snapshot(): Promise<Snapshot> {
  const found = new Map<string, Stamp>();
  const take = (path: string) => found.set(path, stampOf(`${SOURCE}${path}`));
  const walk = async (folder: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(`${SOURCE}${folder}`)) {
      if (isDirectory) await walk(`${folder}/${name}`);
      else take(`${folder}/${name}`);
    }
  };
  for (const path of ["deno.json", "deno.lock"]) take(path);
  for (const folder of ["src", "install"]) await walk(folder);
  return found;
}

/** Writes the inputs beside each file in `folder`. @throws {ConsoleError} `failed` with one line */
export async function writeInputs(folder: string, sources: Snapshot, ms: number): Promise<void> {
  // The hook's entry imports all parts of the client.
  const [client, daemon] = await Promise.all([graph(ENTRIES.hook, ms), graph(ENTRIES.daemon, ms)]);
  for (const [name, file] of Object.entries(BUILT)) {
    const modules = name === "daemon" ? daemon : client;
    const paths = inputs(modules, ENTRIES[name as BuiltName], { later: name !== "hook" });
    const files = paths.map((path) => {
      const taken = sources.get(path);
      if (taken === undefined) throw buildError(`${path} appeared during the build`, "build again");
      return [path, ...taken] as const;
    });
    const text = JSON.stringify({ deno: Deno.version.deno, files } satisfies Inputs);
    await Deno.writeTextFile(`${folder}/${file}.inputs`, text);
  }
}

async function graph(entry: string, ms: number): Promise<Graph> {
  const { code, stdout, stderr } = await run([Deno.execPath(), "info", "--json", entry], { cwd: SOURCE, ms });
  if (code !== 0) throw buildError(`deno info refused ${entry} (${reason(stderr)})`);
  return JSON.parse(stdout) as Graph;
}

/** Paths of the files that `entry` loads, `later` ones too, and of what says which packages they are given. */
function inputs({ modules }: Graph, entry: string, { later }: { readonly later: boolean }): readonly string[] {
  const bySpecifier = new Map(modules.map((module) => [module.specifier, module]));
  const seen = new Set([`${HERE}${entry}`]);
  for (const specifier of seen) {
    for (const { code, isDynamic } of bySpecifier.get(specifier)?.dependencies ?? []) {
      if (code?.specifier !== undefined && (later || !isDynamic)) seen.add(code.specifier);
    }
  }
  const all = [...seen];
  const own = all.filter((specifier) => specifier.startsWith(HERE))
    .map((specifier) => decodeURIComponent(specifier.slice(HERE.length)));
  return [...own, "deno.json", ...(all.some((specifier) => specifier.startsWith("npm:")) ? ["deno.lock"] : [])];
}
