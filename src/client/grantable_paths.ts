/** The paths of a grant, as they are on this machine, and which of them would undo the sandbox. */
import { AGENT_FILES, AGENT_HOME_ENV } from "../agents/files.ts";
import type { Capabilities } from "../capsule/manifest.ts";
import { type PathAccess, pathRisk } from "../capsule/path_risk.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { denoFiles, realPathSoFar } from "../platform/deno_files.ts";
import { launcherFolder } from "../platform/home_launchers.ts";
import { HOME_NAME } from "../platform/home_paths.ts";
import { env } from "../platform/process.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ClientContext } from "./endpoint.ts";

/** A path of a grant as the sandbox has it: `~` is the person's home, and links are followed once, now. */
export function grantedPath(path: string): string {
  if (!path.startsWith("~/")) return realPathSoFar(path);
  const home = userHome();
  if (home === undefined) throw new ConsoleError("failed", `${path} names a folder in HOME, which is not set`);
  return realPathSoFar(`${home}${path.slice(1)}`);
}

/** A path that leads out of the sandbox, and that may be granted by its name. */
export interface RiskyPath {
  readonly access: PathAccess;
  /** As the manifest has it. */
  readonly path: string;
  /** Stands behind `PATH: it …`. */
  readonly why: string;
}

/**
 * What of the paths a person grants by their names alone.
 *
 * @throws {ConsoleError} `failed` with a path that no grant has
 */
export function riskyPaths({ paths }: Pick<ClientContext, "paths">, { read, write }: Capabilities): RiskyPath[] {
  const around = surroundings(paths.root);
  const asked = [
    ...read.map((path) => ({ access: "read" as const, path })),
    ...write.map((path) => ({ access: "write" as const, path })),
  ];
  return asked.flatMap(({ access, path }) => {
    const real = grantedPath(path);
    const risk = pathRisk(access, real, denoFiles.stat(real)?.kind === "socket", around);
    if (risk === undefined) return [];
    if (risk.kind === "risky") return [{ access, path, why: risk.why }];
    throw new ConsoleError("failed", `${escapeControls(path)} cannot be granted: it ${escapeControls(risk.why)}`, {
      hint: "grant less with --read and --write, or ask the author to name a folder of its own",
    });
  });
}

function surroundings(root: string) {
  const home = userHome();
  const inHome = (names: readonly string[]) => home === undefined ? [] : names.map((name) => `${home}/${name}`);
  const absolute = (text: string | undefined) => text?.startsWith("/") ? [text] : [];
  const real = (paths: readonly (string | undefined)[]) => paths.flatMap(absolute).map(realPathSoFar);
  return {
    userHome: home === undefined ? undefined : realPathSoFar(home),
    ours: real([root, launcherFolder(), ...inHome([HOME_NAME])]),
    programs: real([...(env("PATH") ?? "").split(":"), ...inHome(["bin", ".local/bin"])]),
    agents: real(AGENT_HOME_ENV.map(env)),
    agentNames: AGENT_FILES.flatMap(({ settings }) => settings),
  };
}

function userHome(): string | undefined {
  const home = env("HOME");
  return home?.startsWith("/") ? home.replace(/\/+$/, "") : undefined;
}
