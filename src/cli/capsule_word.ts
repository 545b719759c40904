/** A word that is no command of the program, but one that a capsule brings to the console: how that one is run. */
import { tryConnectRunning } from "../client/connect.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { callOn, type CommandContext } from "./context.ts";

/** An error that waits for nobody: a daemon that is slower tells nothing, ms. */
const LOOK_MS = 1000;

/** A hint, as the running daemon knows its commands; undefined where no capsule has one of that name, or no daemon runs. */
export async function capsuleWordHint(run: CommandContext, word: string): Promise<string | undefined> {
  try {
    const client = await tryConnectRunning(run.context, LOOK_MS);
    if (client === undefined) return undefined;
    try {
      const { commands } = await callOn(client, run, "command.list", {});
      const found = commands.find(({ name, aliases, capsule }) =>
        capsule !== undefined && (name === word || aliases.includes(word))
      );
      if (found === undefined) return undefined;
      return `agent-console exec /${found.name} runs that of the capsule ${found.capsule}; all: agent-console command list`;
    } finally {
      client.close();
    }
  } catch (error) {
    if (!(error instanceof ConsoleError)) throw error;
    return undefined;
  }
}

/** A word where a command is expected. What else may be meant is asked of the daemon, so only once the line is refused. */
export class UnknownCommand extends ConsoleError {
  constructor(message: string, hint: string | undefined, readonly otherHint: () => Promise<string | undefined>) {
    super("usage", message, hint === undefined ? {} : { hint });
  }
}
