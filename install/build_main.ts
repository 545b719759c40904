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

async function main([what, folder = "dist", ms = "", root = "", written]: readonly string[]): Promise<void> {
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
