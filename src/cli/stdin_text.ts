/** What a command takes from stdin, where it is asked to by `-`. */
import { stdinKeyboard } from "../platform/keyboard.ts";
import { stdinChunks } from "../platform/stdio.ts";
import { ConsoleError } from "../protocol/errors.ts";

/** Beyond what the daemon takes of any text, UTF-16 units; it says how much that is. */
const MAX_STDIN = 500_001;

/**
 * All of stdin without the line break at its end.
 *
 * @param instead the command line without `-`
 * @throws {ConsoleError} `usage`, `too_large`
 */
export async function stdinText(instead: string): Promise<string> {
  if (stdinKeyboard.isTerminal) throw new ConsoleError("usage", "nothing is piped into stdin", { hint: instead });
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  try {
    for await (const chunk of stdinChunks()) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > MAX_STDIN) {
        throw new ConsoleError("too_large", `stdin has more than ${MAX_STDIN - 1} characters`);
      }
    }
    text += decoder.decode();
  } catch (error) {
    if (error instanceof TypeError) throw new ConsoleError("usage", "stdin is no text in UTF-8");
    throw error;
  }
  return text.replace(/(?:\r?\n)+$/, "");
}
