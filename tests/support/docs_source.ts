/**
 * The parts of docs/architecture.md that are made from the sources: the modules with what they import, every file with
 * the first sentence of its header comment, and the file of each behaviour (docs_where.ts).
 */
import { exists } from "./exists.ts";
import { code, table } from "./docs_table.ts";
import { REQUEST, type Step, WHERE } from "./docs_where.ts";
import { DEPENDENCIES, MODULES } from "./docs_words.ts";

const ROOT = new URL("../../", import.meta.url);

interface Source {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** The parts by their names. */
export async function sourceSections(imports: Readonly<Record<string, string>>): Promise<[string, string][]> {
  const sources = [...await under("src/"), ...await under("install/"), await read("main.ts")];
  const tests = await under("tests/");
  return [
    ["modules", modules(sources)],
    ["feature", await example()],
    ["request", REQUEST.map((step, i) => `${i + 1}. ${sentence(step)}`).join("\n")],
    ["where", table(["what", "file"], WHERE.map(([what, load]) => [what, link(pathOf(load))]))],
    ["files", files(sources)],
    ["dependencies", dependencies(imports, [...sources, ...tests])],
  ];
}

/** The path of the file that a `() => import("…")`, which nobody calls, names. */
export function pathOf(load: () => Promise<unknown>): string {
  const [, specifier] = /import\("([^"]+)"\)/.exec(load.toString()) ?? [];
  if (specifier === undefined) throw new Error(`${load} names no file, expected () => import("…")`);
  const url = new URL(specifier, import.meta.url);
  const path = url.href.slice(ROOT.href.length);
  // The type check passes over an import of this kind that leads to nothing.
  if (!exists(url.pathname)) throw new Error(`${path} is no file`);
  return path;
}

function sentence([text, ...loads]: Step): string {
  let next = 0;
  return text.replaceAll("{}", () => {
    const load = loads[next++];
    if (load === undefined) throw new Error(`"${text}" has more {} than files`);
    return link(pathOf(load));
  });
}

/** A link from a page in docs. */
function link(path: string): string {
  return `[${path}](../${path})`;
}

function modules(sources: readonly Source[]): string {
  const names = [...new Set(sources.map(({ path }) => moduleOf(path)))];
  const rows = names.map((name) => {
    const own = sources.filter(({ path }) => moduleOf(path) === name);
    const others = new Set(own.flatMap((source) => importsOf(source).map(moduleOf)));
    others.delete(name);
    const folder = name === "main.ts" || name === "install" ? name : `src/${name}`;
    return { name, folder, files: own.length, others };
  }).sort((a, b) => b.others.size - a.others.size || a.name.localeCompare(b.name));
  return table(
    ["module", "what it does", "files", "imports"],
    rows.map(({ name, folder, files, others }) => {
      const mod = sources.find(({ path }) => path === `${folder}/mod.ts`);
      const what = MODULES[name] ?? (mod === undefined ? undefined : asClause(purpose(mod)));
      if (what === undefined) {
        throw new Error(`${folder} is not described: give it a mod.ts, or add it to MODULES in docs_words.ts`);
      }
      return [link(folder), what, String(files), [...others].sort().map(code).join(", ")];
    }),
  );
}

function moduleOf(path: string): string {
  const [first = "", second = ""] = path.split("/");
  return first === "src" ? second : first;
}

/** The files of ours that a source imports, types and dynamic imports included. */
function importsOf({ path, text }: Source): string[] {
  return [...text.matchAll(/(?:from |import\()"(\.[^"]+)"/g)]
    .map(([, specifier]) => new URL(specifier ?? "", new URL(path, ROOT)).href.slice(ROOT.href.length));
}

function files(sources: readonly Source[]): string {
  const folders = [...new Set(sources.map(({ path }) => folderOf(path)))].sort();
  return folders.map((folder) => {
    const rows = sources.filter(({ path }) => folderOf(path) === folder).map((source) => [
      `[${source.path.slice(folder.length)}](../${source.path})`,
      purpose(source),
    ]);
    return [`#### ${folder === "" ? "The root" : folder}`, "", table(["file", "what it does"], rows)].join("\n");
  }).join("\n");
}

/** `src/core/store.ts` → `src/core/` */
function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

/** The first sentence of the comment with which a file begins. */
function purpose({ path, text }: Source): string {
  const [, block, line] = /^(?:#![^\n]*\n)?(?:\/\*\*([\s\S]*?)\*\/|((?:\/\/[^\n]*\n)+))/.exec(text) ?? [];
  const [paragraph = ""] = (block ?? line ?? "").replace(/^\s*(?:\*|\/\/) ?/gm, "").trim().split(/\n\s*\n/);
  const comment = paragraph.replace(/\s+/g, " ");
  if (comment === "") {
    throw new Error(`${path} has no description: begin it with a comment that says what it does`);
  }
  const [first = comment] = /^.*?[^.][.!?](?= [^a-z]|$)/.exec(comment) ?? [];
  return first.replace(/\{@link (\w+)\}/g, "`$1`").split(/(`[^`]*`)/)
    .map((part) => part.startsWith("`") ? part : part.replaceAll("<", "&lt;").replaceAll("*", "\\*")).join("");
}

/** The feature of the seam's test, as an example to copy. Its imports are those of a folder of src. */
async function example(): Promise<string> {
  const files = await Promise.all(
    ["mod.ts", "methods.ts", "projection.ts", "section.ts"].map((name) => read(`tests/support/dummy_feature/${name}`)),
  );
  return files.map(({ path, text }) => {
    const code = text.replaceAll("../../../src/", "../").trim();
    return "`" + path.slice(path.lastIndexOf("/") + 1) + "`:\n\n```ts\n" + code + "\n```";
  }).join("\n\n");
}

/** `Forgets old sessions.` → `forgets old sessions` */
function asClause(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, "");
}

async function under(folder: string): Promise<Source[]> {
  const found: Source[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (isDirectory) found.push(...await under(`${folder}${name}/`));
    else if (/\.[jt]s$/.test(name) && !name.endsWith(".d.ts")) found.push(await read(`${folder}${name}`));
  }
  return found.sort((a, b) => a.path.localeCompare(b.path));
}

async function read(path: string): Promise<Source> {
  return { path, text: await Deno.readTextFile(new URL(path, ROOT)) };
}

/** The entries of the import map that some file imports, and those that another of them needs beside it. */
function dependencies(imports: Readonly<Record<string, string>>, sources: readonly Source[]): string {
  const used = new Set(["@logtape/logtape"]);
  for (const { text } of sources) {
    for (const [, name] of text.matchAll(/(?:from|import\() ?"([^"./][^"]*)"/g)) used.add(name ?? "");
  }
  const rows = Object.entries(imports).filter(([name]) => used.has(name)).map(([name, target]) => {
    const why = DEPENDENCIES[name];
    if (why === undefined) throw new Error(`${name} has no reason: add it to DEPENDENCIES`);
    return [code(name), code(target), why];
  });
  return table(["name in the code", "what it is", "what for"], rows);
}
