/** Where an agent runs, from the environment of its hook: process, terminal device, multiplexer pane. */
import type { Facts, Terminal } from "../../domain/session.ts";
import { clip } from "../../domain/sanitize.ts";
import { socketOfTmux } from "../../domain/tmux.ts";
import { optional } from "../../lib/json_fields.ts";
import { type HookEnv, PARENT_PID } from "./hook_env.ts";

const CAP = 200;
// pid_t is 32 bits wide; Linux itself stops at 2^22.
const PID = /^[1-9]\d{0,9}$/;

/**
 * Facts about the agent's process. `pid` names the variable that the agent sets for its hooks; where it sets none,
 * "PPID" takes the process that started the hook: the agent itself, or a shell in between (domain/confirmed_pid.ts
 * tells them apart).
 */
export function processFacts(env: HookEnv, pid: string): Pick<Facts, "pid" | "parentPid" | "tty" | "terminal"> {
  const named = value(env, pid);
  const number = named !== undefined && PID.test(named) ? Number(named) : undefined;
  return {
    ...(pid === PARENT_PID ? optional("parentPid", number) : optional("pid", number)),
    ...optional("tty", value(env, "SSH_TTY")),
    ...optional("terminal", terminalOf(env)),
  };
}

function terminalOf(env: HookEnv): Terminal | undefined {
  const tmux = value(env, "TMUX");
  const pane = value(env, "TMUX_PANE");
  const wezterm = value(env, "WEZTERM_PANE");
  const kitty = value(env, "KITTY_WINDOW_ID");
  const zellij = value(env, "ZELLIJ_SESSION_NAME");
  const inTmux = tmux !== undefined || pane !== undefined;
  const inZellij = !inTmux && zellij !== undefined;
  const program = inTmux ? "tmux" : inZellij ? "zellij" : value(env, "TERM_PROGRAM") ??
    (wezterm !== undefined ? "WezTerm" : kitty !== undefined ? "kitty" : undefined);
  // iTerm's is "w0t1p2:UUID"; the part before the colon changes when a tab is moved
  const iterm = program === "iTerm.app" ? value(env, "ITERM_SESSION_ID")?.split(":").at(-1) : undefined;
  const terminal: Terminal = {
    ...optional("program", program),
    ...optional("tmuxPane", pane !== undefined && /^%\d+$/.test(pane) ? pane : undefined),
    ...optional("tmuxSocket", tmux === undefined ? undefined : socketOfTmux(tmux)),
    // inside tmux and zellij the others are left over from the terminal in which its server was started
    ...optional(
      "windowId",
      inTmux ? undefined : inZellij ? value(env, "ZELLIJ_PANE_ID") : iterm ?? wezterm ?? kitty,
    ),
    ...(inZellij ? optional("zellijSession", zellij) : {}),
    ...(value(env, "SSH_TTY") === undefined ? {} : { ssh: true }),
  };
  return Object.keys(terminal).length === 0 ? undefined : terminal;
}

function value(env: HookEnv, name: string): string | undefined {
  const found: unknown = Object.hasOwn(env, name) ? env[name] : undefined;
  return typeof found === "string" && found !== "" ? clip(found, CAP) : undefined;
}
