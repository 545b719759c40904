/** A command line of options alone: they are those of the window that opens without a command. Pure. */
import type { Command } from "commander";

/** Whether `args` name a command, or ask for the program's own help or version. */
export function hasCommand(root: Command, args: readonly string[]): boolean {
  const window = root.commands.find((command) => command.name() === "dashboard");
  const taking = new Set(
    [...root.options, ...window?.options ?? []].filter(({ required }) => required).map(({ long }) => long),
  );
  return args.some((word, at) => OWN.has(word) || (!word.startsWith("-") && !taking.has(args[at - 1] ?? "")));
}

const OWN: ReadonlySet<string> = new Set(["-h", "--help", "-V", "--version"]);
