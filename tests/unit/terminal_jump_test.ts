/** From the environment of a hook to the argv that brings its terminal to the front. */
import { assertEquals } from "@std/assert";
import { processFacts } from "../../src/agents/shared/process_facts.ts";
import { jumpTo, whereIs } from "../../src/domain/terminal_jump.ts";

const jump = (env: Record<string, string>) => jumpTo(processFacts(env, "PPID").terminal, 1000);
const ITERM = "3F2504E0-4F89-41D3-9A0C-0305E82C3301";

Deno.test("X3 first hour 5: each terminal that can be told has its argv; ids have a shape and are no options", () => {
  assertEquals(jump({ TMUX: "/tmp/tmux-1000/default,12,0", TMUX_PANE: "%7", ZELLIJ_SESSION_NAME: "x" }), {
    kind: "tmux",
    at: { socket: "/tmp/tmux-1000/default", pane: "%7" },
  });
  assertEquals(jump({ TERM_PROGRAM: "WezTerm", WEZTERM_PANE: "4" }), {
    kind: "run",
    program: "wezterm",
    args: ["cli", "activate-pane", "--pane-id", "4"],
  });
  assertEquals(jump({ KITTY_WINDOW_ID: "12" }), {
    kind: "run",
    program: "kitty",
    args: ["@", "focus-window", "--match", "id:12"],
  });
  assertEquals(
    jump({ ZELLIJ_SESSION_NAME: "calm-cat", ZELLIJ_PANE_ID: "3", WEZTERM_PANE: "4", TERM_PROGRAM: "WezTerm" }),
    {
      kind: "run",
      program: "zellij",
      args: ["--session", "calm-cat", "action", "focus-pane-id", "terminal_3"],
      otherwise: ["zellij", "attach", "calm-cat"],
    },
  );
  const iterm = jump({ TERM_PROGRAM: "iTerm.app", ITERM_SESSION_ID: `w0t1p0:${ITERM}` });
  assertEquals(iterm?.kind === "run" && [iterm.program, ...iterm.args.slice(-2)], ["osascript", "--", ITERM]);
  for (
    const env of [
      { KITTY_WINDOW_ID: "-1" },
      { KITTY_WINDOW_ID: "1 or title:x" },
      { TERM_PROGRAM: "WezTerm", WEZTERM_PANE: "--help" },
      { ZELLIJ_SESSION_NAME: "--help", ZELLIJ_PANE_ID: "3" },
      { ZELLIJ_SESSION_NAME: "x", ZELLIJ_PANE_ID: "3;4" },
      { TERM_PROGRAM: "iTerm.app", ITERM_SESSION_ID: 'x" then do shell script "id' },
      { TERM_PROGRAM: "vscode" },
      {},
    ] as Record<string, string>[]
  ) assertEquals(jump(env), undefined, JSON.stringify(env));
});

Deno.test("first hour 5: where a session is, for people", () => {
  const base = {
    id: "s",
    agent: "test",
    startedAt: "",
    since: "",
    lastEventAt: "",
    priority: 0,
    tags: [],
    turnCount: 0,
    subagents: 0,
    status: "idle",
    idle: {},
  } as const;
  assertEquals(whereIs(base), []);
  assertEquals(
    whereIs({ ...base, cwd: "/home/u/web", tty: "/dev/pts/4", pid: 12, terminal: { program: "vscode", ssh: true } }),
    [
      "terminal vscode, over ssh",
      "tty      /dev/pts/4",
      "pid      12",
      "folder   /home/u/web",
    ],
  );
});
