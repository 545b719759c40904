/** The turns that have no end yet: each is ended exactly once, whatever becomes of its agent, and counts as work until then. */
import { isTurnOver } from "../domain/turn_change.ts";
import { DAEMON } from "../protocol/actor.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { Turn } from "./methods.ts";
import { type RecentTurns } from "./recent_turns.ts";
import { SessionQueues } from "./session_queues.ts";
import type { TurnContext } from "./turn_context.ts";
import { whyOf } from "./why.ts";

export type TurnOutcome = Pick<Turn, "stopReason" | "error"> & {
  readonly status: "finished" | "cancelled" | "failed";
};

interface Open {
  readonly end: AbortController;
  /** It is no work any more. */
  readonly done: () => void;
}

/** Each is in every snapshot that a window gets, and none of them is forgotten. */
const MOST = 200;

export class OpenTurns {
  readonly #context: TurnContext;
  readonly #turns: RecentTurns;
  readonly #queues = new SessionQueues();
  readonly #open = new Map<string, Open>();
  /** Each until its end is recorded. */
  readonly #running = new Set<Promise<void>>();

  constructor(context: TurnContext, turns: RecentTurns) {
    this.#context = context;
    this.#turns = turns;
  }

  /** @throws {ConsoleError} `busy` */
  checkRoom(): void {
    if (this.#open.size < MOST) return;
    throw new ConsoleError("busy", `${this.#open.size} turns wait or run already`, {
      hint: "agent-console context, then agent-console cancel ID",
    });
  }

  has(id: string): boolean {
    return this.#open.has(id);
  }

  /** Does `work` once all that was given for its session before is done. `work` records its end. */
  begin({ id, sessionId }: Turn, work: (cancelled: AbortSignal) => Promise<void>): void {
    const end = new AbortController();
    this.#open.set(id, { end, done: this.#context.work.begin("turns") });
    // One that waits behind another ends at once.
    end.signal.addEventListener("abort", () => this.#endQueued(id));
    const run = async () => {
      if (!this.#open.has(id)) return; // it was cancelled in the queue
      try {
        await work(end.signal);
      } catch (error) {
        this.#context.log.error("a turn failed for a bug", {
          turn: id,
          error: String((error as Error).stack ?? error),
        });
        this.end(id, sessionId, { status: "failed", error: "a bug, which is in the daemon's log" });
      } finally {
        this.#close(id);
      }
    };
    const running = sessionId === null ? run() : this.#queues.after(sessionId, run);
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
  }

  /** Its turn goes on in a session that nobody could name before. */
  occupy(sessionId: string, until: Promise<void>): void {
    this.#queues.occupy(sessionId, until);
  }

  /** Does `work`, which never rejects, behind all turns of the session. */
  behind(sessionId: string, work: () => Promise<void>): void {
    void this.#queues.after(sessionId, work);
  }

  cancel(id: string, why: string): void {
    this.#open.get(id)?.end.abort(new ConsoleError("conflict", why));
  }

  /** Records the end of a turn that has none. */
  end(turnId: string, sessionId: string | null, outcome: TurnOutcome): void {
    const turn = this.#turns.get(turnId);
    if (turn === undefined || isTurnOver(turn.status)) return; // cancelled while its agent was being started
    try {
      this.#context.store.commit({ type: "turn.ended", data: { turnId, sessionId, ...outcome } }, DAEMON);
    } catch (error) { // a full disk: the next start says that it was interrupted
      this.#context.log.error("the end of a turn could not be recorded", { turnId, error: whyOf(error) });
    }
  }

  /** Until all that run have ended. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  #endQueued(id: string): void {
    const turn = this.#turns.get(id);
    if (turn?.status !== "queued") return;
    this.end(id, turn.sessionId, { status: "cancelled" });
    this.#close(id);
  }

  #close(id: string): void {
    this.#open.get(id)?.done();
    this.#open.delete(id);
  }
}
