/** Commands of a capsule whose names are those of other commands: it could not be granted. */
import { tryConnectRunning } from "../client/connect.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { callOn, type CommandContext } from "./context.ts";

/**
 * A sentence for each, as the running daemon knows its commands; none where no daemon runs, for the grant looks again.
 *
 * @param capsule whose own commands do not count
 */
export async function takenCommands(
  run: CommandContext,
  capsule: string,
  names: readonly string[],
): Promise<readonly string[]> {
  if (names.length === 0) return [];
  try {
    const client = await tryConnectRunning(run.context);
    if (client === undefined) return [];
    try {
      const { commands } = await callOn(client, run, "command.list", {});
      const others = commands.filter((one) => one.capsule !== capsule);
      return names.flatMap((name) => {
        const taken = others.find((one) => one.name === name || one.aliases.includes(name));
        if (taken === undefined) return [];
        const whose = taken.capsule === undefined ? "agent-console itself" : `the capsule ${taken.capsule}`;
        return [`${whose} has the command /${name} already: it cannot be granted like that`];
      });
    } finally {
      client.close();
    }
  } catch (error) {
    if (!(error instanceof ConsoleError)) throw error;
    return []; // no answer: the grant says it
  }
}
