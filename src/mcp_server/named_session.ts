/** The session that an agent names, as people do: by its id, the beginning of one, or its name. Pure. */
import type { SessionView } from "../domain/query.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { rowLines, sessionRow } from "../view/candidates.ts";
import { matchSessions } from "../view/pick.ts";

/** For the descriptions of tools. */
export const SESSION_NAME = "its id or the beginning of it, or its name: its title, or the last part of its folder";

/** More candidates are no help to an agent, and fill its context. */
const MOST_LISTED = 10;

/** The whole id. @param home the user's folder @throws {ConsoleError} `not_found`, `failed`: several are meant */
export function idOfNamed(given: string, sessions: readonly SessionView[], home: string | undefined): string {
  const { found } = matchSessions(given, sessions);
  const [first, ...more] = found;
  const named = `"${escapeControls(given)}"`;
  if (first === undefined) {
    throw new ConsoleError("not_found", `no session matches ${named}`, { hint: "list_sessions gives their ids" });
  }
  if (more.length === 0) return first.id;
  const lines = rowLines(found.slice(0, MOST_LISTED).map((one) => sessionRow(one, { sessions, home })));
  const listed = lines.map((line) => `  ${line}`).join("\n");
  throw new ConsoleError("failed", `${named} may be ${found.length} sessions:\n${listed}`, {
    hint: "give the id of one of them",
  });
}
