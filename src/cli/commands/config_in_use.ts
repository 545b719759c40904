/** Whether the daemon that runs uses the values that `config show` shows. */
import { withRunning } from "../../client/connect.ts";
import { isFlag, parseOrigin } from "../../config/origin.ts";
import type { configView } from "../../config/values.ts";
import { SCHEMA } from "../../daemon/features.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { ResultOf } from "../../protocol/method_schemas.ts";
import type { CommandContext } from "../context.ts";

type Values = ReturnType<typeof configView>["values"];

/** Deadline for the daemon's reply, ms; the output does not depend on it. */
const LOOK_MS = 2000;

/** Says on stderr which keys the daemon that runs has otherwise, and what cures it. Never starts one. */
export async function noteOtherValues(run: CommandContext, shown: Values): Promise<void> {
  try {
    await withRunning(run.context, async (client) => {
      const signal = AbortSignal.any([run.signal, AbortSignal.timeout(LOOK_MS)]);
      const { values } = await client.call("config.get", {}, signal);
      const { needsRestart } = await client.call("status", {}, signal);
      for (const note of otherValues(shown, values, needsRestart)) run.out.note(note);
    });
  } catch (error) {
    if (!(error instanceof ConsoleError)) throw error; // one that does not reply: `status` says why
  }
}

/** @param needsRestart what the daemon has read and does not use yet */
function otherValues(
  shown: Values,
  theirs: ResultOf<"config.get">["values"],
  needsRestart: readonly string[],
): string[] {
  const keys = { reload: [] as string[], restart: [] as string[], flag: [] as string[] };
  for (const [key, { value, origin }] of Object.entries(shown)) {
    const their = theirs[key]; // an older daemon does not know every key
    if (their === undefined) continue;
    const is = `${key} (${escapeControls(JSON.stringify(their.value))})`;
    const isSame = JSON.stringify(value) === JSON.stringify(their.value);
    if (needsRestart.includes(key)) keys.restart.push(key);
    else if (isSame) continue;
    else if (isFlag(their.origin)) keys.flag.push(`${key} (${escapeControls(their.origin)})`);
    else if (SCHEMA.find(key)?.applies === "live" && isReloaded(origin) && isReloaded(their.origin)) {
      keys.reload.push(is);
    } else keys.restart.push(is);
  }
  const still = "the running daemon still has other values of";
  return [
    ...(keys.reload.length === 0 ? [] : [`${still} ${keys.reload.join(", ")}: "agent-console daemon reload" cures it`]),
    ...(keys.restart.length === 0
      ? []
      : [`${still} ${keys.restart.join(", ")}: "agent-console daemon restart" cures it`]),
    ...(keys.flag.length === 0 ? [] : [
      `the running daemon was told otherwise when it was started: ${
        keys.flag.join(", ")
      }; stop it and start it to change that`,
    ]),
  ];
}

/** Not of a variable or a flag, which a daemon has from its start. */
function isReloaded(origin: string): boolean {
  const { kind } = parseOrigin(origin);
  return kind === "default" || kind === "file";
}
