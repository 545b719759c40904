/**
 * Text for an agent. The daemon runs no agents yet, so that nobody could answer: the person is told which agents run
 * elsewhere. Here, and nowhere else, a text becomes a turn once the wire has a method for it.
 */
import { listAllSessions } from "../client/all_sessions.ts";
import { withRunning } from "../client/connect.ts";
import type { ClientContext } from "../client/endpoint.ts";
import { nameOfSession } from "../domain/session_name.ts";
import { nearestWord } from "../lib/did_you_mean.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { sessionNames } from "../view/names.ts";
import { escapedWord } from "./words.ts";

export interface TurnDesk {
  readonly context: ClientContext;
  /** Whose turn it is; undefined where nobody was named. */
  readonly agent: string | undefined;
  /** The names of the commands, for a text that was meant as one. */
  readonly commands: readonly string[];
  readonly signal: AbortSignal;
}

/** @throws {ConsoleError} `failed` */
export async function submitTurn({ context, agent, commands, signal }: TurnDesk, text: string): Promise<never> {
  const [first = ""] = text.split(/\s/);
  const meant = nearestWord(first, commands) === first ? `did you mean /${first}? ` : "";
  const whom = agent === undefined ? "no agent" : `no ${agent}`;
  throw new ConsoleError("failed", `the daemon runs ${whom} yet, so nobody reads this text`, {
    hint: meant + await whereToTurn(context, signal),
  });
}

const LOOK_MS = 2000;
const NAMED = 4;

/** Where the agents are that run now. */
async function whereToTurn(context: ClientContext, signal: AbortSignal): Promise<string> {
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]);
  const listed = await withRunning({ ...context, mayStart: false }, (client) => listAllSessions(client, {}, inTime))
    .catch(() => undefined);
  const open = (listed?.sessions ?? []).filter(({ status }) => status !== "closed");
  if (open.length === 0) return "no agent runs in a terminal either; begin one there, and /sessions shows it";
  const names = sessionNames(open);
  const shown = open.slice(0, NAMED).map(({ id, agent }) => `${names.get(id) ?? id} (${agent})`);
  const more = open.length > NAMED ? ` and ${open.length - NAMED} more` : "";
  const [one] = open;
  const own = one === undefined ? "" : nameOfSession(one);
  // A name that two have leads to neither.
  const isAlone = own !== "" && open.filter((other) => nameOfSession(other) === own).length === 1;
  const first = escapedWord(isAlone ? own : one?.id ?? "");
  const where = `write it in a terminal of theirs: ${shown.join(", ")}${more}`;
  return `${where}; /go ${first} leads there, /approvals shows what they ask`;
}
