/**
 * The recipes by which others install a release, filled from its version, its checksums and the address where its files
 * lie: a Homebrew formula, and a container recipe for each of the two processors. There is no such address by default.
 */
import { fillTemplate } from "../src/lib/fill_template.ts";
import containerfile from "./Containerfile" with { type: "text" };
import formula from "./agent-console.rb" with { type: "text" };
import { parseChecksums } from "./checksums.ts";
import type { Target } from "./compile_targets.ts";
import { buildError } from "./run_deno.ts";

export interface Packaging {
  readonly version: string;
  /** Path of the file. */
  readonly checksums: string;
  /** Where the release's files lie: https, without a slash at its end. */
  readonly url: string;
  readonly folder: string;
}

/** Processors as containers call them. */
const CONTAINERS: Readonly<Record<string, Target>> = {
  amd64: "x86_64-unknown-linux-gnu",
  arm64: "aarch64-unknown-linux-gnu",
};

/**
 * @returns the paths of what was written
 * @throws {ConsoleError} `failed` with one line, before anything is written
 */
export async function writePackaging({ version, checksums, url, folder }: Packaging): Promise<readonly string[]> {
  if (!/^\d+\.\d+\.\d+(?:-[0-9A-Za-z]+(?:\.[0-9A-Za-z]+)*)?$/.test(version)) {
    throw buildError(`"${version}" is no version`, USAGE);
  }
  if (!isBase(url)) throw buildError(`"${url}" is no https address of a folder`, USAGE);
  const sums = await readChecksums(checksums);
  const sumOf = (name: string): string => {
    const sum = sums.get(name);
    if (sum === undefined) {
      throw buildError(`${checksums} has no ${name}`, howMade(name));
    }
    return sum;
  };
  const archive = `agent-console-${version}.tar.gz`;
  const made: [string, string][] = [
    ["agent-console.rb", fillTemplate(formula, { url, version, archive, sha256: sumOf(archive) })],
    ...Object.entries(CONTAINERS).map(([processor, target]): [string, string] => [
      `Containerfile.${processor}`,
      fillTemplate(containerfile, {
        version,
        target,
        client: sumOf(`${target}/agent-console`),
        daemon: sumOf(`${target}/agent-consoled`),
      }),
    ]),
  ];
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, text] of made) await Deno.writeTextFile(`${folder}/${name}`, text);
  return made.map(([name]) => `${folder}/${name}`);
}

/** What makes a file whose checksum is missing. */
function howMade(name: string): string {
  return name.endsWith(".tar.gz")
    ? `pack what deno task bundle makes as ${name}, and add the line that sha256sum prints for it`
    : "deno task compile --target all --home /home/agent/.agent-console makes it, and SHA256SUMS with it";
}

const USAGE = "deno task packaging VERSION SHA256SUMS URL [FOLDER]";

async function readChecksums(path: string): Promise<ReadonlyMap<string, string>> {
  try {
    return parseChecksums(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw buildError(`there is no ${path}`, USAGE);
    throw error;
  }
}

/** It goes into a Ruby text, so that nothing but an address may be in it. */
function isBase(url: string): boolean {
  return /^https:\/\/[\w.-]+(?::\d+)?(?:\/(?!\.+(?:\/|$))[\w.~-]+)*$/.test(url);
}
