/**
 * Asks Telegram for what people have sent, one long poll after the other. What was taken is on the disk before anything is
 * done about it: a daemon that is killed in between loses a command, and never runs one twice.
 */
import type { Log } from "../../platform/system.ts";
import { type BotApi, type BotFailure, type BotReply, POLL_SECS } from "./bot_api.ts";
import { numberedUpdates } from "./parse_update.ts";

export interface PollerDeps {
  readonly api: Pick<BotApi, "getUpdates">;
  readonly log: Pick<Log, "info" | "warn">;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly steady: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Undefined before the first update of all. */
  readonly offset: () => number | undefined;
  /** Since the last update was taken, ms; undefined where that is not known. */
  readonly quietMs: () => number | undefined;
  /** @throws the OS error */
  readonly saveOffset: (offset: number) => void;
  /** @returns whether it came from somebody who is heard. Never rejects. */
  readonly act: (update: ReturnType<typeof numberedUpdates>[number], signal: AbortSignal) => Promise<boolean>;
  /** Telegram replies again, or for the first time. */
  readonly onReached: () => void;
}

/** The shortest wait between two polls of which the first brought nothing that is heard, ms. */
const REST_MS = 1000;
const LONGEST_MS = 60_000;
/** Behind a week without updates Telegram may number them from anywhere; less an hour, for clocks that differ, ms. */
const RENUMBERED_MS = (7 * 24 - 1) * 3_600_000;

export class Poller {
  #deps: PollerDeps;
  #failures = 0;
  #problem: string | undefined;
  #kind: BotFailure["kind"] | undefined;
  #isReached = false;

  constructor(deps: PollerDeps) {
    this.#deps = deps;
  }

  /** Why it does not hear what people send now. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Of which kind that is. */
  get failure(): BotFailure["kind"] | undefined {
    return this.#problem === undefined ? undefined : this.#kind;
  }

  /** Whether Telegram has replied, and did so last. */
  get isReached(): boolean {
    return this.#isReached && this.#problem === undefined;
  }

  /** Until `signal`. */
  async run(signal: AbortSignal): Promise<void> {
    const { sleep, steady } = this.#deps;
    while (!signal.aborted) {
      const began = steady();
      const wait = await this.#round(signal);
      const rest = wait ?? 0;
      if (signal.aborted || rest <= steady() - began && this.#failures === 0) continue;
      await sleep(this.#failures > 0 ? rest : rest - (steady() - began), signal).catch(() => {});
    }
  }

  /** Calls again, with longer and longer waits, until it is done or `signal` has fired. */
  async untilDone<T>(call: () => Promise<BotReply<T>>, signal: AbortSignal): Promise<T | undefined> {
    while (!signal.aborted) {
      const reply = await call();
      if (reply.ok) {
        this.#reached();
        return reply.result;
      }
      if (signal.aborted) return undefined;
      await this.#deps.sleep(this.#failed(reply.failure), signal).catch(() => {});
    }
    return undefined;
  }

  /** @returns so long after its beginning the next one may begin, ms; after a failure, so long from now */
  async #round(signal: AbortSignal): Promise<number | undefined> {
    const { api, offset, saveOffset, act, quietMs } = this.#deps;
    const from = offset();
    // What was sent before anybody listened is dropped: the last one alone comes, and is not acted upon.
    // After a failure the first one is not held: that it is over shows at once.
    const waitSecs = from === undefined || this.#failures > 0 ? 0 : POLL_SECS;
    const reply = await api.getUpdates(from ?? -1, waitSecs, signal);
    if (signal.aborted) return undefined;
    if (!reply.ok) return this.#failed(reply.failure);
    this.#reached();
    const updates = numberedUpdates(reply.result);
    const last = updates.at(-1)?.update_id;
    // Else those that are numbered before it were taken, and a server has forgotten that.
    const isRenumbered = last !== undefined && from !== undefined && last < from && (quietMs() ?? 0) >= RENUMBERED_MS;
    if (from === undefined || last !== undefined) {
      try {
        // Backwards too.
        saveOffset((last ?? -1) + 1);
      } catch {
        const problem = "up to where messages were taken cannot be written, so none is taken";
        return this.#failed({ kind: "unreachable", problem });
      }
    }
    if (from === undefined) return REST_MS;
    let heard = false;
    for (const update of updates) {
      if (signal.aborted) return undefined;
      if ((isRenumbered || update.update_id >= from) && await act(update, signal)) heard = true;
    }
    return heard ? undefined : REST_MS;
  }

  #reached(): void {
    const { log, onReached } = this.#deps;
    const isNews = !this.isReached;
    if (this.#problem !== undefined) log.info("Telegram is reached again");
    this.#failures = 0;
    this.#problem = undefined;
    this.#isReached = true;
    if (isNews) onReached();
  }

  /** One line in the log where it begins. @returns how long to wait, ms */
  #failed(failure: BotFailure): number {
    const problem = failureText(failure);
    if (this.#problem === undefined) this.#deps.log.warn("Telegram is not reached", { problem });
    this.#problem = problem;
    this.#kind = failure.kind;
    return backoffMs(failure, this.#failures++, this.#deps.random());
  }
}

/** In words for `status`. */
export function failureText({ kind, problem }: BotFailure): string {
  switch (kind) {
    case "conflict":
      return "another program polls with the same token";
    case "webhook":
      return "a webhook is set for this bot, which gets what you write: deleteWebhook of the Bot API ends that " +
        "(docs/telegram.md)";
    case "unauthorized":
      return "no bot has this token";
    case "limited":
      return "Telegram lets it wait, because it called too often";
    default:
      return problem === "" ? "it was refused" : problem;
  }
}

/** The shortest first wait for each kind of failure, ms. */
const FIRST_MS: Readonly<Record<BotFailure["kind"], number>> = {
  unreachable: 1000,
  conflict: 5000,
  webhook: 15_000,
  limited: 1000,
  unauthorized: 30_000,
  refused: 15_000,
  stopped: 1000,
};

/** @param failures before this one in a row @param random from 0 to 1 @returns never under a second */
export function backoffMs(failure: BotFailure, failures: number, random: number): number {
  const first = FIRST_MS[failure.kind];
  const longest = Math.min(LONGEST_MS, first * 2 ** Math.min(failures, 10));
  // Half of it by chance, so that many do not come back at the same instant.
  const wait = Math.max(first, longest * (0.5 + random / 2));
  return failure.kind === "limited" ? Math.max(failure.retryAfterSecs * 1000, wait) : wait;
}
