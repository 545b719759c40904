/** What Tab offers for the first word of a line: commands of the program, of the chat and of capsules. */
import type { CommandPort, Completed } from "./command_port.ts";
import { OWN_NAMES } from "./input.ts";

/** In the order of their names; of two with one name that which runs. */
export async function firstWords(commands: CommandPort): Promise<readonly Completed[]> {
  const own = [...OWN_NAMES].filter(([name]) => commands.commands.every((one) => one.name !== name));
  const taken = new Set([...commands.commands.map(({ name }) => name), ...own.map(([name]) => name)]);
  const capsules = (await commands.ofCapsules()).filter(({ name }) => !taken.has(name));
  return [
    ...commands.commands.filter(({ isListed }) => isListed).map(({ name, about }) => ({ value: name, about })),
    ...own.map(([value, { about }]) => ({ value, about })),
    ...capsules.map(({ name, about }) => ({ value: name, about })),
  ].sort((a, b) => a.value < b.value ? -1 : 1);
}
