/**
 * What a grant of a path means beyond that path: whether it would undo the sandbox. Pure. Paths are absolute and real,
 * links in them resolved, on both sides: of the grant and of what it is compared with.
 */
import { areApart } from "../platform/path_safety.ts";

/** What lies around the person who grants. */
export interface GrantSurroundings {
  /** Their home folder. */
  readonly userHome: string | undefined;
  /** What holds a credential of ours, or is run by us. */
  readonly ours: readonly string[];
  /** The folders of programs that their shell looks into. */
  readonly programs: readonly string[];
  /** Folders of agents' settings that a variable names. */
  readonly agents: readonly string[];
  /** Agents' settings by names that follow each other anywhere in a path. */
  readonly agentNames: readonly string[];
}

export type PathAccess = "read" | "write";

/** `closed`: no grant has it. `risky`: a person grants it by its name alone. `why` stands behind `PATH: it …`. */
export interface PathRisk {
  readonly kind: "closed" | "risky";
  readonly why: string;
}

/** Processes, devices and sockets: what is reached there is no file. macOS keeps its own below `/private`. */
const NO_FILES = ["/proc", "/sys", "/dev", "/run", "/var/run", "/private/var/run"];
/** Outside of the home folder whatever lies below these is some work of the person; nothing there is run by itself. */
const WORK = ["/tmp", "/var/tmp", "/private/tmp", "/private/var/folders", "/mnt", "/media", "/srv", "/Volumes"];

/** @param isSocket of what is there now */
export function pathRisk(
  access: PathAccess,
  path: string,
  isSocket: boolean,
  around: GrantSurroundings,
): PathRisk | undefined {
  const why = closed(path, isSocket, around);
  if (why !== undefined) return { kind: "closed", why };
  const risk = (access === "write" ? riskyToWrite(path, around) : undefined) ?? risky(path, around);
  return risk === undefined ? undefined : { kind: "risky", why: risk };
}

function closed(path: string, isSocket: boolean, { userHome, ours }: GrantSurroundings): string | undefined {
  const own = ours.find((one) => !areApart(one, path));
  if (own !== undefined) return `overlaps ${own}, which is agent-console's own`;
  if (isSocket) return "is a socket: who listens there does more than a file can";
  const system = NO_FILES.find((one) => !areApart(one, path));
  if (system !== undefined) return `overlaps ${system}, where processes, devices and sockets are`;
  if (userHome !== undefined && isBelow(userHome, path)) return "holds your whole home folder";
  return undefined;
}

function riskyToWrite(path: string, { userHome, programs }: GrantSurroundings): string | undefined {
  const folder = programs.find((one) => !areApart(one, path));
  if (folder !== undefined) return `overlaps ${folder}, whose programs you run: what is written there runs as you`;
  const isAtHome = userHome !== undefined && isBelow(path, userHome);
  if (isAtHome || WORK.some((one) => path !== one && isBelow(path, one))) return undefined;
  return "lies outside of your home folder: what is written there may run as you";
}

/** Hidden names are those of credentials, of histories, and of settings that programs and shells start with. */
function risky(path: string, { userHome, agents, agentNames }: GrantSurroundings): string | undefined {
  if (path.split("/").some((part) => part.startsWith("."))) {
    return "has a hidden name: credentials lie under such names, and settings by which programs are run";
  }
  if (agents.some((one) => !areApart(one, path)) || agentNames.some((names) => `${path}/`.includes(`/${names}/`))) {
    return "holds settings of an agent, which say what it may do";
  }
  if (userHome !== undefined && !areApart(`${userHome}/Library`, path)) {
    return "is where macOS keeps your credentials, and what it starts for you";
  }
  return undefined;
}

/** Whether `path` is `folder` or below it. */
function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);
}
