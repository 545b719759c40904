/**
 * Texts for an agent: the first of a chat opens a session with the agent that was named, or the only one that is configured;
 * the others go on in it. Where the daemon runs no agent, the person is told which agents run elsewhere.
 */
import { listAllSessions } from "../client/all_sessions.ts";
import { withRunning } from "../client/connect.ts";
import type { ClientContext } from "../client/endpoint.ts";
import { recentTurns, submitTurn, type ToldTurn, type TurnRecord } from "../client/follow_turn.ts";
import { escapeControlsKeepLines } from "../domain/sanitize.ts";
import { nameOfSession } from "../domain/session_name.ts";
import { nearestWord } from "../lib/did_you_mean.ts";
import { currentFolder } from "../platform/process.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { sessionNames } from "../view/names.ts";
import { ToldLines } from "../view/told_lines.ts";
import { askedText, conversationLines, earlyEnd, RESUMED } from "../view/turn_words.ts";
import { INTERRUPTED_CODE, type Outcome } from "./chat_options.ts";
import { escapedWord } from "../lib/line_words.ts";

export interface TurnDesk {
  readonly context: ClientContext;
  /** Whose turn it is; undefined where nobody was named. */
  readonly agent: string | undefined;
  /** The names of the commands, for a text that was meant as one. */
  readonly commands: readonly string[];
  readonly print: (text: string) => boolean;
  readonly note: (text: string) => void;
  /** A line about what the agent does; undefined where only what it says is wanted. */
  readonly aside: ((line: string) => void) | undefined;
  readonly signal: AbortSignal;
  /** A request was shown; undefined where what is typed waits for the end of the turn. */
  readonly asked: ((id: string) => void) | undefined;
}

/** Turns that are shown of a session that is gone on with. */
const BEFORE = 3;

export class Conversation {
  #sessionId: string | undefined;
  /** Where it works. */
  #folder: string | undefined;

  /** @param sessionId one to go on with */
  constructor(sessionId: string | undefined) {
    this.#sessionId = sessionId;
  }

  /** What was said in it last; nothing where it is new. @throws {ConsoleError} */
  async before(context: ClientContext): Promise<string> {
    const sessionId = this.#sessionId;
    if (sessionId === undefined) return "";
    const { turns } = await recentTurns(context, { sessionId, limit: BEFORE });
    this.#folder = turns.at(-1)?.cwd;
    return turns.flatMap(conversationLines).join("\n");
  }

  /** One text, answered as it comes. @throws {ConsoleError} why there is no answer */
  async say(desk: TurnDesk, text: string): Promise<Outcome> {
    const { context, agent, signal } = desk;
    const sessionId = this.#sessionId;
    const folder = sessionId === undefined ? currentFolder() : this.#folder;
    const params = sessionId !== undefined
      ? { sessionId, text, folder }
      : { cwd: currentFolder(), text, folder, ...(agent === undefined ? {} : { agent }) };
    try {
      return await this.#tell(desk, submitTurn(context, params, signal));
    } catch (error) {
      if (!(error instanceof ConsoleError)) throw error;
      if (signal.aborted) return interrupted(desk);
      if (sessionId !== undefined && ["conflict", "not_found"].includes(error.kind)) this.#sessionId = undefined;
      throw sessionId === undefined && error.details["agents"] === 0 ? await nobodyReads(desk, text) : error;
    }
  }

  async #tell(desk: TurnDesk, told: AsyncIterable<ToldTurn>): Promise<Outcome> {
    const { print, note, aside, asked } = desk;
    const lines = new ToldLines();
    const breakLine = () => void print(lines.broken());
    for await (const one of told) {
      switch (one.kind) {
        case "started":
          if (this.#sessionId === undefined) this.#folder = currentFolder();
          this.#sessionId = one.sessionId;
          break;
        case "asked":
          breakLine();
          note(askedText(one.approval, asked === undefined ? "elsewhere" : "here"));
          asked?.(one.approval.id);
          break;
        case "text":
          if (!print(lines.said(one.text))) return { code: 0, isOver: true };
          break;
        case "tool":
        case "plan":
          if (aside === undefined) break;
          for (const line of lines.asides(one)) {
            breakLine();
            aside(line);
          }
          break;
        case "resumed":
          breakLine();
          note(RESUMED);
          break;
        case "ended":
          breakLine();
          return ended(desk, one.turn);
      }
    }
    if (aside === undefined) breakLine();
    return interrupted(desk);
  }
}

/** @throws {ConsoleError} `failed` */
function ended({ note }: TurnDesk, turn: TurnRecord | undefined): Outcome {
  if (turn?.status === "finished") {
    const early = earlyEnd(turn.stopReason);
    if (early !== undefined) note(early);
    return { code: 0 };
  }
  if (turn?.status === "cancelled") {
    note("the turn was cancelled");
    return { code: 1 };
  }
  throw new ConsoleError("failed", escapeControlsKeepLines(turn?.error ?? "the turn is not known any more"));
}

/** By Ctrl-C, of which a terminal shows `^C` wherever the line is: that line is ended. */
function interrupted({ print, note, aside }: TurnDesk): Outcome {
  if (aside !== undefined) print("\n");
  note("cancelled");
  return { code: INTERRUPTED_CODE };
}

async function nobodyReads({ context, agent, commands, signal }: TurnDesk, text: string): Promise<ConsoleError> {
  const [first = ""] = text.split(/\s/);
  const meant = nearestWord(first, commands) === first ? `did you mean /${first}? ` : "";
  const whom = agent === undefined ? "no agent" : `no ${agent}`;
  return new ConsoleError("failed", `the daemon runs ${whom} yet, so nobody reads this text`, {
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
