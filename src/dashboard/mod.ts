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

const EXIT = { ...ENDED_BY_SIGNAL, input: 0 } as const;

/** Until q, Ctrl-C or the end of the terminal, which is given back in every case. @throws {CommandEnded} */
export async function dashboard(run: CommandContext): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([run.signal, stop.signal]);
  const changes = new ChangeLines({});
  let end = (): void => {};
  const terminal = openTerminal({
    onKey: ({ key }) => {
      if (key === "q") stop.abort();
      if (key === "Ctrl+Z") terminal.suspend();
    },
    onMouse: () => {},
    onPaste: () => {},
    onResize: () => draw(),
    onResume: () => draw(),
    onEnd: (how) => {
      end = () => {
        throw how.why === "error" ? how.error : new CommandEnded(EXIT[how.why]);
      };
      stop.abort();
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
  try {
    terminal.setTitle("agent-console");
    draw();
    for await (const one of follow({ context: run.context, signal })) {
      if (one.kind === "snapshot") changes.snapshot(one.sessions, one.approvals);
      if (one.kind === "event") changes.event(one.event);
      draw();
    }
  } finally {
    terminal.close();
  }
  end();
}
