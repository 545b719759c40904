/**
 * Writes docs/capsule.schema.json, the charts and the generated parts of README.md and docs/*.md anew: `deno task docs`. Each stands between
 * `<!-- NAME:begin -->` and `<!-- NAME:end -->` on one page; everything else is written by hand and stays.
 */
import { CAPSULE_SCHEMA, capsuleSchema } from "./capsule_schema.ts";
import { benchCharts } from "./docs_bench.ts";
import { ROOT, sections } from "./docs_sections.ts";

/** The pages of docs, in the order in which the README names them. */
export const SUBJECTS = [
  "commands",
  "configuration",
  "approvals",
  "agents",
  "mcp",
  "memory",
  "protocol",
  "gateway",
  "jobs",
  "service",
  "capsules",
  "security",
  "audit",
  "telegram",
  "telemetry",
  "architecture",
  "testing",
  "benchmarks",
] as const;

/** Every page, by its path from the root of the repository. */
export const PAGES: readonly string[] = ["README.md", ...SUBJECTS.map((subject) => `docs/${subject}.md`)];

/** Path → the page as it stands. */
export async function pages(): Promise<ReadonlyMap<string, string>> {
  return new Map(await Promise.all(PAGES.map(async (path) => [path, await Deno.readTextFile(urlOf(path))] as const)));
}

/** The pages with their generated parts as they must be, formatted. @throws where a part has no place */
export async function renewed(texts: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, string>> {
  const made = await sections();
  const placed = [...texts.values()].flatMap(sectionNames);
  for (const name of made.keys()) {
    const places = placed.filter((one) => one === name).length;
    if (places !== 1) throw new Error(`${places} pages have the markers of ${name}, expected one`);
  }
  return new Map(
    await Promise.all([...texts].map(async ([path, text]) => {
      let result = text;
      for (const name of sectionNames(text)) {
        const [begin, end] = markers(name);
        const part = made.get(name);
        if (part === undefined) throw new Error(`${begin} of ${path} has a name that nothing generates`);
        const [from, to] = [result.indexOf(begin), result.indexOf(end)];
        if (to < from) throw new Error(`${begin} of ${path} has no ${end}`);
        result = `${result.slice(0, from + begin.length)}\n\n${part.trim()}\n\n${result.slice(to)}`;
      }
      return [path, await formatted(result)] as const;
    })),
  );
}

/** What stands between the markers of a section. */
export function sectionOf(text: string, name: string): string {
  const [begin, end] = markers(name);
  return text.slice(text.indexOf(begin) + begin.length, text.indexOf(end)).trim();
}

export function urlOf(path: string): URL {
  return new URL(path, ROOT);
}

function sectionNames(text: string): string[] {
  return [...text.matchAll(/^<!-- (\w+):begin -->$/gm)].map(([, name]) => name ?? "");
}

function markers(name: string): readonly [string, string] {
  return [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
}

export async function formatted(text: string, ext = "md"): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", ext, "-"],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { code, stdout } = await child.output();
  if (code !== 0) throw new Error(`deno fmt ended with ${code} on a page`);
  return new TextDecoder().decode(stdout);
}

if (import.meta.main) {
  for (const [path, text] of await renewed(await pages())) await Deno.writeTextFile(urlOf(path), text);
  for (const [path, chart] of await benchCharts()) await Deno.writeTextFile(urlOf(path), chart);
  await Deno.writeTextFile(urlOf(CAPSULE_SCHEMA), await formatted(capsuleSchema(), "json"));
}
