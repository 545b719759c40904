/** The way of the server to the daemon: one connection a call, as every command has it, that may do no more than this. */
import { SESSION_ENV } from "../agents/session_env.ts";
import { listAllSessions } from "../client/all_sessions.ts";
import type { ClientContext } from "../client/endpoint.ts";
import { connectOrStart } from "../client/reach.ts";
import type { WireClient } from "../client/wire_client.ts";
import type { SessionView } from "../domain/query.ts";
import { ancestors } from "../platform/ancestors.ts";
import { env } from "../platform/process.ts";
import { MCP } from "../protocol/actor.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ParamsOf, ResultOf } from "../protocol/method_schemas.ts";
import { idOfNamed } from "./named_session.ts";

/** All that it calls. It names them in its hello, so that the daemon refuses it the rest of what the token allows. */
const CALLED = [
  "approval.list",
  "approval.request",
  "job.add",
  "job.list",
  "job.remove",
  "mcp.answer",
  "mcp.sessions",
  "memory.append",
  "memory.peek",
  "memory.search",
  "memory.stats",
  "session.close",
  "session.get",
  "session.list",
  "subscribe",
  "turn.recent",
  "turn.submit",
] as const;
type Called = typeof CALLED[number];

const CALL_MS = 30_000;

export class Hub {
  readonly context: ClientContext;
  /** Of this server alone; what else is asked for ends it too. */
  readonly #signal: AbortSignal;

  constructor(context: ClientContext, signal: AbortSignal) {
    this.context = { ...context, kind: MCP, methods: CALLED };
    this.#signal = signal;
  }

  /** @throws {ConsoleError} what the daemon answered, or why there is none */
  call<M extends Called>(method: M, params: ParamsOf<M>, signal: AbortSignal, ms = CALL_MS): Promise<ResultOf<M>> {
    return this.#connected((client) => client.call(method, params, this.ending(signal, ms)));
  }

  async sessions(signal: AbortSignal): Promise<readonly SessionView[]> {
    return (await this.#connected((client) => listAllSessions(client, {}, this.ending(signal, CALL_MS)))).sessions;
  }

  /** The whole id of the session that is named so. @throws {ConsoleError} `not_found`, `failed`: several are meant */
  async sessionId(given: string, signal: AbortSignal): Promise<string> {
    return idOfNamed(given, await this.sessions(signal), env("HOME"));
  }

  /**
   * The same of another session than the agent's own.
   *
   * @throws {ConsoleError} also `forbidden`: an agent would wait for itself, and drive itself
   */
  async othersId(given: string, signal: AbortSignal): Promise<string> {
    const sessionId = await this.sessionId(given, signal);
    const { sessions } = await this.call("mcp.sessions", await thisAsker(), signal);
    if (!sessions.some(({ id }) => id === sessionId)) return sessionId;
    throw new ConsoleError("forbidden", "an agent gives no prompt to its own session", {
      hint: "name another session, or an agent for a new one",
    });
  }

  /** Fires with the request of the agent, with the server, and after `ms`. */
  ending(signal: AbortSignal, ms: number): AbortSignal {
    return AbortSignal.any([signal, this.#signal, AbortSignal.timeout(ms)]);
  }

  async #connected<T>(work: (client: WireClient) => Promise<T>): Promise<T> {
    const client = await connectOrStart(this.context);
    try {
      return await work(client);
    } finally {
      client.close();
    }
  }
}

/** Who asks, by the agent's environment and by the processes that this one descends from: those may change in its life. */
export async function thisAsker(): Promise<ParamsOf<"mcp.sessions">> {
  return { sessionIds: namedSessions(), pids: (await ancestors()).slice(0, 64) };
}

export function namedSessions(): string[] {
  return SESSION_ENV.flatMap((name) => env(name) || []).map((id) => id.slice(0, 200));
}
