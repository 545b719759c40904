/** The command line: the tree of commands, and from errors to exit codes. */
import { Command, Option } from "commander";
import { clientContext } from "../client/endpoint.ts";
import { nearestWord } from "../lib/did_you_mean.ts";
import type { ThisProgram } from "../platform/program.ts";
import { writeStderr, writeStdout } from "../platform/stdio.ts";
import { type ErrorText, errorText } from "../protocol/error_text.ts";
import { escapeControlsKeepLines } from "../domain/sanitize.ts";
import { addCommands } from "./tree.ts";
import { CommandEnded, type TreeOptions } from "./tree/shared.ts";
import { capsuleWordHint, UnknownCommand } from "./capsule_word.ts";
import { pathOfCommand } from "./completion/place.ts";
import { firstCommand } from "./first_command.ts";
import { takeInterrupts } from "./interrupts.ts";
import { assertHomeThere } from "./named_home.ts";
import { output, ReaderGone, writeError } from "./output.ts";
import { hasCommand } from "./bare_options.ts";
import { runWords } from "./run_words.ts";
import type { CommandContext, DashboardForm } from "./context.ts";
import type { Windows } from "../client/windows.ts";
import { ownVersion, versionNote } from "./version_note.ts";

interface GlobalOptions {
  readonly home?: string;
  readonly socket?: string;
  readonly start: boolean;
  readonly color: boolean;
  readonly create?: boolean;
}

/** @returns the exit code */
export async function runCli(args: readonly string[], program: ThisProgram, windows: Windows): Promise<number> {
  const interrupts = takeInterrupts();
  const { signal } = interrupts;
  const openDashboard = async (form: DashboardForm) => {
    const { home, socket, start, color } = root.opts<GlobalOptions>();
    const { runDashboard } = await windows.dashboard();
    interrupts.release();
    const code = await runDashboard(program, { home, socket, start, color, ...form });
    if (code !== 0) throw new CommandEnded(code);
  };
  const openMcp = async () => {
    const { home, socket, start } = root.opts<GlobalOptions>();
    const { runMcp } = await windows.mcp();
    interrupts.release();
    const code = await runMcp(program, { home, socket, start });
    if (code !== 0) throw new CommandEnded(code);
  };
  const root = commandTree(program, { signal, takeSignals: interrupts.release, openDashboard, openMcp });
  try {
    // Its words are another command line: the parser would take their options for its own.
    if (args[0] === "__complete") return await (await import("./commands/complete.ts")).complete(root, program, args);
    const words = async () => {
      if (args.length === 0) return await firstCommand(program, signal);
      return hasCommand(root, args) ? args : ["dashboard", ...args];
    };
    return await runWords(root, words, signal);
  } finally {
    interrupts.release();
  }
}

/** What commander says of a value that is none of the choices of an option, or of an argument. */
const WRONG_CHOICE = new RegExp(
  "^error: (?:option '(?:-\\w, )?(?<flag>--[\\w-]+)[^']*' argument|command-argument value) '(?<given>.*)' is invalid" +
    "(?: for argument '(?<argument>[^']*)')?\\. Allowed choices are (?<choices>.*)\\.\\s*$",
  "s",
);

/** What commander says of a wrong command line, `error: …` and perhaps `(Did you mean …?)` below it. */
function usageText(text: string, command: string): ErrorText {
  const { flag, argument, given, choices } = WRONG_CHOICE.exec(text)?.groups ?? {};
  if (given !== undefined && choices !== undefined) {
    const words = choices.split(", ");
    const word = nearestWord(given, words);
    const most = words.slice(0, -1).join(", ");
    const message = `${flag ?? argument} is "${given}", expected ${most}${most === "" ? "" : " or "}${words.at(-1)}`;
    return { message, hint: word === undefined ? `${command} --help` : `did you mean ${word}?` };
  }
  const [, message = text, near] = /^(?:error: )?(.*?)(?:\n\(Did you mean (.*)\?\))?\s*$/s.exec(text) ?? [];
  // Commander also names words that have little in common with the typed one.
  const [, typed = ""] = /'(.*)'/.exec(message) ?? [];
  const words = near?.replace(/^one of /, "").split(", ").filter((word) => nearestWord(typed, [word]) !== undefined);
  return { message, hint: words?.length ? `did you mean ${words.join(" or ")}?` : `${command} --help` };
}

/** The whole tree; also read by the completions and by the test that compares it with the documentation. */
export function commandTree(program: ThisProgram, options: TreeOptions): Command {
  const root = new Command("agent-console")
    .description(
      "Every coding agent on this machine in one place: who works, who waits for you, on what, for how long.",
    )
    .version(`agent-console ${ownVersion()}`, "-V, --version", "show the version")
    .addOption(new Option("--home <path>", "the home folder (default: ~/.agent-console)"))
    .addOption(new Option("--socket <path>", "the daemon's socket"))
    .option("--create", "make the home folder that --home or AGENT_CONSOLE_HOME names")
    .option("--no-start", "do not start the daemon if it is not running")
    .option("--no-color", "no colours")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
    .configureOutput({
      writeOut: (text) => {
        if (!writeStdout(text)) throw new ReaderGone();
      },
      writeErr: (text) => void writeStderr(escapeControlsKeepLines(text)),
    })
    .exitOverride();
  const runOf = (): CommandContext => {
    const { home, socket, start, color } = root.opts<GlobalOptions>();
    const out = output(color);
    const context = clientContext({
      program,
      home,
      socket,
      start,
      onGreeted: options.onGreeted ?? versionNote(out),
      onNote: (text) => out.note(text),
    });
    const { signal, takeSignals, screen, openDashboard, openMcp } = options;
    const windows = { ...(openDashboard && { openDashboard }), ...(openMcp && { openMcp }) };
    return { context, out, signal, takeSignals, screen, ...windows };
  };
  // Each command, before its handler: whatever it is, a mistyped folder must not become a second home.
  root.hook("preAction", async (_, command) => {
    const { home, create } = root.opts<GlobalOptions>();
    if (makesNoHome(command)) return;
    await assertHomeThere({ home, create: create === true, signal: options.signal });
  });
  addCommands(root, runOf, (again) => commandTree(program, again));
  hintOwnHelp(root, root.name());
  root.configureOutput({
    outputError: (text) => {
      const { message, hint } = usageText(text, root.name());
      const [, word] = /^unknown command '(.*)'$/s.exec(message) ?? [];
      if (word !== undefined) throw new UnknownCommand(message, hint, () => capsuleWordHint(runOf(), word));
      writeError(errorText({ message, hint }));
    },
  });
  return root;
}

/** Those that agents and launchers run, and those that only take things back or print. */
const MAKE_NO_HOME: ReadonlySet<string> = new Set([
  "hook",
  "statusline",
  "hooks status",
  "hooks uninstall",
  "completions",
  "daemon uninstall",
  "doctor",
  "install",
  "uninstall",
  "update",
  "man",
  "version",
]);

function makesNoHome(command: Command): boolean {
  // `daemon start --auto` is what hooks run, by a file that names the home they were installed for.
  return MAKE_NO_HOME.has(pathOfCommand(command)) || command.opts<{ auto?: boolean }>().auto === true;
}

/** An error in the arguments of a command points to the help of this command. */
function hintOwnHelp(command: Command, name: string): void {
  command.configureOutput({ outputError: (text) => writeError(errorText(usageText(text, name))) });
  for (const sub of command.commands) hintOwnHelp(sub, `${name} ${sub.name()}`);
}
