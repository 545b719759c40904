/** What `config set` has changed, put into force: the running daemon reads the file again, and says what it goes by. */
import { withRunning } from "../../client/connect.ts";
import { isFlag, parseOrigin } from "../../config/origin.ts";
import { configView } from "../../config/values.ts";
import type { Loaded } from "../../config/load.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { callOn, type CommandContext } from "../context.ts";

export interface SetKey {
  readonly key: string;
  /** The file that it was written to. */
  readonly file: string;
  /** It was taken out of it. */
  readonly isTakenBack: boolean;
  /** Reads the whole configuration as it is now. @throws {ConsoleError} `config_invalid` */
  readonly load: () => Promise<Loaded>;
}

/**
 * @returns one sentence for people
 * @throws {ConsoleError} `config_invalid` where the file has other errors, so that nothing can be applied; `failed` where
 *   the running daemon did not take it
 */
export async function applySetKey(run: CommandContext, { key, file, isTakenBack, load }: SetKey): Promise<string> {
  const done = isTakenBack ? `${key} is not set in ${file} any more` : `${key} is set in ${file}`;
  const loaded = await load().catch((error) => {
    if (!(error instanceof ConsoleError) || error.kind !== "config_invalid") throw error;
    throw new ConsoleError(
      "config_invalid",
      `${done}, and not in force: the file has another error\n${error.message}`,
      {
        hint: "agent-console config validate",
      },
    );
  });
  const { value, origin = "default" } = configView(loaded).values[key] ?? {};
  if (parseOrigin(origin).kind === "variable") {
    return `${done}; in force is ${shown(value)}, which ${escapeControls(origin)} says`;
  }
  try {
    const said = await withRunning(run.context, async (client) => {
      const { needsRestart } = await callOn(client, run, "config.reload", {});
      if (needsRestart.includes(key)) return `${done}; it needs a restart: agent-console daemon restart`;
      const their = (await callOn(client, run, "config.get", {})).values[key];
      if (their === undefined && value === undefined) return `${done}; its default is in force`;
      if (their === undefined) return `${done}; the running daemon is an older one, which does not know it`;
      if (JSON.stringify(their.value) === JSON.stringify(value)) return `${done} and in force: ${shown(value)}`;
      const who = isFlag(their.origin) ? "was started with" : "goes by";
      return `${done}; the running daemon ${who} ${escapeControls(their.origin)}, so ${
        shown(their.value)
      } is in force: ` +
        "stop it and start it to change that";
    });
    return said ?? `${done}; no daemon runs, the next one goes by it`;
  } catch (error) {
    if (!(error instanceof ConsoleError)) throw error;
    throw new ConsoleError("failed", `${done}, and the running daemon did not take it: ${error.message}`, {
      hint: error.hint ?? "agent-console daemon restart",
    });
  }
}

function shown(value: unknown): string {
  return escapeControls(JSON.stringify(value) ?? "nothing");
}
