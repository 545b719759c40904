/** Where a session's own terminal is, in words that can be shown. Pure. */
import { escapeControls } from "./sanitize.ts";
import type { Facts, Terminal } from "./session.ts";

/** {@link paneKey} → where the pane is in its server (`2:1.0`), where that is known. */
export type PaneNames = ReadonlyMap<string, string>;

/** Ids of panes are of one server. */
export function paneKey(socket: string | undefined, pane: string): string {
  return `${socket ?? ""}\0${pane}`;
}

/** `tmux 2:1.0`, `zellij work:3`, `WezTerm 3`, `/dev/pts/4`; undefined where nothing is known. Escaped. */
export function terminalPlace(
  { terminal, tty }: Pick<Facts, "terminal" | "tty">,
  panes: PaneNames = new Map(),
): string | undefined {
  const text = (terminal === undefined ? undefined : named(terminal, panes)) ?? tty;
  return text === undefined ? undefined : escapeControls(`${text}${terminal?.ssh ? " over ssh" : ""}`);
}

/** For people who go there: the same with what else leads there, and the folder. Empty where nothing is known. Escaped. */
export function terminalAndFolder(facts: Pick<Facts, "cwd" | "terminal" | "tty">): string {
  const { terminal, tty, cwd } = facts;
  const place = terminalPlace(facts);
  const { tmuxPane, tmuxSocket } = terminal ?? {};
  const server = tmuxPane === undefined || tmuxSocket?.endsWith("/default") ? undefined : tmuxSocket;
  // Of a pane of tmux its name is enough; where nothing else is known, the tty is the place.
  const isTtyMore = terminal !== undefined && tmuxPane === undefined && named(terminal, new Map()) !== undefined;
  const more = [server === undefined ? undefined : `server ${server}`, isTtyMore ? tty : undefined, cwd];
  const parts = more.flatMap((part) => part === undefined ? [] : [escapeControls(part)]);
  return [...(place === undefined ? [] : [place]), ...parts].join(", ");
}

function named(
  { program, tmuxPane, tmuxSocket, windowId, zellijSession }: Terminal,
  panes: PaneNames,
): string | undefined {
  if (tmuxPane !== undefined) return `tmux ${panes.get(paneKey(tmuxSocket, tmuxPane)) ?? tmuxPane}`;
  if (program === undefined) return windowId === undefined ? undefined : `window ${windowId}`;
  const place = [zellijSession, windowId].filter((part) => part !== undefined).join(":");
  return place === "" ? program : `${program} ${place}`;
}
