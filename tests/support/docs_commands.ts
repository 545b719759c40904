/** The commands that the pages quote, checked against the tree of commands and the tasks of deno.json. */
import type { Command } from "commander";

const DENO = ["npx", "-y", "deno@2.9.6"];

/** The lines of a page's `sh` blocks and the `agent-console …` in its text, comments left out. */
export function quoted(page: string): string[] {
  const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block]) => (block ?? "").split("\n"));
  const inline = [...page.replace(/^```[\s\S]*?^```$/gm, "").matchAll(/`((?:agent-console|npx|deno) [^`]+)`/g)]
    .map(([, command]) => command ?? "");
  return [...blocks, ...inline].map((line) => line.replace(/(^|\s)#.*$/, "").trim()).filter((line) => line !== "");
}

/** Why a line would not work, or undefined. */
export function problemOf(line: string, root: Command, tasks: Readonly<Record<string, string>>): string | undefined {
  if (/^mkdir -p(?: ~\/[\w./-]+)+$/.test(line)) return undefined; // folders of the reader's own
  const [before = ""] = line.split(" > ");
  const words: string[] = before.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  while (/^[A-Z][A-Z_]*=/.test(words[0] ?? "")) words.shift(); // variables of its environment
  if (words[0] === "agent-console") return problemOfCommand(words.slice(1), root);
  const deno = words[0] === "deno" ? words.slice(1) : DENO.every((word, i) => words[i] === word) ? words.slice(3) : [];
  if (deno[0] === "run" && deno[1] === "-A") {
    return fileExists(deno[2] ?? "") ? undefined : `${deno[2]} is no file`;
  }
  if (deno[0] !== "task") return `${words[0]} is nothing that a page may ask for`;
  const name = deno[1] ?? "";
  if (name === "NAME") return undefined; // stands for each row of the table
  if (tasks[name] === undefined) return `${name} is no task of deno.json`;
  return name === "console" ? problemOfCommand(deno.slice(2), root) : undefined;
}

function problemOfCommand(words: readonly string[], root: Command): string | undefined {
  let command = root;
  let rest = [...words];
  for (let next = sub(command, rest[0]); next !== undefined; next = sub(command, rest[0])) {
    command = next;
    rest = rest.slice(1);
  }
  const values: string[] = [];
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i] ?? "";
    if (!word.startsWith("-")) values.push(word);
    else {
      const option = [...command.options, ...root.options].find(({ long, short }) => word === long || word === short);
      if (option === undefined) return `${command.name()} has no option ${word}`;
      // `watch --since` in a sentence speaks of the option; a value, where one is given, is not an argument.
      if (option.required) i++;
    }
  }
  if (command === root && values.length > 0) return `${values[0]} is no command`;
  const takes = command.registeredArguments;
  if (values.length > takes.length && !takes.at(-1)?.variadic) {
    return `${command.name()} takes no ${values[takes.length]}`;
  }
  const missing = takes[values.length];
  if (missing?.required) return `${command.name()} needs ${missing.name()}`;
  return command.commands.length > 0 && command.options.length === 0 && command !== root
    ? `${command.name()} needs a command`
    : undefined;
}

/**
 * The commands in the running text of the changelog that do not exist: code of two or more plain words, of which the first
 * is a command, with `a|b` for each of both.
 */
export function unknownCommands(text: string, root: Command, tasks: Readonly<Record<string, string>>): string[] {
  const codes = [...text.matchAll(/`([a-z][\w-]* [a-z|-][^`]*)`/g)].map(([, code]) => (code ?? "").split(/\s+/));
  return codes.flatMap((words) => alternatives(words)).flatMap((words) => {
    const [first, second = "", third = ""] = words;
    if (first !== "deno") return unknownWord(words, root) ?? [];
    return second === "task" && tasks[third] !== undefined ? [] : [words.join(" ")];
  });
}

/** Each reading of words that may be `a|b`. */
function alternatives([first, ...rest]: readonly string[]): string[][] {
  if (first === undefined) return [[]];
  return first.split("|").flatMap((word) => alternatives(rest).map((others) => [word, ...others]));
}

/** The words, where one is no command, option or value of the command in front of it. */
function unknownWord(words: readonly string[], root: Command): string | undefined {
  let command = root;
  for (const word of words) {
    const next = sub(command, word);
    if (next !== undefined) command = next;
    else if (word.startsWith("-")) {
      const has = [...command.options, ...root.options].some(({ long, short }) => word === long || word === short);
      if (!has) return words.join(" ");
    } else if (/^[a-z]/.test(word) && (command === root || command.registeredArguments.length === 0)) {
      return words.join(" ");
    }
  }
  return undefined;
}

function sub(command: Command, word: string | undefined): Command | undefined {
  return command.commands.find((one) => one.name() === word);
}

function fileExists(path: string): boolean {
  try {
    return Deno.statSync(new URL(`../../${path}`, import.meta.url)).isFile;
  } catch {
    return false;
  }
}
