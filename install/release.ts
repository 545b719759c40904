/** `deno task compile`: the programs for the machines that are named, with their checksums and the list of packages. */
import { buildCompiled, checkCompiled, COMPILED_FILES, publish } from "./build.ts";
import { CHECKSUMS, writeChecksums } from "./checksums.ts";
import { targetsOf } from "./compile_targets.ts";
import { buildError } from "./run_deno.ts";
import { makeSbom, SBOM } from "./sbom.ts";

/**
 * Without `--target` for this machine, into the folder itself; else one folder for each machine. Nothing is published
 * before all are built.
 *
 * @returns what was built, in words
 * @throws {ConsoleError} `failed` with one line
 */
export async function compileInto(args: readonly string[]): Promise<string> {
  const { target, home, folder } = parseCompile(args);
  const targets = target === undefined ? [undefined] : targetsOf(target);
  if (targets.length > 1 && Deno.env.has("DENORT_BIN")) {
    throw buildError(
      `DENORT_BIN names one runtime base, and there are ${targets.length} machines`,
      "unset it, or compile for one machine at a time with the base of each",
    );
  }
  const work = await Deno.makeTempDir({ prefix: "agent-console-build-" });
  try {
    for (const one of targets) {
      const place = `${work}/${one ?? "this"}`;
      await Deno.mkdir(place);
      await buildCompiled(place, { target: one, ...(home === undefined ? {} : { home }) });
      await checkCompiled(place, one);
    }
    for (const one of targets) {
      await publish(`${work}/${one ?? "this"}`, one === undefined ? folder : `${folder}/${one}`, COMPILED_FILES);
    }
    await writeSbom(folder);
    const built = targets.flatMap((one) => COMPILED_FILES.map((name) => one === undefined ? name : `${one}/${name}`));
    await writeChecksums(folder, [...built, SBOM]);
    const places = targets.map((one) => one === undefined ? folder : `${folder}/${one}`).join(", ");
    return `agent-console and agent-consoled in ${places}, with ${CHECKSUMS} and ${SBOM},`;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

interface CompileWords {
  readonly target?: string;
  readonly home?: string;
  readonly folder: string;
}

function parseCompile(args: readonly string[]): CompileWords {
  const found: Record<string, string> = {};
  const folders: string[] = [];
  const left = args.values();
  for (const word of left) {
    if (!word.startsWith("-")) {
      folders.push(word);
      continue;
    }
    const value = left.next().value;
    if ((word !== "--target" && word !== "--home") || value === undefined) {
      const hint = "deno task compile [--target TRIPLE|all] [--home FOLDER] [FOLDER]";
      throw buildError(`compile does not understand ${word}${value === undefined ? " without a value" : ""}`, hint);
    }
    found[word.slice(2)] = value;
  }
  if (folders.length > 1) throw buildError(`compile builds into one folder, not into ${folders.join(" and ")}`);
  return { ...found, folder: folders[0] ?? "dist" };
}

/** @returns the path of the file */
export async function writeSbom(folder: string): Promise<string> {
  const text = await makeSbom();
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/${SBOM}`, text);
  return `${folder}/${SBOM}`;
}
