/**
 * What we ask and tell a tmux server, as argv. Sockets and panes come from hooks, which anybody may send: a server can
 * make the tmux client that asks it write files and run programs, so only sockets in tmux's own folder are spoken to. Pure.
 */
import type { Terminal } from "./session.ts";

/** A tmux pane and its server. */
export interface TmuxPane {
  readonly socket: string;
  readonly pane: string;
}

/**
 * The pane of a terminal; undefined where it is in none, or its socket is not in a folder that tmux makes for `uid`
 * (`tmux-1000`, which tmux itself lets nobody else write).
 */
export function tmuxPane(terminal: Terminal | undefined, uid: number | null): TmuxPane | undefined {
  const { tmuxSocket: socket, tmuxPane: pane } = terminal ?? {};
  if (socket === undefined || pane === undefined || !/^%\d{1,9}$/.test(pane)) return undefined;
  return isTmuxSocket(socket, uid) ? { socket, pane } : undefined;
}

/** The socket of the server in which a `TMUX` was set, which is "socket,pid,session"; the path may hold commas itself. */
export function socketOfTmux(tmux: string): string {
  return tmux.replace(/,[^,]*,[^,]*$/, "");
}

export function isTmuxSocket(path: string, uid: number | null): boolean {
  // deno-lint-ignore no-control-regex
  if (!path.startsWith("/") || /[\u0000-\u001f\u007f]/.test(path) || path.split("/").includes("..")) return false;
  return path.split("/").at(-2) === `tmux-${uid}`;
}

/** One that is attached to a tmux server. */
export interface TmuxClient {
  /** `/dev/pts/3` */
  readonly name: string;
  /** `$0` */
  readonly session: string;
  /** The pane that it shows and types into. */
  readonly pane: string;
  /** Seconds since the epoch of its last key. */
  readonly activeAt: number;
}

const CLIENTS = "#{client_activity} #{session_id} #{pane_id} #{client_control_mode} #{client_name}";

export function listClients(socket: string): readonly string[] {
  return ["-S", socket, "list-clients", "-F", CLIENTS];
}

/** Those with a screen, the one that was used last first. */
export function readClients(stdout: string): readonly TmuxClient[] {
  return stdout.split("\n").flatMap((line): TmuxClient[] => {
    const [, activeAt, session, pane, control, name] = /^(\d+) (\$\d+) (%\d+) ([01]) (\S.*)$/.exec(line) ?? [];
    if (session === undefined || pane === undefined || name === undefined || control === "1") return [];
    return [{ name, session, pane, activeAt: Number(activeAt) }];
  }).sort((a, b) => b.activeAt - a.activeAt);
}

/** How long a message stands in a client's status line, unless a key is pressed, ms. */
const MESSAGE_MS = 6000;

/**
 * Shows `text` in a client. tmux expands formats in it, one of which runs a shell: `#` becomes a sign that looks the same
 * and begins none. `%` begins a part of the time, and an argument that ends with `;` another command.
 */
export function displayMessage({ socket, client, text }: Message): readonly string[] {
  const plain = text.replaceAll("#", "＃").replaceAll("%", "%%").replace(/;$/, "; ");
  return ["-S", socket, "display-message", "-d", String(MESSAGE_MS), "-c", client, "--", plain];
}

interface Message {
  readonly socket: string;
  readonly client: string;
  readonly text: string;
}

/** Where a pane is: prints `$1 @4`. */
export function findPane({ socket, pane }: TmuxPane): readonly string[] {
  return ["-S", socket, "display-message", "-p", "-t", pane, "--", "#{session_id} #{window_id}"];
}

/** Brings a pane to the front of a session: its window may be in several. */
export function selectPane(
  { socket, pane }: TmuxPane,
  session: string,
  window: string,
): readonly (readonly string[])[] {
  return [["-S", socket, "select-window", "-t", `${session}:${window}`], ["-S", socket, "select-pane", "-t", pane]];
}

/** Makes a client show a session. */
export function switchClient(socket: string, client: string, session: string): readonly string[] {
  return ["-S", socket, "switch-client", "-c", client, "-t", session];
}

/** For a shell of a person's: attaches to the server where nobody is. */
export function attach({ socket }: TmuxPane, session: string): readonly string[] {
  return ["tmux", "-S", socket, "attach", "-t", session];
}
