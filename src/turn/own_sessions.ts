/**
 * The sessions that the daemon runs, each in the process of its agent: opened anew, or again where they were opened in an
 * earlier process. They end with that process.
 */
import type { Agent } from "../acp/agent.ts";
import type { AcpEvents } from "../acp/connection.ts";
import { CANCELLED } from "../acp/permission.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { AgentPool } from "./agent_pool.ts";
import { OwnSession } from "./own_session.ts";
import { whyOf } from "./why.ts";
import type { TurnContext } from "./turn_context.ts";

export interface SessionPlace {
  readonly agent: string;
  readonly cwd: string;
}

export class OwnSessions {
  readonly #context: TurnContext;
  readonly #pool: AgentPool;
  readonly #stop: AbortSignal;
  /** By their ids. */
  readonly #open = new Map<string, OwnSession>();

  /** @param stop the daemon stops: that is why an agent ends then */
  constructor(context: TurnContext, pool: AgentPool, stop: AbortSignal) {
    this.#context = context;
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

  get(id: string): OwnSession | undefined {
    return this.#open.get(id);
  }

  /**
   * Where a prompt for the session `id` goes: one that is open here, or one that has ended and whose agent is configured.
   *
   * @throws {ConsoleError} `not_found`: nobody knows it, `conflict`: it cannot be opened again
   */
  place(id: string): SessionPlace {
    const session = this.#open.get(id);
    if (session !== undefined) return session;
    const row = this.#context.store.get(id);
    if (row === undefined) {
      throw new ConsoleError("not_found", `there is no session ${id}`, { hint: "agent-console ls --all" });
    }
    if (!this.#pool.configured.includes(row.agent) || row.cwd === undefined) {
      const why = row.cwd === undefined ? "its folder is not known" : `no agent is configured as "${row.agent}"`;
      throw new ConsoleError("conflict", `the session ${id} has ended, and cannot be opened again: ${why}`, {
        hint: "agent-console run AGENT begins another",
      });
    }
    return { agent: row.agent, cwd: row.cwd };
  }

  /** The session of a turn, opened where it is not. @throws {ConsoleError} `failed` */
  async open(agent: Agent, id: string | null, { agent: name, cwd }: SessionPlace, signal: AbortSignal) {
    const open = id === null ? undefined : this.#open.get(id);
    if (open !== undefined) return open;
    if (id !== null) await agent.reopenSession(id, cwd, this.#pool.settings(name).mode, signal);
    const opened = id ?? await this.#pool.newSession(agent, name, cwd, signal);
    const row = this.#context.store.get(opened);
    // Its own hooks may have told of it before; what is another's, or open already, is not its to give.
    if (this.#open.has(opened) || (row !== undefined && row.agent !== name)) {
      throw new ConsoleError("failed", `the agent ${name} opened a session with the id of another one`);
    }
    const canReopen = agent.canReopen;
    const session = new OwnSession(this.#context, { id: opened, agent: name, cwd, pid: agent.pid, canReopen });
    this.#open.set(opened, session);
    session.announce(id !== null);
    agent.gone.addEventListener("abort", () => {
      this.#open.delete(opened);
      session.end(whyOf(this.#stop.aborted ? this.#stop.reason : agent.gone.reason));
    }, { once: true });
    return session;
  }

  /** It is not gone on with. */
  end(session: OwnSession, why: string): void {
    this.#open.delete(session.id);
    session.end(why);
  }

  /** A person has closed or deleted it: its agent need not keep it. @returns whether it was open */
  closed(id: string): boolean {
    const session = this.#open.get(id);
    if (session === undefined) return false;
    this.#open.delete(id);
    session.closed();
    void this.#pool.agentOf(session.agent)?.closeSession(id);
    return true;
  }
}
