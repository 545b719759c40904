/** `/help`: the commands of the console, from the table itself. */
import type { ConsoleCommand } from "../core/console_command.ts";
import { commandNamed, unknownCommand } from "../core/command_named.ts";

/** @throws {ConsoleError} `usage` where there is no such command */
export function help(name: string | undefined, commands: readonly ConsoleCommand[]): string {
  if (name !== undefined) {
    const word = name.replace(/^\//, "");
    const found = commandNamed(word, commands);
    if (found === undefined) throw unknownCommand(word, commands);
    const also = found.aliases === undefined ? [] : [`also: ${found.aliases.map((alias) => `/${alias}`).join(", ")}`];
    return [`${titleOf(found)}`, found.summary, ...also].join("\n");
  }
  const wide = Math.max(...commands.map((one) => titleOf(one).length));
  const lines = commands.map((one) => `${titleOf(one).padEnd(wide)}  ${one.summary}`);
  return [...lines, "", "Any other text is a prompt for the default agent."].join("\n");
}

function titleOf({ name, usage }: ConsoleCommand): string {
  return `/${name}${usage === "" ? "" : ` ${usage}`}`;
}
