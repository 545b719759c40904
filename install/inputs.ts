/** What each prebuilt file is made of, so that whoever wants to run it can see whether the sources have changed since. */
import { BUILT, type BuiltName, type Inputs, PARTS, type Stamp, stampOf } from "../src/platform/prebuilt.ts";
import { ENTRIES, SOURCE } from "./modules.ts";
import { PAGE_ENTRY, PAGE_FILE } from "./page.ts";
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

/** How the page is compiled. */
const PAGE_CONFIG = "src/page/deno.json";
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

/** What each file is made of, but for its outputs, which need not be there yet. @throws {ConsoleError} `failed` with one line */
export async function inputsOf(sources: Snapshot, ms: number): Promise<ReadonlyMap<BuiltName, Inputs["files"]>> {
  // The hook's entry imports all parts of the client.
  const [client, daemon, page, capsule] = await Promise.all(
    [ENTRIES.hook, ENTRIES.daemon, PAGE_ENTRY, ENTRIES.capsule].map((entry) => graph(entry, ms)),
  ) as [Graph, Graph, Graph, Graph];
  return new Map((Object.keys(BUILT) as BuiltName[]).map((name) => {
    const all = name === "daemon" ? daemon : name === "capsule" ? capsule : client;
    const own = loaded(all, ENTRIES[name], { later: name !== "hook" });
    const paths = new Set([
      ...own,
      ...(name === "daemon" ? [...loaded(page, PAGE_ENTRY, { later: true }), PAGE_CONFIG] : []),
    ]);
    const files = [...paths].map((path) => {
      const taken = sources.get(path);
      if (taken === undefined) throw buildError(`${path} appeared during the build`, "build again");
      return [path, ...taken] as const;
    });
    return [name, files];
  }));
}

/** Writes the inputs beside each file in `folder`, which holds all of them. */
export async function writeInputs(folder: string, inputs: ReadonlyMap<BuiltName, Inputs["files"]>): Promise<void> {
  const made = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  for (const [name, files] of inputs) {
    const part = name === "daemon" || name === "quick" ? PARTS[name] : undefined;
    const belongs = (file: string) =>
      file === BUILT[name] || (part !== undefined && file.startsWith(part)) ||
      (name === "daemon" && file === "deno.json");
    const outputs = made.filter(belongs).sort().map((file) =>
      [file, Deno.lstatSync(`${folder}/${file}`).size] as const
    );
    const text = JSON.stringify({ deno: Deno.version.deno, files, outputs } satisfies Inputs);
    await Deno.writeTextFile(`${folder}/${BUILT[name]}.inputs`, text);
  }
}

async function graph(entry: string, ms: number): Promise<Graph> {
  const { code, stdout, stderr } = await run([Deno.execPath(), "info", "--json", entry], { cwd: SOURCE, ms });
  if (code !== 0) throw buildError(`deno info refused ${entry} (${reason(stderr)})`);
  return JSON.parse(stdout) as Graph;
}

/** Paths of the files that `entry` loads, `later` ones too, and of what says which packages they are given. */
function loaded({ modules }: Graph, entry: string, { later }: { readonly later: boolean }): readonly string[] {
  const bySpecifier = new Map(modules.map((module) => [module.specifier, module]));
  const seen = new Set([`${HERE}${entry}`]);
  for (const specifier of seen) {
    for (const { code, isDynamic } of bySpecifier.get(specifier)?.dependencies ?? []) {
      if (code?.specifier !== undefined && (later || !isDynamic)) seen.add(code.specifier);
    }
  }
  const all = [...seen];
  const own = all.filter((specifier) => specifier.startsWith(HERE))
    .map((specifier) => decodeURIComponent(specifier.slice(HERE.length)))
    // What the sources alone show; here it is made anew.
    .filter((path) => path !== PAGE_FILE);
  return [...own, "deno.json", ...(all.some((specifier) => specifier.startsWith("npm:")) ? ["deno.lock"] : [])];
}
