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
function grantedPath(path: string): string {
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

/** The paths of a grant as they were when a person was asked. */
export interface GrantedPaths {
  /** By the path in the manifest: where it leads. */
  readonly real: ReadonlyMap<string, string>;
  /** What of them a person grants by their names alone. */
  readonly risky: readonly RiskyPath[];
}

/** @throws {ConsoleError} `failed` with a path that no grant has */
export function grantedPaths(context: ClientContext, { read, write }: Capabilities): GrantedPaths {
  const around = surroundings(context);
  const real = new Map([...read, ...write].map((path) => [path, grantedPath(path)]));
  const asked = [
    ...read.map((path) => ({ access: "read" as const, path })),
    ...write.map((path) => ({ access: "write" as const, path })),
  ];
  const risky = asked.flatMap(({ access, path }): RiskyPath[] => {
    const place = real.get(path) ?? path;
    const risk = pathRisk(access, place, denoFiles.stat(place)?.kind === "socket", around);
    if (risk === undefined) return [];
    if (risk.kind === "risky") return [{ access, path, why: risk.why }];
    throw new ConsoleError("failed", `${escapeControls(path)} cannot be granted: it ${escapeControls(risk.why)}`, {
      hint: "grant less with --read and --write, or ask the author to name a folder of its own",
    });
  });
  return { real, risky };
}

/** @throws {ConsoleError} `failed` where a path leads elsewhere than when the person was asked */
export function assertUnmoved({ real }: GrantedPaths): void {
  for (const [path, place] of real) {
    if (grantedPath(path) === place) continue;
    throw new ConsoleError("failed", `${escapeControls(path)} leads elsewhere than when you were asked`, {
      hint: "grant it again, and look where it leads",
    });
  }
}

function surroundings({ paths: { root }, program: { daemon, sources } }: ClientContext) {
  const home = userHome();
  const inHome = (names: readonly string[]) => home === undefined ? [] : names.map((name) => `${home}/${name}`);
  const absolute = (text: string | undefined) => text?.startsWith("/") ? [text] : [];
  const real = (paths: readonly (string | undefined)[]) => paths.flatMap(absolute).map(realPathSoFar);
  return {
    userHome: home === undefined ? undefined : realPathSoFar(home),
    ours: real([root, launcherFolder(), ...inHome([HOME_NAME]), sources, ...runFiles(daemon)]),
    programs: real([...(env("PATH") ?? "").split(":"), ...inHome(["bin", ".local/bin"])]),
    agents: real(AGENT_HOME_ENV.map(env)),
    agentNames: AGENT_FILES.flatMap(({ settings }) => settings),
  };
}

/** What is run as the person at their next command. */
function runFiles(daemon: ClientContext["program"]["daemon"]): readonly string[] {
  return daemon.form === "compiled" ? [daemon.binary] : [daemon.deno, daemon.entry];
}

function userHome(): string | undefined {
  const home = env("HOME");
  return home?.startsWith("/") ? home.replace(/\/+$/, "") : undefined;
}
