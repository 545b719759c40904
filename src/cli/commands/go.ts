/** `go`: to the terminal of a session. */
import { goToTerminal } from "../../client/go_to_terminal.ts";
import { mostUrgent } from "../../domain/query.ts";
import { escapeControls, escapedLine } from "../../domain/sanitize.ts";
import type { Session } from "../../domain/session.ts";
import { nameOfSession } from "../../domain/session_name.ts";
import { terminalAndFolder } from "../../domain/terminal_place.ts";
import { shellQuote } from "../../lib/shell_quote.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { type CommandContext, read } from "../context.ts";
import { resolveSession } from "../resolve.ts";

export async function go(run: CommandContext, id: string | undefined): Promise<void> {
  const session = id === undefined ? await mostUrgentNow(run) : await sessionNamed(run, id);
  const { id: sessionId, agent } = session;
  const name = nameOfSession(session) || sessionId.slice(0, 8);
  const outcome = await goToTerminal(session, run.signal);
  if (outcome.kind === "shown") {
    return run.out.note(escapeControls(`${name} (${agent}): ${outcome.how}`));
  }
  if (outcome.kind === "command") return run.out.line(escapeControls(shellQuote(outcome.argv)));
  const known = terminalAndFolder(session);
  const why = outcome.why === undefined ? "its terminal cannot be brought to the front from here" : outcome.why;
  if (known === "") {
    throw new ConsoleError("failed", escapeControls(`nobody knows where session ${name} is`), {
      hint: `agent-console show ${shellQuote([sessionId])}`,
    });
  }
  run.out.note(escapedLine(why));
  run.out.line(known);
}

async function mostUrgentNow(run: CommandContext): Promise<Session> {
  const { sessions } = await read(run, "session.list", { limit: 1 });
  const first = mostUrgent(sessions);
  if (first !== undefined) return first;
  throw new ConsoleError("not_found", "nobody waits for you", {
    hint: "agent-console go ID, for one of agent-console ls",
  });
}

async function sessionNamed(run: CommandContext, id: string): Promise<Session> {
  return (await read(run, "session.get", { sessionId: await resolveSession(run, id) })).session;
}
