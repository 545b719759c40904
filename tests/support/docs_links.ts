/** What a page of Markdown points at, and how long its lines are. */
import { urlOf } from "./docs.ts";

const LONGEST_LINE = 120;

/** The targets of the links and pictures. */
export function targetsOf(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? "");
}

/** The anchors of the headings, as GitHub names them. */
export function anchorsOf(text: string): ReadonlySet<string> {
  return new Set(
    [...text.matchAll(/^#+ (.+)$/gm)]
      .map(([, title]) => (title ?? "").toLowerCase().replace(/[^a-z0-9 _-]/g, "").replaceAll(" ", "-")),
  );
}

/** The lines that are too long; rows of tables cannot be broken. */
export function longLines(text: string): string[] {
  return text.split("\n").filter((line) => [...line].length > LONGEST_LINE && !line.startsWith("|"));
}

/** The paths of this repository that the text names and that lead to nothing. */
export async function missingPaths(text: string): Promise<string[]> {
  const named = new Set(
    [...text.matchAll(/(?<![\w./~-])(?:src|tests|install|docs)\/[\w./-]*\w/g)].map(([path]) => path),
  );
  const missing: string[] = [];
  for (const path of named) await Deno.stat(urlOf(path)).catch(() => missing.push(path));
  return missing;
}
