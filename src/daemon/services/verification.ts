/**
 * Checks, while the daemon serves, the records that its snapshot made unnecessary to read at the start: what it decides
 * by rests on all of them. A record that was changed is found within the first minute, and ends the daemon with exit 7.
 */
import type { Service } from "../../core/service.ts";
import { type Problem, problemLine } from "../../journal/chain.ts";
import type { Journal } from "../../journal/journal.ts";
import { BackgroundPace } from "../../journal/pace.ts";
import type { Log, Timers } from "../../platform/system.ts";
import { ConsoleError, ERRORS } from "../../protocol/errors.ts";
import type { LastError } from "../last_error.ts";
import type { StopControl } from "../stop_control.ts";

/** The first clients come right after the start: they have the processor for themselves, ms. */
const BEGIN_MS = 1000;
/** After this time it rests no more, only gives way: a large journal is to be checked within the first minute, ms. */
const HURRY_MS = 20_000;

/** Who has asked for a check hears of a fault before the daemon ends, ms. */
const REPLY_MS = 200;

export interface VerificationOptions {
  readonly journal: Pick<Journal, "verifyAgain" | "verifyUnread" | "stats">;
  readonly log: Log;
  readonly lastError: LastError;
  readonly stop: Pick<StopControl, "request">;
  readonly timers: Timers;
  readonly steady: () => number;
}

export interface BackgroundChecks {
  readonly service: Service;
  /** Checks all records once more; who asks for it meanwhile waits for the same check. @returns the fault, which ends the daemon */
  readonly again: () => Promise<Problem | undefined>;
}

export function verification(o: VerificationOptions): BackgroundChecks {
  const { journal, log, lastError, stop, timers, steady } = o;
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let isDone = false;
  let checking: Promise<Problem | undefined> | undefined;
  const pace = () => new BackgroundPace({ timers, steady, signal: stopping.signal, hurryAfterMs: HURRY_MS });

  async function run(): Promise<void> {
    await timers.sleep(BEGIN_MS, stopping.signal);
    const problem = await journal.verifyUnread(pace());
    isDone = true;
    if (problem !== undefined) broken(problem);
  }

  async function check(): Promise<Problem | undefined> {
    let problem: Problem | undefined;
    try {
      await running; // it reads the same records
      problem = await journal.verifyAgain(pace());
    } catch (error) {
      throw stopping.signal.aborted ? new ConsoleError("stopping", "the daemon is stopping") : error;
    }
    if (problem !== undefined) void timers.sleep(REPLY_MS, stopping.signal).then(() => broken(problem), () => {});
    return problem;
  }

  function broken(problem: Problem): void {
    const { segment, seq, offset, what } = problem;
    log.error("the journal does not verify", { segment, seq, offset, what });
    lastError.set("journal", problemLine(problem));
    stop.request({
      reason: "the journal does not verify",
      force: true,
      restart: false,
      code: ERRORS.journal_broken.exit,
    });
  }

  const service: Service = {
    name: "verification",
    tick: () => {
      if (isDone) return;
      if (journal.stats().lastVerifiedAt !== null) return void (isDone = true); // the start has read every record
      running = run();
      return running.catch((error) => {
        if (!stopping.signal.aborted) throw error;
      });
    },
    stop: async () => {
      stopping.abort();
      await Promise.allSettled([running, checking]);
    },
  };
  return { service, again: () => checking ??= check().finally(() => checking = undefined) };
}
