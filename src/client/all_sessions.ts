/** All sessions, however many pages they come in: the one reader of lists. */
import type { SessionView } from "../domain/query.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ParamsOf, ResultOf } from "../protocol/method_schemas.ts";
import type { WireClient } from "./wire_client.ts";

type Caller = Pick<WireClient, "call">;

/** A list that expired before it was read is called for anew, so often at most. */
const TRIES = 3;

/**
 * `session.list` to its last page.
 *
 * @throws {ConsoleError} what the daemon answered
 */
export async function listAllSessions(
  client: Caller,
  filter: Pick<ParamsOf<"session.list">, "agent" | "status">,
  signal: AbortSignal,
): Promise<ResultOf<"session.list">> {
  for (let tries = 1;; tries++) {
    try {
      const first = await client.call("session.list", filter, signal);
      return { seq: first.seq, sessions: await readAllPages(client, first, signal) };
    } catch (error) {
      if (!isExpired(error) || tries >= TRIES) throw error;
    }
  }
}

/**
 * The sessions of a page and of those behind it, all of one instant.
 *
 * @param first of `session.list`, or the snapshot of `subscribe`
 * @throws {ConsoleError} what the daemon answered; {@link isExpired} tells whether to begin anew
 */
export async function readAllPages(
  client: Caller,
  first: Pick<ResultOf<"session.list">, "nextCursor" | "sessions">,
  signal: AbortSignal,
): Promise<SessionView[]> {
  const sessions = [...first.sessions];
  for (let cursor = first.nextCursor; cursor !== undefined;) {
    const page = await client.call("session.list", { cursor }, signal);
    for (const session of page.sessions) sessions.push(session);
    cursor = page.nextCursor;
  }
  return sessions;
}

/** Whether the daemon no longer has the rest of the list. */
export function isExpired(error: unknown): boolean {
  return error instanceof ConsoleError && error.kind === "invalid_params" && error.details["param"] === "cursor";
}
