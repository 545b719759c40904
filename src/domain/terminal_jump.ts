/**
 * How to bring a session's terminal to the front, from what its hook recorded, as argv. What stands in it came from outside:
 * ids have a shape, and stand where no program takes an option. Pure.
 */
import type { Terminal } from "./session.ts";
import { type TmuxPane, tmuxPane } from "./tmux.ts";

export type Jump =
  /** Takes several steps, by what the server says (tmux.ts). */
  | { readonly kind: "tmux"; readonly at: TmuxPane }
  /** One program, looked for on PATH. `otherwise`: what a person can run where it fails. */
  | {
    readonly kind: "run";
    readonly program: "wezterm" | "kitty" | "zellij" | "osascript";
    readonly args: readonly string[];
    readonly otherwise?: readonly string[];
  };

/** @returns undefined where no terminal was recorded that can be told to come to the front */
export function jumpTo(terminal: Terminal | undefined, uid: number | null): Jump | undefined {
  const at = tmuxPane(terminal, uid);
  if (at !== undefined) return { kind: "tmux", at };
  const { program, windowId = "", zellijSession } = terminal ?? {};
  if (program === "zellij" && isName(zellijSession)) {
    const otherwise = ["zellij", "attach", zellijSession];
    if (!isNumber(windowId)) return undefined;
    const args = ["--session", zellijSession, "action", "focus-pane-id", `terminal_${windowId}`];
    return { kind: "run", program: "zellij", args, otherwise };
  }
  if (program === "WezTerm" && isNumber(windowId)) {
    return { kind: "run", program: "wezterm", args: ["cli", "activate-pane", "--pane-id", windowId] };
  }
  if (program === "kitty" && isNumber(windowId)) {
    return { kind: "run", program: "kitty", args: ["@", "focus-window", "--match", `id:${windowId}`] };
  }
  if (program === "iTerm.app" && UUID.test(windowId)) {
    return { kind: "run", program: "osascript", args: [...ITERM.flatMap((line) => ["-e", line]), "--", windowId] };
  }
  return undefined;
}

const UUID = /^[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}$/i;

function isNumber(text: string): boolean {
  return /^\d{1,9}$/.test(text);
}

/** Of a zellij session: never an option. */
function isName(text: string | undefined): text is string {
  return text !== undefined && /^\w[\w.-]{0,99}$/.test(text);
}

const ITERM = [
  "on run argv",
  'tell application "iTerm2"',
  "repeat with w in windows",
  "repeat with t in tabs of w",
  "repeat with s in sessions of t",
  "if (unique ID of s) is (item 1 of argv) then",
  "select w",
  "select t",
  "select s",
  "activate",
  "return",
  "end if",
  "end repeat",
  "end repeat",
  "end repeat",
  "end tell",
  'error "no such session"',
  "end run",
];
