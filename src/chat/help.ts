/** What `/help` prints: the commands, from the program's own table and of capsules, and how the chat is left. Pure. */
import { bold } from "@std/fmt/colors";
import { escapeControls } from "../domain/sanitize.ts";
import { wrapBehind } from "../view/text_fit.ts";
import type { CapsuleCommand, NamedCommand } from "./command_port.ts";
import { OWN_NAMES } from "./input.ts";

const NOTES = [
  "Words are parted as in a shell, with quotes and backslashes. A backslash at the end of a line goes on in the next.",
  "Tab completes commands, options, names and ids. Ctrl-C gives up a line or ends a command, twice it leaves.",
  "Text without a slash is for an agent that the daemon runs: the first opens a session, the others go on in it.",
];

/** @param columns of the screen; Infinity in a pipe */
export function helpText(
  commands: readonly NamedCommand[],
  capsules: readonly CapsuleCommand[],
  columns: number,
): string {
  const rows = [
    ...commands.filter(({ isListed, name }) => isListed && !OWN_NAMES.has(name)),
    ...[...OWN_NAMES].map(([name, { about }]) => ({ name, about })),
    ...capsules.map(({ name, about }) => ({
      // One of the program's own comes first where both have the name.
      name: escapeControls(`${isTaken(name, commands) ? "exec /" : ""}${name}`),
      about: escapeControls(about),
    })),
  ];
  const wide = Math.max(...rows.map(({ name }) => name.length)) + 1;
  const lines = rows.flatMap(({ name, about }) => {
    const label = `  ${`/${name}`.padEnd(wide)}  `;
    const [first = "", ...more] = wrapBehind(label, about, columns);
    return [bold(label) + first, ...more];
  });
  const notes = NOTES.flatMap((note) => wrapBehind("", note, columns));
  return [...lines, "", ...notes].map((line) => `${line}\n`).join("");
}

function isTaken(name: string, commands: readonly NamedCommand[]): boolean {
  return commands.some((one) => one.name === name) || OWN_NAMES.has(name);
}
