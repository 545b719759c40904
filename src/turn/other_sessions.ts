/**
 * Turns in sessions that somebody else runs, by a way that a feed offers. The session's row is told by its feed and its hooks,
 * as for a prompt that is typed there. It takes no place: its agent is not one of ours, and it goes on without us.
 */
import { lastMessageOf, type Session, TEXT_CAPS } from "../domain/session.ts";
import type { GivePrompt } from "../domain/session_prompt.ts";
import { shellQuote } from "../lib/shell_quote.ts";
import { CRON, DAEMON, MCP } from "../protocol/actor.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { configuredAgents } from "./permissions.ts";
import { SESSION_GOES_ON } from "./recovery.ts";
import { recordedText } from "./recorded_text.ts";
import type { TurnContext } from "./turn_context.ts";
import { TurnOutput } from "./turn_output.ts";
import { untilAborted } from "./until_aborted.ts";
import { whyOf } from "./why.ts";

export interface OtherSession {
  readonly id: string;
  readonly agent: string;
  readonly cwd: string;
  readonly give: GivePrompt;
}

export class OtherSessions {
  readonly #context: TurnContext;
  readonly #stop: AbortSignal;

  constructor(context: TurnContext, stop: AbortSignal) {
    this.#context = context;
    this.#stop = stop;
  }

  /**
   * The way into the session `id`; undefined where nobody runs it, or nobody knows it.
   *
   * @param source the kind of client that gives the prompt
   * @throws {ConsoleError} `forbidden`: an agent or a job gives it, `conflict`: there is no way
   */
  place(id: string, source: string): OtherSession | undefined {
    const { store, promptWays } = this.#context;
    const row = store.get(id);
    if (row === undefined || row.status === "closed") return undefined;
    if (isNoPerson(source)) throw notAPerson(id);
    // Whoever is there in the place of a process that is gone is not the person's agent.
    const give = store.isLost(id) ? undefined : promptWays.into(row.agent, id);
    if (give === undefined) throw this.#noWay(row);
    return { id, agent: row.agent, cwd: row.cwd ?? "/", give };
  }

  /** How a person gets there, what would let prompts in, and how the daemon itself would go on with it. */
  #noWay({ id, agent }: Pick<Session, "id" | "agent">): ConsoleError {
    const { store, promptWays, settings } = this.#context;
    const quoted = shellQuote([id]);
    const needed = configuredAgents(settings.booted).includes(agent) ? "" : `, where agents.${agent} is configured`;
    const hint = store.isLost(id)
      ? `its process is gone: agent-console session close ${quoted}, then submit goes on with it here${needed}`
      : `agent-console go ${quoted} brings its terminal to the front${feedWay(agent, promptWays.openedBy(agent))}; ` +
        `once it has ended there, submit goes on with it here${needed}`;
    return new ConsoleError("conflict", `the session ${id} is not one that the daemon runs`, { hint });
  }

  /** From the wait for its session to its end. Never throws. */
  async turn(turnId: string, text: string, { id: sessionId, give }: OtherSession, cancelled: AbortSignal) {
    const { store, clock } = this.#context;
    const output = new TurnOutput(turnId, sessionId, {
      clock,
      report: () => {},
      record: (event) => {
        try {
          store.commit(event, DAEMON);
        } catch (error) { // a full disk: the turn goes on
          if (!(error instanceof ConsoleError)) throw error;
        }
      },
    });
    let isSent = false;
    const before = store.get(sessionId)?.since;
    const listener = {
      sending: () => {
        this.#stop.throwIfAborted();
        if (store.isLost(sessionId)) throw new Error("the session's process is gone");
        store.commit({ type: "turn.started", data: { turnId, sessionId } }, DAEMON);
        isSent = true;
      },
      text: (piece: string) => output.update({ kind: "text", text: piece }),
      call: ({ id, name, text, status }: Parameters<Parameters<GivePrompt>[1]["call"]>[0]) =>
        output.update({ kind: "tool", fields: { toolCallId: id, name, title: text, status } }),
    };
    try {
      const status = await untilAborted(give(text, listener, cancelled), this.#stop);
      output.flush();
      const row = store.get(sessionId);
      if (output.said === "" && row !== undefined && row.since !== before) listener.text(lastMessageOf(row) ?? "");
      return { status, stopReason: status === "cancelled" ? "cancelled" : "end_turn" };
    } catch (error) {
      if (cancelled.aborted && !this.#stop.aborted) return { status: "cancelled" } as const;
      const goesOn = isSent && this.#stop.aborted ? `; ${SESSION_GOES_ON}` : "";
      return { status: "failed", error: recordedText(`${whyOf(error)}${goesOn}`, TEXT_CAPS.message) } as const;
    } finally {
      output.flush();
    }
  }
}

/** An agent by MCP, or a job, which may be an agent's too, added by a tool of the same server. */
export function isNoPerson(source: string): boolean {
  return source === MCP || source === CRON;
}

/** No command in it: an agent reads this, and is not to run one. */
export function notAPerson(id: string): ConsoleError {
  return new ConsoleError("forbidden", `the session ${id} is a person's: no agent and no job gives it a prompt`, {
    hint: "the person at this machine does, in its terminal or by submit",
  });
}

function feedWay(agent: string, opened: { readonly key: string; readonly isOn: boolean } | undefined): string {
  if (opened === undefined) return "";
  return opened.isOn
    ? `; ${opened.key} is on, and ${agent} does not tell of this session there`
    : `; agent-console config set ${opened.key} true, then agent-console daemon restart, lets prompts in`;
}
