/** SHA256SUMS: the checksums of what was built, as `sha256sum -c` and `shasum -a 256 -c` read them. */
import { sha256Hex } from "../src/platform/hash.ts";
import { buildError } from "./run_deno.ts";

export const CHECKSUMS = "SHA256SUMS";

/** Writes {@link CHECKSUMS} into `folder`, over the files `names` in it, which may lie in folders of it. */
export async function writeChecksums(folder: string, names: readonly string[]): Promise<void> {
  const lines = [];
  for (const name of [...names].sort()) {
    lines.push(`${sha256Hex(await Deno.readFile(`${folder}/${name}`))}  ${name}\n`);
  }
  const fresh = `${folder}/.${CHECKSUMS}.new`;
  await Deno.writeTextFile(fresh, lines.join(""));
  await Deno.rename(fresh, `${folder}/${CHECKSUMS}`);
}

/** Checksums by name. @throws {ConsoleError} `failed` naming the line that is of another form */
export function parseChecksums(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [at, line] of text.split("\n").entries()) {
    if (line === "") continue;
    const [, sum, name] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
    if (sum === undefined || name === undefined) throw buildError(`line ${at + 1} of ${CHECKSUMS} is no checksum`);
    if (found.has(name)) throw buildError(`line ${at + 1} of ${CHECKSUMS} names ${name} again`);
    found.set(name, sum);
  }
  return found;
}
