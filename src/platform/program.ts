/** How this program is run again: as a client, or as the daemon inside its sandbox. */
import { programRootOf, stableFolder } from "./program_folder.ts";
import type { ProgramRef } from "./sandbox.ts";

export interface ThisProgram {
  /** argv of a client, to which the arguments are added. */
  readonly client: readonly string[];
  readonly daemon: ProgramRef;
  /** The folder of the sources, where it runs from them. */
  readonly sources?: string;
}

/** The files of install/ by which our program starts for agents whose settings earlier versions wrote. */
export const HOOK_LAUNCHER = "hook_launcher.sh";
export const STATUSLINE_LAUNCHER = "statusline_launcher.sh";

/**
 * The words between `deno` and the client: unconfined, because it starts daemons and edits the settings of agents.
 *
 * V8's flags are for windows that stay open. Measured with a dashboard of 200 sessions: a small young generation keeps 13
 * MB less after 30 s of updates (4 MB instead of 8: 2 MB more, for a fifth more CPU); without the timer that collects garbage at rest the CPU there is 0.04 instead of 0.13 %
 * of a core. Both are read when the process starts, so that a window cannot set them for itself.
 */
export const CLIENT_FLAGS: readonly string[] = [
  "run",
  "-q",
  "-A",
  "--v8-flags=--max-semi-space-size=8,--no-memory-reducer",
];

/** @param mainUrl `import.meta.url` of the entry point */
export function thisProgram(mainUrl: string): ThisProgram {
  const self = stableRuntime(Deno.execPath());
  if (Deno.build.standalone) {
    return {
      client: [`${folderOf(self)}/agent-console`],
      daemon: { form: "compiled", binary: `${folderOf(self)}/agent-consoled` },
    };
  }
  const main = decodeURIComponent(new URL(mainUrl).pathname);
  if (main.endsWith(".ts")) {
    const sources = folderOf(main);
    const entry = `${sources}/src/daemon/main.ts`;
    return {
      client: [self, ...CLIENT_FLAGS, main],
      daemon: { form: "source", deno: self, entry },
      sources,
    };
  }
  const folder = stableFolder(folderOf(main), linkedName);
  // A hook's sandbox shows no link; its files are named by one already.
  const deno = programRootOf(folderOf(self)) === undefined ? self : `${folder}/deno`;
  return {
    client: [deno, ...CLIENT_FLAGS, `${folder}/agent-console.js`],
    daemon: { form: "bundle", deno, entry: `${folder}/agent-consoled.js` },
  };
}

/** The system tells the running file, behind all links. */
function stableRuntime(path: string): string {
  const folder = folderOf(path);
  return programRootOf(folder) === undefined ? path : `${stableFolder(folder, linkedName)}/deno`;
}

/** Undefined where there is no such link, or a sandbox hides it. */
function linkedName(link: string): string | undefined {
  try {
    return Deno.readLinkSync(link);
  } catch {
    return undefined;
  }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

/**
 * The folder that people start this program from, of an installed one with all its versions; a compiled one may be moved,
 * and is known by its name.
 */
export function programPlace(ref: ProgramRef): string | undefined {
  if (ref.form === "compiled") return undefined;
  const folder = ref.entry.replace(/\/(?:src\/daemon\/main\.ts|[^/]+)$/, "");
  return programRootOf(folder) ?? folder;
}
