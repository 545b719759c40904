/** The dashboard: how many sessions there are in each state, until q. */
import { getColorEnabled } from "@std/fmt/colors";
import { follow } from "../client/follow.ts";
import type { CommandContext } from "../cli/context.ts";
import { ENDED_BY_SIGNAL } from "../cli/exit_meanings.ts";
import { CommandEnded } from "../cli/tree/shared.ts";
import { displayStatus } from "../domain/state_words.ts";
import { ChangeLines } from "../view/change_lines.ts";
import { openTerminal } from "./pi_terminal.ts";
import type { TextRow } from "./terminal_port.ts";

/** Until q, Ctrl-C or the end of the terminal, which is given back in every case. @throws {CommandEnded} */
export async function dashboard(run: CommandContext): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([run.signal, stop.signal]);
  const changes = new ChangeLines({});
  const ended = Promise.withResolvers<void>();
  run.signal.addEventListener("abort", () => ended.resolve(), { once: true });
  const terminal = openTerminal({
    onKey: ({ key }) => {
      if (key === "q") ended.resolve();
    },
    onMouse: () => {},
    onPaste: () => {},
    onResize: () => draw(),
    onResume: () => draw(),
    onEnd: (end) => {
      if (end.why === "input") ended.resolve();
      else ended.reject(end.why === "error" ? end.error : new CommandEnded(ENDED_BY_SIGNAL[end.why]));
    },
  }, { color: getColorEnabled() });
  const draw = () => {
    const counts = new Map<string, number>();
    for (const session of changes.sessions) {
      const state = displayStatus(session);
      counts.set(state, (counts.get(state) ?? 0) + 1);
    }
    const states = [...counts].map(([state, count]): TextRow => [{ text: `${count} ${state}` }]);
    const title: TextRow = [{ text: "agent-console", style: { bold: true } }];
    terminal.draw([title, [], ...states, [], [{ text: "q quit", style: { dim: true } }]]);
  };
  const followDaemon = async () => {
    for await (const one of follow({ context: run.context, signal })) {
      if (one.kind === "snapshot") changes.snapshot(one.sessions, one.approvals);
      if (one.kind === "event") changes.event(one.event);
      draw();
    }
  };
  try {
    terminal.setTitle("agent-console");
    draw();
    // Whoever leaves does not wait for a daemon that is being started.
    await Promise.race([ended.promise, followDaemon()]);
  } finally {
    stop.abort();
    terminal.close();
  }
}
