/** The command that a word names, or why there is none. Pure. */
import type { ConsoleCommand } from "./console_command.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { nearestWord } from "../lib/did_you_mean.ts";
import { ConsoleError } from "../protocol/errors.ts";

export function commandNamed(name: string, commands: readonly ConsoleCommand[]): ConsoleCommand | undefined {
  return commands.find((one) => one.name === name) ?? commands.find(({ aliases }) => aliases?.includes(name));
}

export function unknownCommand(typed: string, commands: readonly ConsoleCommand[]): ConsoleError {
  const near = nearestWord(typed, commands.flatMap(({ name, aliases = [] }) => [name, ...aliases]));
  return new ConsoleError("usage", `unknown command "/${escapeControls(typed)}"`, {
    hint: near === undefined ? "/help lists the commands" : `did you mean /${near}?`,
  });
}

/** Why no job runs `command` with these words; undefined where one may. */
export function refusedToJobs(
  { name, attended, notByJobs }: ConsoleCommand,
  [what = ""]: readonly string[],
): ConsoleError | undefined {
  if (attended) return unattended(name);
  // Two that begin each other would never rest.
  if (!notByJobs?.includes(what)) return undefined;
  return new ConsoleError("forbidden", "a job begins and ends no other", { hint: "give it a schedule" });
}

/** What a job gets that runs a command which a person must have read. */
function unattended(name: string): ConsoleError {
  return new ConsoleError("forbidden", `no job runs /${name}: a person must have read what it is about`, {
    hint: "a rule lets a call pass unasked: agent-console rules add",
  });
}
