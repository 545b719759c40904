/** A notification by a program of the user: without a shell, the words of the configuration and JSON on its stdin. */
import { visibleJson } from "../../domain/sanitize.ts";
import { env } from "../../platform/process.ts";
import { permitted, programNamed } from "../../platform/program_places.ts";
import type { RunBounded } from "../../platform/bounded_run.ts";
import { notificationJson, type SessionOf } from "../notification_json.ts";
import { type ChannelContext, NOTIFY_MS, type OpenChannel } from "../kind.ts";
import { withoutProgram } from "../programs.ts";

interface CommandSettings {
  readonly argv: readonly string[];
}

export function openCommand({ settings, run, programEnv, daemon }: ChannelContext<CommandSettings>): OpenChannel {
  const { booted } = settings;
  const [word = ""] = booted.argv;
  const program = permitted(programNamed(word, env("HOME")));
  if (program === undefined) return withoutProgram();
  return commandChannel({
    program,
    // Another program needs a restart, other words of the same one do not.
    args: () => (settings.current.argv[0] === word ? settings.current : booted).argv.slice(1),
    run,
    env: programEnv,
    sessionOf: (id) => daemon.store.get(id),
  });
}

export interface CommandDeps {
  readonly program: string;
  readonly args: () => readonly string[];
  readonly run: RunBounded;
  /** The whole environment of the program. */
  readonly env: Readonly<Record<string, string>>;
  readonly sessionOf: SessionOf;
}

export function commandChannel({ program, args, run, env, sessionOf }: CommandDeps): OpenChannel {
  return {
    program,
    target: program,
    notify: (content, signal) => {
      const stdin = `${visibleJson(notificationJson(content, sessionOf))}\n`;
      return run([program, ...args()], { env, ms: NOTIFY_MS, signal, stdin });
    },
  };
}
