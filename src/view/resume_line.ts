/** The command that goes on with a closed session. Pure. */
import { shellQuote } from "../lib/shell_quote.ts";

/** For a shell, in the folder in which it was begun: resumed elsewhere, an agent would work on other files. */
export function resumeLine(
  how: { readonly command: readonly string[]; readonly cwd?: string } | undefined,
): string | undefined {
  if (how === undefined) return undefined;
  const resume = shellQuote(how.command);
  return how.cwd === undefined ? resume : `${shellQuote(["cd", how.cwd])} && ${resume}`;
}
