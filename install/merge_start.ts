/**
 * What a part of the program reads at its start, put into one file. The bundler makes a file for each set of late parts that
 * share a module, some 70 for the daemon; each costs a look-up, a read and a compilation of its own: 30 of 95 ms from the
 * spawn of a daemon to its first reply. Late parts then import from the one file what they imported from those.
 */
import { buildError, reason, run } from "./run_deno.ts";

/** As the minifier writes them: `import{a as b}from"./x.js"`, `import"./x.js"`. */
const NAMED_IMPORT = /import\{([^}]*)\}from"\.\/([\w.-]+\.js)"/g;
const BARE_IMPORT = /import"\.\/([\w.-]+\.js)";?/g;
const STATIC_IMPORT = /(?:\bfrom|\bimport)"\.\/([\w.-]+\.js)"/g;

export interface MergeOptions {
  /** Where the bundler put its files, and nothing else is. */
  readonly folder: string;
  /** The file that is run. */
  readonly entry: string;
  readonly ms: number;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** @throws {ConsoleError} `failed` where the bundler wrote what is not understood here */
export async function mergeStart({ folder, entry, ms, env }: MergeOptions): Promise<void> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  const texts = new Map(await Promise.all(names.map(async (name) => [name, await read(folder, name)] as const)));
  const start = closure(texts, entry);
  const late = names.filter((name) => !start.has(name));

  const exports = new Set<string>();
  for (const name of late) {
    const text = texts.get(name) ?? "";
    const changed = text
      .replace(NAMED_IMPORT, (all, members: string, from: string) => {
        if (!start.has(from)) return all;
        const renamed = members.split(",").map((member) => {
          const [name = "", local = name] = member.split(" as ");
          const unique = `${identifier(from)}${name}`;
          exports.add(`export{${name} as ${unique}}from"./${from}";`);
          return `${unique} as ${local}`;
        });
        return `import{${renamed}}from"./${entry}"`;
      })
      .replace(BARE_IMPORT, (all, from: string) => start.has(from) ? "" : all);
    for (const [quoted] of changed.matchAll(/"\.\/[\w.-]+\.js"/g)) {
      const from = quoted.slice(3, -1);
      // It is loaded with the start: an import() of it would be a second way to the same module.
      if (from !== entry && start.has(from)) throw buildError(`${name} imports ${from} in an unknown form`);
    }
    await Deno.writeTextFile(`${folder}/${name}`, changed);
  }

  const all = `${folder}/_start.js`;
  await Deno.writeTextFile(all, `import"./${entry}";\n${[...exports].sort().join("\n")}\n`);
  const externals = late.map((name) => `--external=./${name}`);
  const merged = `${folder}/_merged.js`;
  const argv = [Deno.execPath(), "bundle", "-q", "--minify", ...externals, "-o", merged, all];
  const { code, stderr } = await run(argv, { cwd: folder, ms, env });
  if (code !== 0) throw buildError(`deno bundle refused the parts of ${entry} (${reason(stderr)})`);
  for (const name of start) await Deno.remove(`${folder}/${name}`);
  await Deno.remove(all);
  await Deno.rename(merged, `${folder}/${entry}`);
}

async function read(folder: string, name: string): Promise<string> {
  return await Deno.readTextFile(`${folder}/${name}`);
}

/** The files that are loaded with `entry`, itself included. */
function closure(texts: ReadonlyMap<string, string>, entry: string): ReadonlySet<string> {
  const found = new Set([entry]);
  for (const name of found) {
    for (const [, from = ""] of (texts.get(name) ?? "").matchAll(STATIC_IMPORT)) if (texts.has(from)) found.add(from);
  }
  return found;
}

/** Of a file's name: `chunk-4PX6ZLSF.js` → `chunk_4PX6ZLSF_`. */
function identifier(file: string): string {
  return file.replace(/js$/, "").replaceAll(/[^\w]/g, "_");
}
