/** A command line of options alone: they are those of the window that opens without a command. Pure. */
import type { Command } from "commander";

/** Whether `args` name a command, ask for the program's own help or version, or have an option that no window knows. */
export function hasCommand(root: Command, args: readonly string[]): boolean {
  const window = root.commands.find((command) => command.name() === "dashboard");
  const known = [...root.options, ...window?.options ?? []].filter(({ long }) => long !== "--version");
  return args.some((word, at) => {
    const isOption = ({ long, short }: { readonly long?: string; readonly short?: string }, given: string) =>
      given === long || given === short || given.startsWith(`${long}=`);
    if (word.startsWith("-")) return !known.some((option) => isOption(option, word));
    const before = args[at - 1] ?? "";
    return !known.some((option) => option.required && isOption(option, before) && !before.includes("="));
  });
}
