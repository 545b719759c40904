/**
 * `deno task bundle` and `deno task compile`: builds into `dist`, or into the folder that is named.
 *
 *     deno run -A install/build_main.ts bundle|compile [FOLDER]
 *     deno run -A install/build_main.ts compile --target TRIPLE|all [--home FOLDER] [FOLDER]
 *
 * And what goes with them (sbom.ts, packaging.ts):
 *
 *     deno run -A install/build_main.ts sbom [FOLDER]
 *     deno run -A install/build_main.ts packaging VERSION SHA256SUMS URL [FOLDER]
 *
 * And the prebuilt form, which the program makes of itself (src/client/prebuild.ts); MS is a deadline for each step:
 *
 *     deno run -A install/build_main.ts prebuild FOLDER MS
 *
 * And the page's script, for a daemon that runs from the sources (src/gateway/page_files.ts):
 *
 *     deno run -A install/build_main.ts page
 *
 * And the installed form (src/client/install_program.ts), into a folder that lies in ROOT; prints its name to be. WRITTEN is
 * what the sources were when it was decided to build (src/platform/version_inputs.ts):
 *
 *     deno run -A install/build_main.ts program FOLDER MS ROOT [WRITTEN]
 */
import { writeStderr, writeStdout } from "../src/platform/stdio.ts";
import { errorText } from "../src/protocol/error_text.ts";
import { ConsoleError } from "../src/protocol/errors.ts";

/** The first time Deno downloads its bundler. */
const PAGE_MS = 120_000;

/** The tasks of people: the words behind the name that it needs, and all that it takes, with its form. */
const TASKS: Readonly<
  Record<string, { readonly needs?: readonly string[]; readonly most: number; readonly form: string }>
> = {
  bundle: { most: 1, form: "deno task bundle [FOLDER]" },
  page: { most: 0, form: "deno task page" },
  sbom: { most: 1, form: "deno task sbom [FOLDER]" },
  packaging: {
    needs: ["VERSION", "SHA256SUMS", "URL"],
    most: 4,
    form: "deno task packaging VERSION SHA256SUMS URL [FOLDER]",
  },
  // Its options are read in release.ts.
  compile: { most: Infinity, form: "deno task compile [--target TRIPLE|all] [--home FOLDER] [FOLDER]" },
};

/** @returns its form, where that is asked for @throws {ConsoleError} `usage` */
function checkWords(what: string | undefined, words: readonly string[]): string | undefined {
  const task = what === undefined || !Object.hasOwn(TASKS, what) ? undefined : TASKS[what];
  if (task === undefined) return undefined;
  const { needs = [], most, form } = task;
  if (words.includes("--help") || words.includes("-h")) return form;
  const option = most === Infinity ? undefined : words.find((word) => word.startsWith("-"));
  const wrong = option !== undefined
    ? `has no option ${option}`
    : words.length < needs.length
    ? `needs ${needs.slice(0, -1).join(", ")} and ${needs.at(-1)}`
    : words.length > most
    ? `takes no ${words[most]}`
    : undefined;
  if (wrong !== undefined) throw new ConsoleError("usage", `${what} ${wrong}`, { hint: form });
  return undefined;
}

async function main([what, folder = "dist", ms = "", root = "", written]: readonly string[]): Promise<void> {
  const form = checkWords(what, Deno.args.slice(1));
  if (form !== undefined) return void writeStdout(`usage: ${form}\n`);
  if (what === "prebuild") return await (await import("./prebuild.ts")).prebuild(folder, Number(ms));
  if (what === "program") {
    const { buildProgram } = await import("./program.ts");
    writeStdout(`${await buildProgram(folder, root, Number(ms), written)}\n`);
    return;
  }
  if (what === "page") {
    writeStdout(`${await (await import("./page.ts")).makePage(PAGE_MS)} is built\n`);
    return;
  }
  if (what === "sbom") {
    writeStdout(`${await (await import("./release.ts")).writeSbom(folder)} is written\n`);
    return;
  }
  if (what === "packaging") {
    const { writePackaging } = await import("./packaging.ts");
    const names = await writePackaging({ version: folder, checksums: ms, url: root, folder: written ?? "dist" });
    writeStdout(`${names.join("\n")}\n`);
    return;
  }
  if (what === "compile") {
    writeStdout(`${await (await import("./release.ts")).compileInto(Deno.args.slice(1))} are built\n`);
    return;
  }
  const { buildBundle, publish } = await import("./build.ts");
  const work = await Deno.makeTempDir({ prefix: "agent-console-build-" });
  try {
    if (what !== "bundle") {
      throw new ConsoleError("usage", `"${what}" is nothing to build`, {
        hint: "deno task bundle, or deno task compile",
      });
    }
    await publish(work, folder, await buildBundle(work));
    writeStdout(`${folder}/agent-console and ${folder}/agent-consoled are built\n`);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

try {
  await main(Deno.args);
} catch (error) {
  if (!(error instanceof ConsoleError)) throw error;
  writeStderr(errorText(error));
  Deno.exitCode = error.exitCode;
}
