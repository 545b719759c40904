/** To a session's terminal, for the windows in which a key does that: `approve -i` and the dashboard. */
import { goToTerminal } from "../client/go_to_terminal.ts";
import { terminalAndFolder } from "../domain/terminal_place.ts";
import { escapeControls } from "../domain/sanitize.ts";
import type { Session } from "../domain/session.ts";
import { shellQuote } from "../lib/shell_quote.ts";
import type { CommandContext } from "./context.ts";

/** Brings it to the front, or says how a person gets there. @returns one line, escaped */
export async function goThere({ signal }: Pick<CommandContext, "signal">, session: Session): Promise<string> {
  const outcome = await goToTerminal(session, signal);
  if (outcome.kind === "shown") return escapeControls(outcome.how);
  if (outcome.kind === "command") return escapeControls(shellQuote(outcome.argv));
  return terminalAndFolder(session) || "its hooks did not tell where its terminal is";
}
