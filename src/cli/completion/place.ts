/** What is asked for at the end of an unfinished command line, by the tree of commands. Pure. */
import type { Argument, Command, Option } from "commander";

export type Place =
  /** The name of a subcommand. */
  | { readonly kind: "command"; readonly command: Command; readonly operands: readonly string[] }
  | { readonly kind: "option"; readonly command: Command; readonly options: readonly Option[] }
  /** A value of `option`; `head` stands before it in the same word: `--status=`. */
  | { readonly kind: "value"; readonly command: Command; readonly option: Option; readonly head: string }
  | {
    readonly kind: "argument";
    readonly command: Command;
    readonly argument: Argument;
    readonly operands: readonly string[];
  }
  | { readonly kind: "nothing" };

export interface Asked {
  readonly place: Place;
  /** The word that is being typed, less a `head`. */
  readonly prefix: string;
  /** What the options before it say, by their long names without hyphens. */
  readonly given: ReadonlyMap<string, string>;
}

/** @param words as they are after the program's name, without a shell's quotes; the last is being typed, or empty */
export function placeIn(root: Command, words: readonly string[]): Asked {
  const given = new Map<string, string>();
  const operands: string[] = [];
  let command = root;
  let wants: Option | undefined;
  let isOver = false;
  for (const word of words.slice(0, -1)) {
    if (wants !== undefined) {
      given.set(nameOf(wants), word);
      wants = undefined;
    } else if (!isOver && word === "--") isOver = true;
    else if (!isOver && word.startsWith("-") && word !== "-") {
      const [flag = "", value] = splitValue(word);
      const option = optionsOf(command).find((one) => one.long === flag || one.short === flag);
      if (option === undefined || !takesValue(option)) continue;
      if (value === undefined) wants = option;
      else given.set(nameOf(option), value);
    } else {
      const sub = isOver || operands.length > 0 ? undefined : subcommand(command, word);
      if (sub === undefined) operands.push(word);
      else command = sub;
    }
  }
  const current = words.at(-1) ?? "";
  return { given, ...ending(command, operands, current, isOver ? "over" : wants) };
}

function ending(
  command: Command,
  operands: readonly string[],
  current: string,
  state: Option | "over" | undefined,
): Pick<Asked, "place" | "prefix"> {
  if (typeof state === "object") {
    return { place: { kind: "value", command, option: state, head: "" }, prefix: current };
  }
  if (state === undefined && current.startsWith("-")) {
    const [flag = "", value] = splitValue(current);
    const option = value === undefined ? undefined : optionsOf(command).find(({ long }) => long === flag);
    if (value !== undefined && option !== undefined) {
      return { place: { kind: "value", command, option, head: `${flag}=` }, prefix: value };
    }
    return { place: { kind: "option", command, options: optionsOf(command) }, prefix: current };
  }
  const helps = operands.length === 1 && operands[0] === "help";
  if ((operands.length === 0 || helps) && visible(command).length > 0) {
    return { place: { kind: "command", command, operands }, prefix: current };
  }
  const known = command.registeredArguments;
  const last = known.at(-1);
  const argument = known[operands.length] ?? (last?.variadic ? last : undefined);
  if (argument === undefined) return { place: { kind: "nothing" }, prefix: current };
  return { place: { kind: "argument", command, argument, operands }, prefix: current };
}

/** The subcommands that a person may call, the command `help` among them where there is one. */
export function visible(command: Command): readonly Command[] {
  return command.createHelp().visibleCommands(command);
}

/** Its own and those of the program, `--help` among them. */
function optionsOf(command: Command): readonly Option[] {
  const help = command.createHelp();
  const own = [...help.visibleOptions(command)];
  for (let one = command.parent; one !== null; one = one.parent) {
    if (one.parent === null) own.push(...help.visibleOptions(one));
  }
  return own.filter((option, at) => own.findIndex(({ long }) => long === option.long) === at);
}

/** The names of a command's parents and its own, without the program's. */
export function pathOfCommand(command: Command): string {
  const names: string[] = [];
  for (let one: Command | null = command; one?.parent; one = one.parent) names.unshift(one.name());
  return names.join(" ");
}

function subcommand(command: Command, word: string): Command | undefined {
  return command.commands.find((one) => one.name() === word);
}

function takesValue(option: Option): boolean {
  return option.required || option.optional;
}

function nameOf({ long, short }: Option): string {
  return (long ?? short ?? "").replace(/^-+/, "");
}

function splitValue(word: string): readonly [string, string?] {
  const at = word.indexOf("=");
  return at < 0 || !word.startsWith("--") ? [word] : [word.slice(0, at), word.slice(at + 1)];
}
