/** Signs what the journal holds: every few thousand records, some minutes after the last change, and at the end. */
import { CHECKPOINT_FILE, checkpointPath } from "../../journal/checkpoint_file.ts";
import { type Checkpoints, openCheckpoints } from "../../journal/checkpoints.ts";
import type { Journal } from "../../journal/journal.ts";
import { createSigningKey, readSigningKey } from "../../journal/signing_key.ts";
import { BackgroundPace } from "../../journal/pace.ts";
import { ed25519Verify } from "../../platform/ed25519.ts";
import { sha256BytesOfRecord, sha256OfRecord } from "../../platform/hash.ts";
import type { HomePaths } from "../../platform/home_paths.ts";
import type { Clock, Files, Log, Timers } from "../../platform/system.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { LastError } from "../last_error.ts";

/** Records that no checkpoint covers, after which one is due. */
const DUE_RECORDS = 4096;
/** The first clients come right after the start: they have the processor for themselves, ms. */
const BEGIN_MS = 1000;
/** Time after which one is due for fewer, ms. */
const DUE_MS = 600_000;
/** While more than so many records come between two ticks, others need the processor. */
const BUSY_RECORDS = 2048;
/** Behind by so many, a checkpoint waits for no quiet time. */
const MOST_RECORDS = 131_072;
/** What a stop may take, ms: the next start signs what is left. */
const STOP_MS = 1000;

export interface CheckpointServiceOptions {
  readonly journal: Pick<Journal, "checkpoint" | "head">;
  readonly paths: Pick<HomePaths, "journal" | "keys">;
  readonly log: Log;
  readonly lastError: LastError;
  readonly files: Files;
  readonly uid: number | null;
  readonly timers: Timers;
  readonly clock: Pick<Clock, "steady">;
}

/** A part of the journal's service. */
export interface CheckpointService {
  readonly tick: () => Promise<void>;
  /** How far it has signed, and why it signs no more, for `status`. */
  readonly state: () => { readonly signedTo: number; readonly unsigned?: string };
  /** Signs what is there now. @returns the last record that a checkpoint covers; 0 where none can be made */
  readonly cover: () => Promise<number>;
  /** Behind all who write: signs what is there at the end. */
  readonly stop: () => Promise<void>;
}

export function checkpointService(o: CheckpointServiceOptions): CheckpointService {
  const { journal, log, clock, timers } = o;
  const stopping = new AbortController();
  let checkpoints: Checkpoints | undefined;
  /** What the person has to put right: nothing is signed any more in this process. */
  let isBroken = false;
  let problem: string | undefined;
  let hasFailed = false;
  let isBegun = false;
  let nextAt = clock.steady() + DUE_MS;
  let seenSeq = 0;
  let running: Promise<void> = Promise.resolve();

  async function extend(signal: AbortSignal): Promise<void> {
    if (isBroken) return;
    nextAt = clock.steady() + DUE_MS;
    try {
      checkpoints ??= await open(o);
      await journal.checkpoint(checkpoints, new BackgroundPace({ timers, steady: clock.steady, signal }));
      hasFailed = false;
    } catch (error) {
      if (!signal.aborted) tell(error);
    }
  }

  function tell(error: unknown): void {
    isBroken = error instanceof ConsoleError && error.kind !== "read_only";
    if (isBroken) o.lastError.set("journal", problem = (error as ConsoleError).message);
    if (isBroken || !hasFailed) log[isBroken ? "error" : "warn"]("no checkpoint", { error: String(error) });
    hasFailed = true;
  }

  const next = (signal: AbortSignal) => running = running.then(() => extend(signal));
  /** So that the key is there soon after the first start, and what keeps it from signing is told before anything is due. */
  const begin = async () => {
    await timers.sleep(BEGIN_MS, stopping.signal);
    checkpoints ??= await open(o).catch((error) => void tell(error));
  };

  return {
    tick: async () => {
      if (!isBegun) {
        isBegun = true;
        await (running = running.then(begin).catch(() => {})); // it stops before
      }
      const { seq } = journal.head();
      const grown = seq - seenSeq;
      seenSeq = seq;
      const behind = seq - (checkpoints?.seq ?? 0);
      const isLong = behind > MOST_RECORDS || behind >= DUE_RECORDS && grown < BUSY_RECORDS;
      if (isLong || behind > 0 && clock.steady() >= nextAt) await next(stopping.signal);
    },
    state: () => ({ signedTo: checkpoints?.seq ?? 0, ...(problem === undefined ? {} : { unsigned: problem }) }),
    cover: async () => {
      await next(stopping.signal);
      return isBroken ? 0 : checkpoints?.seq ?? 0;
    },
    stop: async () => {
      stopping.abort(); // a long one goes on from its last segment
      const [late, ended] = [new AbortController(), new AbortController()];
      void timers.sleep(STOP_MS, ended.signal).then(() => late.abort(), () => {}); // rejects where it has ended
      await next(late.signal);
      ended.abort();
    },
  };
}

/** A key is made where nothing was signed before: another one could not go on. @throws {ConsoleError}, the OS error */
async function open({ files, paths, uid }: CheckpointServiceOptions): Promise<Checkpoints> {
  const digest = sha256BytesOfRecord;
  const place = { files, keys: paths.keys, uid, digest };
  const found = await readSigningKey(place);
  if (found === undefined && files.stat(checkpointPath(paths.journal)) !== undefined) {
    throw new ConsoleError("journal_broken", `the key that signed ${CHECKPOINT_FILE} is gone`, {
      hint:
        `put keys/journal.key back, or move ${CHECKPOINT_FILE} away: then the next start of the daemon makes a new key`,
    });
  }
  const key = found ?? await createSigningKey(place);
  const dir = paths.journal;
  return await openCheckpoints({ dir, files, key, verify: ed25519Verify, digest, sha256: sha256OfRecord });
}
