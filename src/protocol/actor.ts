/** Who did something, as the records of the journal name it. All take the fixed names from here. */
import type { Scope } from "./methods.ts";

/** What the daemon does by itself: it proves nothing about an agent. */
export const DAEMON = "daemon";

/** A hook that reports over the socket; one whose event came through the spool is no other. */
export const HOOK = "hook:report";

/** What agents publish about themselves, where the user lets us read it. */
export const FEED = "feed:report";

/** The kind of what jobs call; no client may say it of itself. */
export const CRON = "cron";

/** The kind of what agents call by the tools of the MCP server. */
export const MCP = "mcp";

/** The kind of the command line, for whoever types a command. */
export const CLI = "cli";

/** The kind of the dashboard, for all that is done in that window. */
export const TUI = "tui";

/** The daemon, or whoever has a connection: `<kind>:<scope>`. The kind is the client's own word. */
export type Actor = typeof DAEMON | `${string}:${Scope}`;

/** The client's own word of the two; the daemon's name where it is the daemon. */
export function actorKind(actor: Actor): string {
  return actor.replace(/:[^:]*$/, "");
}
