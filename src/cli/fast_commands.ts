/**
 * `ls --json`, `next --json` and `status --json`, exactly so: what status bars and scripts call again and again. The
 * handlers are those of the full command line; only its parser, 20 ms of start-up, is left out.
 */
import { clientContext } from "../client/endpoint.ts";
import type { FastCommand } from "../client/dispatch.ts";
import type { ThisProgram } from "../platform/program.ts";
import { ls, next } from "./commands/list.ts";
import { showStatus } from "./commands/status.ts";
import { exitCodeOf } from "./exit_code.ts";
import { assertHomeThere } from "./named_home.ts";
import { output } from "./output.ts";
import type { CommandContext } from "./context.ts";
import { versionNote } from "./version_note.ts";

/** @returns the exit code */
export async function runFastCommand(command: FastCommand, program: ThisProgram): Promise<number> {
  try {
    const out = output(false);
    const { signal } = new AbortController();
    await assertHomeThere({ create: false, signal });
    const run: CommandContext = {
      context: clientContext({ program, start: true, onGreeted: versionNote(out), onNote: (text) => out.note(text) }),
      out,
      signal,
      takeSignals: () => {},
    };
    if (command === "ls") await ls(run, { json: true });
    else if (command === "next") await next(run, { json: true });
    else await showStatus(run, { json: true, start: true });
    return 0;
  } catch (error) {
    return exitCodeOf(error);
  }
}
