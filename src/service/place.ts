/** Where the files of the service are on this system. Pure, and small: `status` asks it each time. */

import type { Files } from "../platform/system.ts";

/** The name of the systemd unit. */
export const UNIT = "agent-console.service";
/** The one that listens for it, where it was installed with socket activation. */
export const SOCKET_UNIT = "agent-console.socket";
/** What launchd calls it. */
export const LABEL = "com.agent-console.daemon";

export interface PlaceOptions {
  readonly os: string;
  /** HOME's value, absolute. */
  readonly userHome: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface ServicePlace {
  /** The unit or the property list. */
  readonly path: string;
  /** The unit of the socket, and the links that systemd makes when it enables one of the two. */
  readonly socketUnitPath?: string;
  readonly link?: string;
  readonly socketLink?: string;
}

/** Undefined on a system that has neither systemd nor launchd. */
export function servicePlace({ os, userHome, env }: PlaceOptions): ServicePlace | undefined {
  if (os === "darwin") return { path: `${userHome}/Library/LaunchAgents/${LABEL}.plist` };
  if (os !== "linux") return undefined;
  // The XDG Base Directory Specification has relative values ignored.
  const xdg = env["XDG_CONFIG_HOME"];
  const folder = `${xdg?.startsWith("/") ? xdg.replace(/\/+$/, "") : `${userHome}/.config`}/systemd/user`;
  return {
    path: `${folder}/${UNIT}`,
    socketUnitPath: `${folder}/${SOCKET_UNIT}`,
    link: `${folder}/default.target.wants/${UNIT}`,
    socketLink: `${folder}/sockets.target.wants/${SOCKET_UNIT}`,
  };
}

/** Where the sockets of this user's systemd are, where nobody said it: a folder there that is the user's own. */
export function runtimeDirOf(uid: number | null, files: Pick<Files, "stat">): string | undefined {
  const path = `/run/user/${uid}`;
  const found = uid === null ? undefined : files.stat(path);
  return found?.kind === "directory" && found.uid === uid ? path : undefined;
}
