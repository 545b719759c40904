/** What a line means: commands that begin with a slash, or text for the agent. Pure. */
import { nearestWord } from "../lib/did_you_mean.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { splitLine } from "../lib/line_words.ts";

export type Input =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "command"; readonly words: readonly string[] }
  | { readonly kind: "capsule"; readonly name: string; readonly words: readonly string[] }
  | { readonly kind: "help" }
  | { readonly kind: "quit" };

interface OwnName {
  readonly about: string;
  /** The command of the program that it stands for; absent: the chat does it itself. */
  readonly standsFor?: string;
}

/** Names of the chat itself. No capsule's command is called by one of them. */
export const OWN_NAMES: ReadonlyMap<string, OwnName> = new Map<string, OwnName>([
  ["sessions", { about: "the same as /ls", standsFor: "ls" }],
  ["help", { about: "this list; /help COMMAND shows the help of one" }],
  ["quit", { about: "leave, as Ctrl-D at an empty line does" }],
  ["exit", { about: "the same as /quit" }],
]);

/** The inputs of what was typed or pasted: of several lines that all begin with a slash each is a command. */
export function inputsOf(typed: string): readonly string[] {
  const text = typed.trim();
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  return lines.every((line) => line.startsWith("/")) ? lines : [text];
}

/** Whether a line, or `/help` in it, names a command that the program itself has not: it may be a capsule's. */
export function mayNameCapsule(text: string, names: readonly string[]): boolean {
  if (!text.startsWith("/")) return false;
  const [first = "", second = ""] = splitLine(text.slice(1)).words;
  const typed = first === "help" ? second : first;
  return typed !== "" && !typed.startsWith("-") && !names.includes(typed) && !OWN_NAMES.has(typed);
}

/**
 * @param text one of {@link inputsOf}
 * @param names of the commands
 * @param ofCapsules names of commands that capsules bring; one of the program's own comes first
 * @throws {ConsoleError} `usage`
 */
export function parseInput(text: string, names: readonly string[], ofCapsules: readonly string[] = []): Input {
  if (!text.startsWith("/")) return { kind: "text", text };
  const { words, open } = splitLine(text.slice(1));
  if (open !== "") throw new ConsoleError("usage", `a quote is open at the end: ${open}`, { hint: "close it" });
  const [typed = "", ...rest] = words;
  if (typed === "" || (typed === "help" && rest.length === 0)) return { kind: "help" };
  if (typed === "quit" || typed === "exit") return { kind: "quit" };
  // Of a capsule's command the daemon's console has the help.
  if (typed === "help" && ofCapsules.includes(rest[0] ?? "")) return { kind: "capsule", name: typed, words: rest };
  const name = OWN_NAMES.get(typed)?.standsFor ?? typed;
  // An option of the whole program, as `--version`, is no name: the command line reads it.
  if (names.includes(name) || typed === "help" || typed.startsWith("-")) {
    return { kind: "command", words: [name, ...rest] };
  }
  if (ofCapsules.includes(typed)) return { kind: "capsule", name: typed, words: rest };
  const near = nearestWord(typed, [...names, ...ofCapsules, ...OWN_NAMES.keys()]);
  throw new ConsoleError("usage", `unknown command "/${typed}"`, {
    hint: near === undefined ? "/help lists the commands" : `did you mean /${near}?`,
  });
}
