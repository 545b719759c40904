/** Where the terminal of a session is, for people who go there. Pure. */
import { escapeControls } from "./sanitize.ts";
import type { Session } from "./session.ts";

/** Where the terminal is, in words that can be shown: `tmux pane %3, /home/u/shop`. Empty where nothing is known. */
export function terminalPlace({ terminal, tty, cwd }: Pick<Session, "cwd" | "terminal" | "tty">): string {
  const { program, tmuxPane, windowId, ssh } = terminal ?? {};
  const window = windowId === undefined ? program : `${program ?? "terminal"}'s window or pane ${windowId}`;
  const parts = [
    tmuxPane === undefined ? window : `tmux pane ${tmuxPane}`,
    tmuxPane === undefined ? tty : undefined,
    ssh ? "over ssh" : undefined,
    cwd,
  ];
  return escapeControls(parts.filter((part) => part !== undefined).join(", "));
}
