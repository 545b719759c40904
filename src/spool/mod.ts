/**
 * Reads the events that hooks spooled while no daemon replied: oldest first, each once. Anything that runs as the user can
 * put files there, so only plain files of ours are read, and only so many at a time that nobody waits long.
 */
import { receiveReport } from "../core/handlers/session.ts";
import type { Feature, FeatureContext } from "../core/service.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { readSpooled } from "../platform/own_files.ts";
import { checkOwnFolder } from "../platform/path_safety.ts";
import { ownUid } from "../platform/process.ts";
import { type Spooled, spooledAt, spooledNames, staleParts, unmarkHung } from "../platform/spool.ts";
import { HOOK } from "../protocol/actor.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { MAX_SPOOLED } from "../protocol/limits.ts";
import { METHOD_SCHEMAS, type ParamsOf } from "../protocol/method_schemas.ts";
import { checkParams } from "../rpc/router.ts";

/** An event older than this is given this age: its file's name must not put a row into another year, ms. */
const MAX_AGE_MS = 7 * 86_400_000;

/** Most names that are remembered as logged. */
const TOLD = 100;

export const spool: Feature = {
  name: "spool",
  create: (context) => {
    const reader = new SpoolReader(context);
    return {
      service: {
        start: () => reader.take(),
        // Hooks that failed to connect an instant before the daemon listened left their events after the start.
        tick: () => reader.take(),
      },
    };
  },
};

interface Taken {
  /** Bytes. */
  readonly read: number;
  readonly keep: boolean;
}

class SpoolReader {
  #context: FeatureContext;
  /** What stays although it should not, logged once. */
  #told = new Set<string>();

  constructor(context: FeatureContext) {
    this.#context = context;
  }

  /**
   * Reports spooled events under their idempotency keys, so that one which was delivered too counts once. A file is
   * removed after its event is in the journal: a crash in between repeats the report, and the key makes it none.
   */
  take(): void {
    const { paths, clock } = this.#context;
    const now = clock.now();
    const folder = denoFiles.stat(paths.spool);
    if (folder === undefined) return;
    const problem = checkOwnFolder(folder, ownUid());
    if (problem !== undefined) return this.#tell(paths.spool, `the spool ${problem}`);
    unmarkHung(denoFiles, paths); // hooks may wait for us again
    for (const name of staleParts(denoFiles, paths, now)) this.#remove(name);
    let bytes = 0;
    const stranger = { scope: "report" } as const; // each look counts as one connection
    for (const name of spooledNames(denoFiles, paths).slice(0, MAX_SPOOLED.files)) {
      if (bytes >= MAX_SPOOLED.bytesAtOnce) return; // the rest has time until the next look
      const taken = this.#takeOne(name, now, stranger);
      if (taken === "later") return;
      bytes += taken.read;
      if (!taken.keep) this.#remove(name);
    }
  }

  /** @returns "later": nothing can be written now; else how much was read, and whether it may be taken later */
  #takeOne(name: string, now: number, stranger: { readonly scope: "report" }): Taken | "later" {
    let read = 0;
    try {
      const bytes = readSpooled(`${this.#context.paths.spool}/${name}`, ownUid(), MAX_SPOOLED.bytes);
      read = bytes.length;
      const spooled = JSON.parse(new TextDecoder().decode(bytes)) as Spooled;
      const params = checkParams("session.report", METHOD_SCHEMAS["session.report"], spooled) as ParamsOf<
        "session.report"
      >;
      const receive = () => receiveReport(this.#context, HOOK, params, happenedAt(name, now));
      const { sessionId } = this.#context.quota.run(stranger, params, receive);
      if (params.idempotencyKey === this.#context.startEvent) this.#saw(sessionId);
    } catch (error) {
      const kind = error instanceof ConsoleError ? error.kind : undefined;
      if (kind === "read_only") return "later";
      if (kind === "busy") return { read, keep: true }; // hooks keep what the daemon may take later, and so does it
      this.#context.log.warn("dropped a spooled event", { file: name, error: String(error) });
    }
    return { read, keep: false };
  }

  /**
   * The hook that started this daemon ran beside it, in one pid namespace, and its agent lived then: the process counts
   * as seen, although it may be gone by now.
   */
  #saw(sessionId: string | null): void {
    const { store } = this.#context;
    const pid = sessionId === null ? undefined : store.get(sessionId)?.pid;
    if (pid === undefined) return;
    store.processes.saw(pid, true);
    store.processes.doubt();
  }

  /** A folder stays: it keeps nobody from reading the others. */
  #remove(name: string): void {
    try {
      denoFiles.remove(`${this.#context.paths.spool}/${name}`);
    } catch (error) {
      this.#tell(name, String(error));
    }
  }

  #tell(what: string, error: string): void {
    if (this.#told.has(what) || this.#told.size >= TOLD) return;
    this.#told.add(what);
    this.#context.log.warn("the spool has something that is no event of a hook", { what, error });
  }
}

/** The hook's own time, as far as it can be true. */
function happenedAt(name: string, now: number): string {
  const at = spooledAt(name) ?? now;
  return new Date(Math.min(now, Math.max(now - MAX_AGE_MS, at))).toISOString();
}
