/** `help` with the words of a command, at any depth: the parser takes one word and drops the others. */
import type { Command } from "commander";
import { escapeControls } from "../domain/sanitize.ts";
import { nearestWord } from "../lib/did_you_mean.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { pathOfCommand } from "./completion/place.ts";

/**
 * The command whose help `line` asks for; undefined where it asks for none, or names none.
 *
 * @throws {ConsoleError} `usage` where no command has that name
 */
export function helpAskedOf(root: Command, line: readonly string[]): Command | undefined {
  const at = line.indexOf("help");
  const words = line.slice(at + 1);
  let command: Command | undefined = root;
  for (const word of line.slice(0, at)) command = command && subOf(command, word);
  if (at < 0 || command === undefined || command.commands.length === 0 || words.length === 0) return undefined;
  if (words.some((word) => word.startsWith("-"))) return undefined;
  for (const word of words) {
    const next = subOf(command, word);
    if (next === undefined) throw noCommand(root, command, word);
    command = next;
  }
  return command;
}

function subOf({ commands }: Command, word: string): Command | undefined {
  return commands.find((one) => one.name() === word || one.aliases().includes(word));
}

function noCommand(root: Command, command: Command, word: string): ConsoleError {
  const near = nearestWord(word, command.commands.map((one) => one.name()));
  const path = command === root ? "" : `${pathOfCommand(command)} `;
  const hint = near === undefined ? `${root.name()} ${path}--help` : `did you mean help ${path}${near}?`;
  return new ConsoleError("usage", `no command is named "${escapeControls(path + word)}"`, { hint });
}
