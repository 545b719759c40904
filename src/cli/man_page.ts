/** The manual page in roff (man(7)), made from the tree of commands. */
import type { Argument, Command, Option } from "commander";
import { ENV_SETTINGS } from "../config/env.ts";
import { homePaths } from "../platform/home_paths.ts";
import { VERSION } from "../protocol/version.ts";
import { pathOfCommand, visible } from "./completion/place.ts";
import { EXITS } from "./exit_meanings.ts";

export function manPage(root: Command): string {
  const name = root.name();
  const groups = visible(root).filter((command) => command.parent === root);
  return [
    `.TH ${name.toUpperCase()} 1 "" "${name} ${VERSION}" "User Commands"`,
    ".SH NAME",
    `${roff(name)} \\- the coding agents of this machine in one place`,
    ".SH SYNOPSIS",
    `.B ${roff(name)}`,
    "[\\fIOPTION\\fR]... [\\fICOMMAND\\fR [\\fIARGUMENT\\fR]...]",
    ".SH DESCRIPTION",
    text(root.description()),
    "Without a command it lists the sessions.",
    ".SH COMMANDS",
    ...groups.flatMap((command) => commandLines(command)),
    ".SH OPTIONS",
    "With every command:",
    ...optionLines(root),
    ".SH EXIT STATUS",
    ...Object.entries(EXITS).flatMap(([code, means]) => entry(`.B ${code}`, means)),
    ".SH ENVIRONMENT",
    ...entry(".B AGENT_CONSOLE_HOME", "The home folder, where --home does not name it."),
    ...ENV_SETTINGS.flatMap(({ variable, key }) => entry(`.B ${variable}`, `Sets ${key} of the configuration.`)),
    ...entry(".B NO_COLOR", "No colours."),
    ".SH FILES",
    ...FILES.flatMap(([path, what]) => entry(`.I ${roff(path)}`, what)),
    "",
  ].join("\n");
}

const { configJsonc, journal, log } = homePaths("~/.agent-console");
const FILES = [
  [configJsonc, "The configuration. See the command config."],
  [journal, "What happened and who answered what, chained by hashes. See the command audit."],
  [log, "The log of the daemon. See the command daemon logs."],
] as const;

/** A command, or in its place its subcommands, each with its arguments, what it does and its options. */
function commandLines(command: Command): string[] {
  const subs = visible(command).filter((sub) => sub.parent === command);
  const runs = subs.length === 0 || command.options.length > 0; // `daemon` does something by itself
  return [...(runs ? oneCommand(command) : []), ...subs.flatMap(commandLines)];
}

function oneCommand(command: Command): string[] {
  const words = [
    `\\fB${roff(pathOfCommand(command))}\\fR`,
    ...command.registeredArguments.map(argumentWord),
  ];
  const options = optionLines(command);
  return [
    ...entry(words.join(" "), sentence(command.description())),
    ...(options.length === 0 ? [] : [".RS", ...options, ".RE"]),
  ];
}

function argumentWord(argument: Argument): string {
  const name = `\\fI${roff(argument.name().toUpperCase())}\\fR${argument.variadic ? "..." : ""}`;
  return argument.required ? name : `[${name}]`;
}

function optionLines(command: Command): string[] {
  const options = command.createHelp().visibleOptions(command);
  return options.filter(({ long }) => long !== "--help" || command.parent === null)
    .flatMap((option) => entry(`\\fB${roff(option.flags)}\\fR`, about(option)));
}

function about({ description, argChoices }: Option): string {
  const choices = argChoices === undefined ? "" : `One of ${argChoices.join(", ")}.`;
  return [description === "" ? "" : sentence(description), choices].filter((part) => part !== "").join(" ");
}

function entry(head: string, what: string): string[] {
  return [".TP", head, what === "" ? "\\&" : text(what)];
}

function sentence(description: string): string {
  const first = description.slice(0, 1).toUpperCase() + description.slice(1);
  return /[.?!]$/.test(first) ? first : `${first}.`;
}

/** A line of running text: one that begins like a request would be taken for one. */
function text(line: string): string {
  return roff(line).replace(/^(?=[.'])/, "\\&");
}

/** Characters that roff reads as its own, and those that need not be in a terminal's font, as escapes. */
function roff(words: string): string {
  return words.replace(/\s+/g, " ").replace(/\\/g, "\\e").replace(/-/g, "\\-")
    .replace(/[^\x20-\x7e]/gu, (sign) => `\\[u${sign.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}]`);
}
