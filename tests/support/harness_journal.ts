/** The journal's files as they lie on the disk, read without any code of the program. */
import { TestHome } from "./harness.ts";
import type { Json } from "./wire.ts";

export interface Line extends Json {
  readonly seq: number;
  readonly ts: string;
  readonly type: string;
  readonly actor: string;
  readonly data: Json;
  readonly prev: string;
  readonly hash: string;
}

/** Paths of the segments, oldest first. */
export function segments(home: TestHome): string[] {
  return [...Deno.readDirSync(home.path("journal"))].map((entry) => entry.name)
    .filter((name) => name.endsWith(".jsonl")).sort().map((name) => home.path(`journal/${name}`));
}

export function lastSegment(home: TestHome): string {
  const path = segments(home).at(-1);
  if (path === undefined) throw new Error(`the journal of ${home.root} has no segment`);
  return path;
}

/** Every record, in the order of the files. A line that is no JSON is an error. */
export function readJournal(home: TestHome): Line[] {
  return segments(home).flatMap((path) =>
    Deno.readTextFileSync(path).split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as Line)
  );
}

/** The first place where the numbers have a gap or the hashes no link; undefined where there is none. */
export function brokenAt(lines: readonly Line[]): string | undefined {
  for (const [at, line] of lines.entries()) {
    const before = lines[at - 1];
    if (line.seq !== at + 1) return `record ${at + 1} has seq ${line.seq}`;
    if (line.prev !== (before?.hash ?? "0".repeat(64))) return `record ${line.seq} does not follow its predecessor`;
  }
  return undefined;
}

/** Names, sizes and contents of everything in the journal folder: to see that nothing was written. */
export function journalPicture(home: TestHome): string {
  return [...home.files()].filter(([path]) => path.startsWith(home.path("journal")))
    .map(([path, text]) => `${path} ${text.length}\n${text}`).sort().join("\n");
}
