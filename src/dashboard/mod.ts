/** The dashboard: every session and every request in one window, and their answers by a key. */
import { getColorEnabled } from "@std/fmt/colors";
import { connectOrStart } from "../client/reach.ts";
import type { CommandContext } from "../cli/context.ts";
import { ENDED_BY_SIGNAL } from "../cli/exit_meanings.ts";
import { CommandEnded } from "../cli/tree/shared.ts";
import { env } from "../platform/process.ts";
import { TUI } from "../protocol/actor.ts";
import { openTerminal } from "./pi_terminal.ts";
import type { StateOptions } from "./state.ts";
import { DashboardWindow } from "./window.ts";

const EXIT = { ...ENDED_BY_SIGNAL, input: 0 } as const;

/** Until q, Ctrl-C or the end of the terminal, which is given back in every case. @throws {CommandEnded} */
export async function dashboard(given: CommandContext, options: Pick<StateOptions, "filter" | "view">): Promise<void> {
  const run = { ...given, context: { ...given.context, kind: TUI } };
  // Without permission to start one, a missing daemon is an error; one that stops later is waited for.
  if (!run.context.mayStart) (await connectOrStart(run.context)).close();
  const color = getColorEnabled();
  const window = new DashboardWindow(run, (handlers) => openTerminal(handlers, { color }), {
    ...options,
    home: env("HOME"),
  });
  run.signal.addEventListener("abort", () => window.end(0), { once: true });
  if (run.signal.aborted) window.end(0);
  // A daemon that is still being started is not waited for by who leaves.
  await Promise.race([window.follow(), window.left]);
  const { ended, failure, code } = window;
  if (ended?.why === "error") throw ended.error;
  if (failure !== undefined) throw failure;
  const exit = ended === undefined ? code : EXIT[ended.why];
  if (!run.signal.aborted && exit !== 0) throw new CommandEnded(exit);
}
