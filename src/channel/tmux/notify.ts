/** A notification by a message in tmux. Texts of agents are arguments, never a format, an option or a second command. */
import { displayMessage } from "../../domain/tmux.ts";
import type { RunOutcome } from "../../platform/bounded_run.ts";
import { permitted } from "../../platform/program_places.ts";
import type { ChannelContext, OpenChannel } from "../kind.ts";
import { clientsOf, TMUX_MS, type TmuxRun } from "../panes.ts";
import { TMUX_PROGRAMS, withoutProgram } from "../programs.ts";

export function openTmux({ run, programEnv: env, panes }: ChannelContext): OpenChannel {
  const program = permitted(TMUX_PROGRAMS);
  return program === undefined ? withoutProgram() : tmuxChannel({ program, run, env }, (own) => panes.sockets(own));
}

/** Clients of one server that are told. */
const MAX_CLIENTS = 8;

/** @param socketsWith sockets of the tmux servers that agents run in, and the one that a test names */
export function tmuxChannel(
  { program, run, env }: TmuxRun,
  socketsWith: (own: string | undefined) => readonly string[],
): OpenChannel {
  const notify: OpenChannel["notify"] = async ({ message: { sign, text }, tmuxSocket }, signal) => {
    let told = 0;
    let problem: RunOutcome | undefined;
    for (const socket of socketsWith(tmuxSocket)) {
      const clients = await clientsOf(socket, { program, run, env }, signal);
      for (const { name } of (clients ?? []).slice(0, MAX_CLIENTS)) {
        const argv = [program, ...displayMessage({ socket, client: name, text: `${sign} ${text}` })];
        const outcome = await run(argv, { env, ms: TMUX_MS, signal });
        if (outcome.kind === "ended" && outcome.code === 0) told++;
        else problem ??= outcome;
      }
    }
    if (told > 0) return { kind: "ended", code: 0, stdout: "", stderr: "" };
    return problem ?? { kind: "nobody", problem: "no tmux client is attached to a server that an agent runs in" };
  };
  return { program, target: program, notify };
}
