/**
 * Prompts that go into OpenCode's sessions over its own server (feeds.opencode_server), as if they were typed in its
 * window, which shows them. Which process has that server our plugin tells, with each row: all processes share their
 * sessions on the disk, so the server itself would take a prompt for a session that another process runs.
 *
 * At rest it does nothing: no connection, no timer.
 */
import type { GivePrompt, PromptListener } from "../../domain/session_prompt.ts";
import { type Fields, objectField, stringField } from "../../lib/json_fields.ts";
import { daemonTimers, setTimer, systemClock } from "../../platform/clock.ts";
import type { FeedPort } from "../shared/feed_port.ts";
import type { Feed } from "../shared/feed_spec.ts";
import { NoReply, opencodeError, type OpenCodeServer, type ServedSession, SERVER_URL } from "./server.ts";
import { TurnParts } from "./turn_parts.ts";

type Ended = "finished" | "cancelled";

/** So long a session may be busy before it, ms: nobody waits longer. */
const BUSY_MS = 86_400_000;
/** Between two looks at a session that is busy before it, ms: doubling. */
const FREE_MS = { first: 250, longest: 4000 };
/** Between two looks at its turn where no event tells of it, ms. */
const LOOK_MS = 2000;
/** Looks in a row that get no reply before it counts as lost. */
const LOST_LOOKS = 3;
/** A prompt that was taken has begun its turn by then, ms. */
const BEGIN_MS = 30_000;
/** So long behind its cancel a turn is over, whatever OpenCode says, ms. */
const CANCEL_MS = 10_000;
/** Events are told from then on, or it goes on without, ms. */
const EVENTS_MS = 3000;

const GONE = "OpenCode does not say any more that this session's process listens there";

const SESSION_ID = /^ses_\w+$/;

export class OpenCodeServerFeed implements Pick<Feed, "wayInto" | "stop"> {
  readonly #port: FeedPort;
  readonly #server: OpenCodeServer;
  /** The sessions into which a prompt goes now. */
  readonly #open = new Set<string>();
  readonly #stop = new AbortController();

  constructor(port: FeedPort, server: OpenCodeServer) {
    this.#port = port;
    this.#server = server;
  }

  wayInto(id: string): GivePrompt | undefined {
    if (this.#servedBy(id) === undefined) return undefined;
    return async (text, listener, signal) => {
      signal.throwIfAborted();
      if (this.#open.has(id)) throw new Error("another prompt goes into this session now");
      this.#open.add(id);
      try {
        return await this.#give({ id, cwd: this.#port.get(id)?.cwd }, text, listener, signal);
      } finally {
        this.#open.delete(id);
      }
    };
  }

  /**
   * The process that says that it runs the session and listens there, while the process table shows it: whoever listens
   * behind its end gets neither prompt nor password.
   */
  #servedBy(id: string): number | undefined {
    const { serverUrl, parentId, pid } = this.#port.get(id) ?? {};
    const isThere = serverUrl === SERVER_URL && parentId === undefined && SESSION_ID.test(id);
    return isThere && pid !== undefined && this.#port.isSeenAlive(pid) ? pid : undefined;
  }

  /** What was sent goes on: its turn is its session's. */
  stop(): void {
    this.#stop.abort(new Error("the daemon is stopping"));
  }

  async #give(session: ServedSession, text: string, listener: PromptListener, cancelled: AbortSignal): Promise<Ended> {
    const over = new AbortController(); // ends the events, and each call
    const before = AbortSignal.any([cancelled, this.#stop.signal]);
    const behind = AbortSignal.any([over.signal, this.#stop.signal]);
    const turn = new Looks();
    const takenBack = Promise.withResolvers<void>();
    let callOff = () => {};
    const onCancel = () => {
      callOff = setTimer(CANCEL_MS, () => over.abort(cancelled.reason));
      takenBack.resolve();
      turn.hurry();
    };
    cancelled.addEventListener("abort", onCancel, { once: true });
    try {
      const pid = this.#servedBy(session.id);
      if (pid === undefined) throw new Error(GONE);
      await this.#server.know(session, before);
      await this.#untilFree(session, before);
      const [last] = await this.#server.messages(session, before, 1);
      const parts = new TurnParts(text, listener);
      const opened = Promise.withResolvers<void>();
      const hear = (event: Fields) => {
        const properties = objectField(event, "properties") ?? {};
        const type = stringField(event, "type") ?? "";
        if (stringField(properties, "sessionID") !== session.id) return;
        parts.take(type, properties);
        if (type === "session.status" || type === "session.idle" || type === "session.error") turn.hurry();
      };
      void this.#server.follow(session, behind, hear, () => opened.resolve());
      await Promise.race([opened.promise, daemonTimers.sleep(EVENTS_MS, before)]);
      before.throwIfAborted();
      if (this.#servedBy(session.id) === undefined) throw new Error(GONE);
      listener.sending();
      const taken = this.#server.prompt(session, text, behind).catch((error: unknown) => {
        if (!(error instanceof NoReply)) return over.abort(error);
        if (!cancelled.aborted) over.abort(new Error("OpenCode's server did not say whether it has taken the prompt"));
      });
      // Taken back before there is a reply, or where it is lost, it may have been taken all the same: then it is aborted.
      await Promise.race([taken, takenBack.promise]);
      return await this.#untilEnd(session, { pid, parts, turn, last: idOf(last), cancelled, signal: behind });
    } finally {
      callOff();
      cancelled.removeEventListener("abort", onCancel);
      over.abort();
    }
  }

  /** A prompt for a session that works would be part of its turn. */
  async #untilFree(session: ServedSession, signal: AbortSignal): Promise<void> {
    let wait = FREE_MS.first;
    const latest = systemClock.steady() + BUSY_MS;
    while (await this.#server.isBusy(session, signal)) {
      if (this.#servedBy(session.id) === undefined) throw new Error(GONE);
      if (systemClock.steady() > latest) throw new Error("it was busy for a day");
      await daemonTimers.sleep(wait, signal);
      wait = Math.min(wait * 2, FREE_MS.longest);
    }
  }

  /** Events only say when to look: they are lost where the connection is. */
  async #untilEnd(session: ServedSession, { pid, parts, turn, last, cancelled, signal }: Sent): Promise<Ended> {
    const sentAt = systemClock.steady();
    let hasBegun = false;
    let lost = 0;
    for (;;) {
      try {
        signal.throwIfAborted();
        if (!this.#port.isSeenAlive(pid)) throw new Error("OpenCode has ended");
        // Again, until it has: a turn that has not begun hears none.
        if (cancelled.aborted) await this.#server.abort(session, signal);
        if (!await this.#server.isBusy(session, signal)) {
          const replies = parts.rest(await this.#server.messages(session, signal), last);
          const end = replies?.at(-1);
          // Idle before it began is idle too: what counts is a look behind one that has seen an answer.
          if (end !== undefined && hasBegun) return endOf(end);
          if (end !== undefined) {
            hasBegun = true;
            turn.hurry();
          } else if (systemClock.steady() - sentAt > BEGIN_MS) {
            throw new Error("OpenCode has not begun a turn for the prompt");
          }
        }
        lost = 0;
      } catch (error) {
        if (!(error instanceof NoReply) || ++lost >= LOST_LOOKS) throw error;
      }
      await turn.next(LOOK_MS, signal);
    }
  }
}

interface Sent {
  /** The process that got it. */
  readonly pid: number;
  readonly parts: TurnParts;
  readonly turn: Looks;
  /** The last message before it. */
  readonly last: string | undefined;
  readonly cancelled: AbortSignal;
  readonly signal: AbortSignal;
}

/** When to look next: after a while, or at once where something was heard. */
class Looks {
  #isDue = false;
  #wake: () => void = () => {};

  hurry(): void {
    this.#isDue = true;
    this.#wake();
  }

  async next(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted(); // its listener below hears of no earlier one
    if (!this.#isDue) {
      await new Promise<void>((resolve) => {
        const off = setTimer(ms, resolve);
        this.#wake = () => {
          off();
          resolve();
        };
        signal.addEventListener("abort", this.#wake, { once: true });
      });
      signal.removeEventListener("abort", this.#wake);
    }
    this.#isDue = false;
    signal.throwIfAborted();
  }
}

/** @throws why the turn failed */
function endOf(message: Fields): Ended {
  const error = objectField(message, "error");
  if (error === undefined) return "finished";
  if (stringField(error, "name") === "MessageAbortedError") return "cancelled";
  throw new Error(opencodeError(error) ?? "OpenCode could not go on");
}

function idOf(message: Fields | undefined): string | undefined {
  return message === undefined ? undefined : stringField(objectField(message, "info") ?? {}, "id");
}
