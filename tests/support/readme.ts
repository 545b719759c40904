/**
 * Writes the generated parts of the README anew: `deno task readme`. Each stands between
 * `<!-- NAME:begin -->` and `<!-- NAME:end -->`; everything else is written by hand and stays.
 */
import { ROOT, sections } from "./readme_sections.ts";

export const README = new URL("README.md", ROOT);

/** The README with its generated parts as they must be, formatted as `deno fmt` does. */
export async function renewed(text: string): Promise<string> {
  let result = text;
  for (const [name, made] of await sections()) {
    const [begin, end] = markers(name);
    const [from, to] = [result.indexOf(begin), result.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`Cannot write ${name}: the README lacks ${begin} … ${end}`);
    result = `${result.slice(0, from + begin.length)}\n\n${made.trim()}\n\n${result.slice(to)}`;
  }
  return await formatted(result);
}

/** What stands between the markers of a section. */
export function sectionOf(text: string, name: string): string {
  const [begin, end] = markers(name);
  return text.slice(text.indexOf(begin) + begin.length, text.indexOf(end)).trim();
}

function markers(name: string): readonly [string, string] {
  return [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
}

async function formatted(text: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", "md", "-"],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { code, stdout } = await child.output();
  if (code !== 0) throw new Error(`Cannot format the README: deno fmt ended with ${code}`);
  return new TextDecoder().decode(stdout);
}

if (import.meta.main) await Deno.writeTextFile(README, await renewed(await Deno.readTextFile(README)));
