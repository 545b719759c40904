/**
 * A line for the daemon's console as windows with a list of requests take it: which commands they offer, and which one is
 * meant. Requests are not answered by it: what is asked may not be on the screen, and the lists answer it. Pure.
 */

/** How long a window waits for what a line says, ms. The daemon gives up a capsule's command before that. */
export const CONSOLE_LINE_MS = 60_000;

/** As `command.list` has it. */
export interface ConsoleEntry {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly usage: string;
  readonly summary: string;
  readonly capsule?: string;
}

/** What a command said, or why it said nothing. */
export interface ConsoleAnswer {
  readonly line: string;
  /** The capsule that brings it. */
  readonly by?: string | undefined;
  readonly text: string;
  readonly success: boolean;
}

/** What is typed: the name in small letters, as the console reads it, and what stands behind it. */
interface TypedLine {
  readonly name: string;
  readonly rest: string;
  /** A space stands behind the name: it is meant whole. */
  readonly isNamed: boolean;
}

export function typedLine(text: string): TypedLine {
  const [, name = "", rest = ""] = /^\s*\/?(\S*)([\s\S]*)$/.exec(text) ?? [];
  return { name: name.toLowerCase(), rest: rest.trim(), isNamed: rest !== "" };
}

export function answersRequest({ name }: Pick<TypedLine, "name">): boolean {
  return name === "approve" || name === "deny";
}

export function offeredCommands(all: readonly ConsoleEntry[]): readonly ConsoleEntry[] {
  return all.filter((one) => !answersRequest(one));
}

/** Those of `offered` that fit what is typed. */
export function fittingCommands(offered: readonly ConsoleEntry[], { name, isNamed }: TypedLine) {
  return offered.filter((one) =>
    [one.name, ...one.aliases].some((word) => isNamed ? word === name : word.startsWith(name))
  );
}

/** The command that is named whole, with its line as the daemon takes it. */
export function meantCommand(offered: readonly ConsoleEntry[], { name, rest }: TypedLine) {
  const one = offered.find((each) => each.name === name || each.aliases.includes(name));
  return one === undefined ? undefined : { ...one, line: `/${one.name}${rest === "" ? "" : ` ${rest}`}` };
}

/** Stands above its words. A failure names the capsule itself. */
export function answerTitle({ line, by, success }: ConsoleAnswer): string {
  return by === undefined || !success ? line : `${line} · the capsule ${by} says:`;
}
