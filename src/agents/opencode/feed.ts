/**
 * Prompts that go into OpenCode's sessions over its own server (feeds.opencode_server), as if they were typed in its
 * window, which shows them. Which process has that server our plugin tells, with each row: all processes share their
 * sessions on the disk, so the server itself would take a prompt for a session that another process runs.
 *
 * At rest it does nothing: no connection, no timer.
 */
import type { GivePrompt, PromptListener } from "../../domain/session_prompt.ts";
import { type Fields, objectField, stringField } from "../../lib/json_fields.ts";
import { daemonTimers, setTimer } from "../../platform/clock.ts";
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
/** After so long a turn that was aborted is over, whatever OpenCode says, ms. */
const CANCEL_MS = 10_000;
/** Events are told from then on, or it goes on without, ms. */
const EVENTS_MS = 3000;

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
    const row = this.#port.get(id);
    if (row?.serverUrl !== SERVER_URL || row.parentId !== undefined || !SESSION_ID.test(id)) return undefined;
    return async (text, listener, signal) => {
      signal.throwIfAborted();
      if (this.#open.has(id)) throw new Error("another prompt goes into this session now");
      this.#open.add(id);
      try {
        return await this.#give({ id, cwd: row.cwd }, text, listener, signal);
      } finally {
        this.#open.delete(id);
      }
    };
  }

  /** What was sent goes on: its turn is its session's. */
  stop(): void {
    this.#stop.abort(new Error("the daemon is stopping"));
  }

  async #give(session: ServedSession, text: string, listener: PromptListener, cancelled: AbortSignal): Promise<Ended> {
    const over = new AbortController(); // ends the events
    const before = AbortSignal.any([cancelled, this.#stop.signal]);
    const behind = AbortSignal.any([over.signal, this.#stop.signal]);
    try {
      await this.#server.know(session, before);
      await this.#untilFree(session, before);
      const [last] = await this.#server.messages(session, before, 1);
      const parts = new TurnParts(text, listener);
      const turn = new Looks();
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
      listener.sending();
      // Taken back before there is a reply, it may have been taken all the same: then it is aborted.
      await this.#server.prompt(session, text, behind).catch((error: unknown) => {
        if (!(error instanceof NoReply)) throw error;
        throw new Error("OpenCode's server did not say whether it has taken the prompt");
      });
      const onAbort = () => turn.hurry();
      cancelled.addEventListener("abort", onAbort, { once: true });
      try {
        return await this.#untilEnd(session, { parts, turn, last: idOf(last), cancelled, signal: behind });
      } finally {
        cancelled.removeEventListener("abort", onAbort);
      }
    } finally {
      over.abort();
    }
  }

  /** A prompt for a session that works would be part of its turn. */
  async #untilFree(session: ServedSession, signal: AbortSignal): Promise<void> {
    let wait = FREE_MS.first;
    const latest = performance.now() + BUSY_MS;
    while (await this.#server.isBusy(session, signal)) {
      if (performance.now() > latest) throw new Error("it was busy for a day");
      await daemonTimers.sleep(wait, signal);
      wait = Math.min(wait * 2, FREE_MS.longest);
    }
  }

  /** Events only say when to look: they are lost where the connection is. */
  async #untilEnd(session: ServedSession, { parts, turn, last, cancelled, signal }: Sent): Promise<Ended> {
    const sentAt = performance.now();
    let abortedAt: number | undefined;
    let hasBegun = false;
    let lost = 0;
    for (;;) {
      try {
        if (cancelled.aborted) {
          abortedAt ??= performance.now();
          if (performance.now() - abortedAt > CANCEL_MS) throw cancelled.reason;
          await this.#server.abort(session, signal); // again, until it has: a turn that has not begun hears none
        }
        if (!await this.#server.isBusy(session, signal)) {
          const replies = parts.rest(await this.#server.messages(session, signal), last);
          const end = replies?.at(-1);
          // Idle before it began is idle too: what counts is a look behind one that has seen an answer.
          if (end !== undefined && hasBegun) return endOf(end);
          if (end !== undefined) {
            hasBegun = true;
            turn.hurry();
          } else if (performance.now() - sentAt > BEGIN_MS) {
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
