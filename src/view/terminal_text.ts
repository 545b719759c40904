/** Where a session's own terminal is, in words. Pure. */
import { escapeControls } from "../domain/sanitize.ts";
import type { Facts, Terminal } from "../domain/session.ts";

/** {@link paneKey} → where the pane is in its server (`2:1.0`), where that is known. */
export type PaneNames = ReadonlyMap<string, string>;

/** Ids of panes are of one server. */
export function paneKey(socket: string | undefined, pane: string): string {
  return `${socket ?? ""}\0${pane}`;
}

/** `tmux 2:1.0`, `WezTerm 3`, `/dev/pts/4`; undefined where nothing is known. Escaped. */
export function terminalText(
  { terminal, tty }: Pick<Facts, "terminal" | "tty">,
  panes: PaneNames = new Map(),
): string | undefined {
  const words = terminal === undefined ? undefined : named(terminal, panes);
  const text = words ?? tty;
  return text === undefined ? undefined : escapeControls(`${text}${terminal?.ssh ? " over ssh" : ""}`);
}

function named({ program, tmuxPane, tmuxSocket, windowId }: Terminal, panes: PaneNames): string | undefined {
  if (tmuxPane !== undefined) return `tmux ${panes.get(paneKey(tmuxSocket, tmuxPane)) ?? tmuxPane}`;
  if (program === undefined) return windowId === undefined ? undefined : `window ${windowId}`;
  return windowId === undefined ? program : `${program} ${windowId}`;
}
