/**
 * Whether a service of ours is installed and enabled, and for which home: from its files alone, so that it costs nothing to
 * ask before a daemon is started.
 */
import { resolveFrom } from "../platform/home_paths.ts";
import type { Files } from "../platform/system.ts";
import { type PlaceOptions, servicePlace, SOCKET_UNIT, UNIT } from "./place.ts";
import { isWrittenByUs, readPlist, readUnit, type ServiceWords } from "./read_text.ts";

export interface InstalledService extends ServiceWords {
  readonly os: string;
  readonly path: string;
  readonly text: string;
  /** Whether it starts with the session. A property list in its place does, unless launchd was told otherwise. */
  readonly enabled: boolean;
  /** What the service manager starts and stops, in this order. */
  readonly units: readonly string[];
  /** As its command line names them. */
  readonly home: string | undefined;
  readonly socket: string | undefined;
}

/** Undefined where nothing of ours is at that place: no file, a link, or a file that somebody else wrote. */
export function installedService(
  options: PlaceOptions,
  files: Pick<Files, "read" | "stat">,
): InstalledService | undefined {
  const place = servicePlace(options);
  if (place === undefined) return undefined;
  const { path, socketUnitPath, link, socketLink } = place;
  const text = ownText(path, files);
  if (text === undefined) return undefined;
  const isThere = (file: string | undefined) => file !== undefined && files.stat(file) !== undefined;
  const { argv, env } = options.os === "darwin" ? readPlist(text) : readUnit(text);
  const hasSocket = socketUnitPath !== undefined && ownText(socketUnitPath, files) !== undefined;
  return {
    os: options.os,
    path,
    text,
    argv,
    env,
    enabled: options.os === "darwin" || isThere(link) || (hasSocket && isThere(socketLink)),
    units: hasSocket ? [SOCKET_UNIT, UNIT] : [UNIT],
    home: valueOf("--home", argv),
    socket: valueOf("--socket", argv),
  };
}

/**
 * What we wrote at this path. Undefined for a link too, which is how systemd masks a unit, or leads to a file that a user
 * keeps elsewhere.
 */
export function ownText(path: string, files: Pick<Files, "read" | "stat">): string | undefined {
  if (files.stat(path)?.kind !== "file") return undefined;
  const text = new TextDecoder().decode(files.read(path));
  return isWrittenByUs(text) ? text : undefined;
}

/**
 * An enabled link to a unit of ours that is gone: the manager complains of it at each login. One that leads elsewhere
 * enables somebody else's unit of that name, a packaged one say.
 *
 * @param target where a link leads, as it is written; undefined for what is none
 */
export function danglingLinks(
  options: PlaceOptions,
  files: Pick<Files, "stat">,
  target: (link: string) => string | undefined,
): readonly string[] {
  const { path = "", socketUnitPath = "", link, socketLink } = servicePlace(options) ?? {};
  const pairs = [[path, link], [socketUnitPath, socketLink]] as const;
  return pairs.flatMap(([file, linked]) => {
    if (linked === undefined || files.stat(file) !== undefined) return [];
    const written = target(linked);
    const folder = linked.slice(0, linked.lastIndexOf("/"));
    // systemd writes an absolute path, a person perhaps a relative one.
    return written !== undefined && resolveFrom(written, folder) === file ? [linked] : [];
  });
}

function valueOf(option: string, argv: readonly string[]): string | undefined {
  const at = argv.lastIndexOf(option);
  return at < 0 ? undefined : argv[at + 1];
}

/** What a daemon is wanted for. */
export interface Wanted {
  readonly root: string;
  /** `--socket` as given, absolute. */
  readonly socket: string | undefined;
  /** The options of the daemon, by their names, that a service's command line does not have. */
  readonly options: readonly string[];
  /** Variables that say where the daemon's files are, where they are set. */
  readonly env: Readonly<Record<string, string>>;
}

/** Why a daemon that is wanted so is not started by the service; undefined where it is. */
export function whyUnused(service: InstalledService, wanted: Wanted): string | undefined {
  const { root, socket, options, env } = wanted;
  if (service.home !== root) return `it is that of ${service.home ?? "an unknown home"}`;
  if (!service.enabled) return "it is not enabled";
  if (service.socket !== socket) {
    return socket === undefined ? `it listens on ${service.socket}` : "--socket is not as in its unit";
  }
  const moved = Object.entries(env).find(([name, value]) => service.env[name] !== value)?.[0];
  if (moved !== undefined) return `${moved} is not as in its unit`;
  return options.length === 0 ? undefined : `its unit has no ${options.map((name) => `--${name}`).join(", ")}`;
}
