/** Has the daemon that runs read its configuration again. Never starts one: a new one reads it anyway. */
import { notRunningError, tryConnectPatiently } from "../../client/connect.ts";
import type { ResultOf } from "../../protocol/method_schemas.ts";
import { callOn, type CommandContext } from "../context.ts";

/** @throws {ConsoleError} `not_running`; `config_invalid` where the daemon keeps the configuration that it had */
export async function reloadRunning(run: CommandContext): Promise<ResultOf<"config.reload">> {
  const client = await tryConnectPatiently(run.context);
  if (client === undefined) throw notRunningError();
  try {
    return await callOn(client, run, "config.reload", {});
  } finally {
    client.close();
  }
}
