/** The chat, a console of lines: what begins with a slash is a command of the program, other text is a turn for an agent. */
import { dim } from "@std/fmt/colors";
import { stdinKeyboard } from "../platform/keyboard.ts";
import { env } from "../platform/process.ts";
import { stderrScreen, stdoutScreen, writeStderr } from "../platform/stdio.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { type ChatOptions, type InputListener, INTERRUPTED_CODE, type Outcome, type RunInput } from "./chat_options.ts";
import type { CapsuleCommand } from "./command_port.ts";
import { helpText } from "./help.ts";
import { inputsOf, mayNameCapsule, OWN_NAMES, parseInput } from "./input.ts";
import { Conversation } from "./turn.ts";

/** Until the end of the input. @returns the exit code */
export async function runChat(options: ChatOptions): Promise<number> {
  const isDumb = ["", "dumb"].includes(env("TERM") ?? "");
  const conversation = new Conversation(options.sessionId);
  const before = await conversation.before(options.context);
  if (before !== "") options.commands.note(before);
  const run: RunInput = (text, signal, on) => perform({ ...options, conversation }, text, signal, on);
  return stdinKeyboard.isTerminal && !isDumb
    ? await (await import("./console.ts")).runConsole(options, run)
    : await (await import("./pipe.ts")).runPipe(run, options.commands.fail);
}

interface Talking extends ChatOptions {
  readonly conversation: Conversation;
}

/** Does all that was typed or pasted at once, up to the first that fails. */
async function perform(
  options: Talking,
  typed: string,
  signal: AbortSignal,
  on: InputListener,
): Promise<Outcome> {
  for (const text of inputsOf(typed)) {
    const done = await one(options, text, signal, on);
    if (done.isOver || done.code !== 0) return done;
  }
  return { code: 0 };
}

async function one(
  { context, commands, agent, conversation }: Talking,
  text: string,
  signal: AbortSignal,
  on: InputListener,
): Promise<Outcome> {
  const names = commands.commands.map(({ name }) => name);
  try {
    const capsules = mayNameCapsule(text, names) ? await commands.ofCapsules() : [];
    const input = parseInput(text, names, capsules.map(({ name }) => name));
    switch (input.kind) {
      case "quit":
        return { code: 0, isOver: true };
      case "help": {
        const { isTerminal, columns } = stdoutScreen();
        const isRead = commands.print(
          helpText(commands.commands, await commands.ofCapsules(), isTerminal ? columns : Infinity),
        );
        return isRead ? { code: 0 } : { code: 0, isOver: true };
      }
      case "text": {
        const known = [...names, ...OWN_NAMES.keys()];
        const { print, note } = commands;
        return await conversation.say(
          { context, agent, commands: known, print, note, aside: asideAtTerminal(), signal, asked: on.asked },
          input.text,
        );
      }
      case "command":
      case "capsule": {
        const { takeSignals, screen } = on;
        if (input.kind === "capsule") tellCapsule(input.name, capsules);
        // What looks like an option is a word for the capsule.
        const words = input.kind === "capsule" ? ["command", "run", input.name, "--", ...input.words] : input.words;
        const code = await commands.run(words, { signal, takeSignals, screen });
        return code === undefined ? { code: 0, isOver: true } : { code };
      }
    }
  } catch (error) {
    if (error instanceof ConsoleError && signal.aborted) return { code: INTERRUPTED_CODE };
    return { code: commands.fail(error) };
  }
}

/** Whose words follow: they are not the program's own. */
function tellCapsule(name: string, capsules: readonly CapsuleCommand[]): void {
  const capsule = capsules.find((one) => one.name === name)?.capsule ?? name;
  asideAtTerminal()?.(`the capsule ${escapeControls(capsule)} says:`);
}

function asideAtTerminal(): ((line: string) => void) | undefined {
  if (!stdoutScreen().isTerminal || !stderrScreen().isTerminal) return undefined;
  return (line) => void writeStderr(`${dim(line)}\n`);
}
