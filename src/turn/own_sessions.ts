/**
 * The sessions that the daemon runs, each in the process of its agent: opened anew, or again where they were opened in an
 * earlier process. They end with that process.
 */
import type { Agent } from "../acp/agent.ts";
import type { AcpEvents } from "../acp/connection.ts";
import { CANCELLED } from "../acp/permission.ts";
import { shellQuote } from "../lib/shell_quote.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { AgentPool } from "./agent_pool.ts";
import { OwnSession } from "./own_session.ts";
import { isNoPerson, notAPerson } from "./other_sessions.ts";
import { onAborted, untilAborted } from "./until_aborted.ts";
import { whyOf } from "./why.ts";
import type { RecentTurns } from "./recent_turns.ts";
import type { TurnContext } from "./turn_context.ts";

export interface SessionPlace {
  readonly agent: string;
  readonly cwd: string;
}

export class OwnSessions {
  readonly #context: TurnContext;
  readonly #turns: RecentTurns;
  readonly #pool: AgentPool;
  readonly #stop: AbortSignal;
  /** By their ids. */
  readonly #open = new Map<string, OwnSession>();
  /** Those in which an agent did not end a turn, and that agent. */
  readonly #stuck = new Map<string, Agent>();

  /** @param stop the daemon stops: that is why an agent ends then */
  constructor(context: TurnContext, turns: RecentTurns, pool: AgentPool, stop: AbortSignal) {
    this.#context = context;
    this.#turns = turns;
    this.#pool = pool;
    this.#stop = stop;
  }

  /** What the agent of that name says. It speaks of its own sessions only. */
  events(agent: string): AcpEvents {
    const of = (sessionId: string) => {
      const session = this.#open.get(sessionId);
      return session?.agent === agent ? session : undefined;
    };
    return {
      update: (sessionId, update) => of(sessionId)?.update(update),
      permission: async (asked, taken) => await of(asked.sessionId)?.permission(asked, taken) ?? CANCELLED,
    };
  }

  /** Those in which a turn runs that waits for its agent. */
  quiet(): readonly { readonly sessionId: string; readonly agent: string; readonly secs: number }[] {
    return [...this.#open.values()].flatMap(({ id, agent, quietMs }) =>
      quietMs === undefined ? [] : [{ sessionId: id, agent, secs: Math.floor(quietMs / 1000) }]
    );
  }

  get(id: string): OwnSession | undefined {
    return this.#open.get(id);
  }

  /**
   * Where a prompt for the session `id` goes: one that is open here, or one that has ended and whose agent is configured.
   *
   * @param source the kind of client that gives the prompt
   * @throws {ConsoleError} `not_found`: nobody knows it, `forbidden`: it is a person's, and no person asks, `conflict`: it
   *   cannot be opened again
   */
  place(id: string, source: string): SessionPlace {
    const session = this.#open.get(id);
    if (session !== undefined) return session;
    const row = this.#context.store.get(id);
    if (row === undefined) {
      throw new ConsoleError("not_found", `there is no session ${id}`, { hint: "agent-console ls --all" });
    }
    const turns = this.#turns.all().filter(({ sessionId, isElsewhere }) => sessionId === id && !isElsewhere);
    if (turns.length === 0 && isNoPerson(source)) throw notAPerson(id);
    // Of a session of ours its turns say where it works: a row is also what others tell of it.
    const cwd = turns.findLast(({ agent }) => agent === row.agent)?.cwd ?? row.cwd;
    if (!this.#pool.configured.includes(row.agent) || cwd === undefined) {
      const why = cwd === undefined ? "its folder is not known" : `no agent is configured as "${row.agent}"`;
      throw new ConsoleError("conflict", `the session ${id} has ended, and cannot be opened again: ${why}`, {
        hint: "agent-console run AGENT begins another",
      });
    }
    return { agent: row.agent, cwd };
  }

  /** The session of a turn in the process of `agent`, opened where it is not. @throws {ConsoleError} `failed`, `conflict` */
  async open(agent: Agent, id: string | null, { agent: name, cwd }: SessionPlace, signal: AbortSignal) {
    if (id !== null) {
      const open = this.#open.get(id);
      if (open?.process === agent) return open;
      if (open !== undefined) await untilAborted(onAborted(open.process.gone), signal); // that one ends just now
      this.#checkReopen(id, agent, name);
      await agent.reopenSession(id, cwd, this.#pool.settings(name).mode, signal);
    }
    const opened = id ?? await this.#pool.newSession(agent, name, cwd, signal);
    const row = this.#context.store.get(opened);
    // Its own hooks may have told of it since it was started; what is another's, or was open before, is not its to give.
    const isOld = row !== undefined && row.status !== "closed" && row.startedAt < agent.startedAt;
    if (this.#open.has(opened) || isOld || (row !== undefined && row.agent !== name)) {
      throw new ConsoleError("failed", `the agent ${name} opened a session with the id of another one`);
    }
    const session = new OwnSession(this.#context, { id: opened, agent: name, cwd, process: agent });
    this.#open.set(opened, session);
    this.#context.ownSessions.add(opened);
    session.announce(id !== null);
    void onAborted(agent.gone).then(() =>
      this.end(session, whyOf(this.#stop.aborted ? this.#stop.reason : agent.gone.reason))
    );
    return session;
  }

  /** It is not gone on with in this process. */
  end(session: OwnSession, why: string): void {
    if (session.isStuck && !session.process.gone.aborted) this.#stuck.set(session.id, session.process);
    session.end(why);
    if (this.#open.get(session.id) === session) this.#forget(session.id);
  }

  /** A person has closed or deleted it. @returns the agent, which need not keep it; undefined where it was not open */
  closed(id: string): Agent | undefined {
    const session = this.#open.get(id);
    if (session === undefined) return undefined;
    this.#forget(id);
    session.closed();
    return session.process;
  }

  #forget(id: string): void {
    this.#open.delete(id);
    this.#context.ownSessions.delete(id);
  }

  /** While the turn waited somebody else may have opened it. @throws {ConsoleError} `conflict`, `failed` */
  #checkReopen(id: string, agent: Agent, name: string): void {
    const row = this.#context.store.get(id);
    if (row !== undefined && row.status !== "closed") {
      throw new ConsoleError("conflict", `the session ${id} is open elsewhere by now`, {
        hint: `agent-console go ${shellQuote([id])} brings its terminal to the front`,
      });
    }
    const stuck = this.#stuck.get(id);
    if (stuck !== undefined && stuck.gone.aborted) this.#stuck.delete(id);
    if (stuck !== agent) return;
    // What it writes of the turn that was cancelled would be taken for an answer to this one.
    throw new ConsoleError("failed", `the agent ${name} still runs a turn of this session that was cancelled`, {
      hint: "agent-console run begins another session; agent-console daemon restart ends the agent",
    });
  }
}
