/** The dashboard as a file of its own: from the values of the command line to what its parts take, and to an exit code. */
import { getColorEnabled } from "@std/fmt/colors";
import { clientContext } from "../client/endpoint.ts";
import type { DashboardOptions } from "../client/windows.ts";
import { exitCodeOf } from "../cli/exit_code.ts";
import { assertHomeThere } from "../cli/named_home.ts";
import { output } from "../cli/output.ts";
import { takeInterrupts } from "../cli/interrupts.ts";
import { CommandEnded, INTERRUPTED } from "../cli/tree/shared.ts";
import { versionNote } from "../cli/version_note.ts";
import type { ThisProgram } from "../platform/program.ts";
import type { ListFilter } from "../view/session_filter.ts";

/** @returns the exit code; what went wrong is on stderr */
export async function runDashboard(program: ThisProgram, options: DashboardOptions): Promise<number> {
  const { home, socket, start, color, filter = {}, view = "sessions", snapshot } = options;
  const { signal, release } = takeInterrupts();
  try {
    const out = output(color);
    await assertHomeThere({ home, create: false, signal });
    const context = clientContext({
      program,
      home,
      socket,
      start,
      onGreeted: versionNote(out),
      onNote: (text) => out.note(text),
    });
    const run = { context, out, signal, takeSignals: release };
    const form = { filter: filter as ListFilter, view };
    // What draws at a terminal is loaded by who has one.
    if (snapshot === undefined) await (await import("./mod.ts")).dashboard(run, form);
    else await (await import("./snapshot.ts")).printSnapshot(run, snapshot, { ...form, styled: getColorEnabled() });
    return signal.aborted ? INTERRUPTED : 0;
  } catch (error) {
    if (signal.aborted) return INTERRUPTED;
    return error instanceof CommandEnded ? error.code : exitCodeOf(error);
  }
}
