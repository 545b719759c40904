/** Runs one command line by the tree of commands: from what it throws to an exit code, with the message on stderr. */
import { type Command, CommanderError } from "commander";
import { ConsoleError, ERRORS } from "../protocol/errors.ts";
import { UnknownCommand } from "./capsule_word.ts";
import { pathOfCommand } from "./completion/place.ts";
import { exitCodeOf } from "./exit_code.ts";
import { helpAskedOf } from "./help_words.ts";
import { CommandEnded, INTERRUPTED } from "./tree/shared.ts";

/**
 * @param words makes them, where its errors count as the command's; none: all is done
 * @param interrupt fires on Ctrl-C
 * @param onError told what was thrown, before it becomes an exit code
 * @returns the exit code
 */
export async function runWords(
  root: Command,
  words: () => Promise<readonly string[]>,
  interrupt: AbortSignal,
  onError: (error: unknown) => void = () => {},
): Promise<number> {
  let called = root.name();
  root.hook("preAction", (_, command) => void (called = `${root.name()} ${pathOfCommand(command)}`));
  try {
    const line = await words();
    helpAskedOf(root, line)?.help();
    if (line.length > 0) await root.parseAsync([...line], { from: "user" });
    return interrupt.aborted ? INTERRUPTED : 0;
  } catch (error) {
    onError(error);
    if (interrupt.aborted) return INTERRUPTED;
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : ERRORS.usage.exit;
    if (error instanceof CommandEnded) return error.code;
    const hint = error instanceof UnknownCommand ? await error.otherHint() : undefined;
    if (hint !== undefined) return exitCodeOf(new ConsoleError("usage", (error as UnknownCommand).message, { hint }));
    return exitCodeOf(withHint(error, `${called} --help`));
  }
}

/** A wrong value that a handler found, which has no cure of its own, points to the help of its command too. */
function withHint(error: unknown, hint: string): unknown {
  const bare = error instanceof ConsoleError && error.kind === "usage" && error.hint === undefined;
  return bare ? new ConsoleError("usage", error.message, { ...error.details, hint }) : error;
}
