/** The open approvals with their requesters: state of this process only, beside the inbox, which is journaled. */
import type { IncomingRequest } from "../core/approvals_port.ts";
import type { ClassifiedRequest } from "../policy/classify.ts";
import { TWINS_MS } from "../core/twin_events.ts";
import type { Decision } from "../domain/approval.ts";
import type { QuestionText } from "../domain/report.ts";
import { mayBeSame, type ProcessName } from "../domain/row_processes.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import type { Peer } from "../rpc/peer.ts";

export type WaitResult = ResultOf<"approval.wait">;

/** The connection that made the request and gets the result. */
export type Requester = Pick<Peer, "acknowledges" | "actor" | "hungUp" | "signal">;

/**
 * A requester for one request on a connection that makes several: what is kept for the request ends with `end`, not
 * with the connection.
 */
export function requesterOfOne({ actor, hungUp }: Peer): { readonly requester: Requester; readonly end: () => void } {
  const ended = new AbortController();
  const gone = new AbortController();
  const onHangUp = () => gone.abort();
  hungUp.addEventListener("abort", onHangUp, { once: true });
  if (hungUp.aborted) onHangUp();
  const end = () => {
    hungUp.removeEventListener("abort", onHangUp);
    ended.abort();
  };
  return { requester: { actor, signal: ended.signal, hungUp: gone.signal }, end };
}

export interface PendingRequest {
  readonly id: string;
  /** The row that waits: a sub-agent's own where a sub-agent made the request. */
  readonly rowId: string;
  /** The session that rules match. */
  readonly sessionId: string;
  readonly agent: string;
  /** The process of the conversation that asks, where it is known. */
  readonly process: ProcessName | undefined;
  readonly cwd: string | undefined;
  readonly request: ClassifiedRequest;
  /** What the row shows while it waits for this. */
  readonly question: QuestionText;
  readonly responseFor: IncomingRequest["responseFor"];
  readonly requester: Requester;
  /** Others that brought the same request and get the same result: an agent may run our hook twice for one event. */
  readonly joined: Requester[];
  /** What an equal request is recognised by; undefined where there can be none. */
  readonly payload: string | undefined;
  /** When it was opened, ISO 8601 UTC. */
  readonly at: string;
  readonly done: PromiseWithResolvers<WaitResult>;
  /** One of its hooks has passed the decision on; false: none could. */
  readonly acknowledged: PromiseWithResolvers<boolean>;
  /** The hooks that could not. */
  readonly unwritten: Set<Requester>;
  /** What was decided, for those that have joined: each prints it in its own form. */
  decision: Decision | undefined;
  readonly stopTimer: () => void;
  /** It counts no longer among the open questions of its requester. */
  readonly release: () => void;
  /** The requester waits: it got the reply with the approval's id in time. */
  awaited: boolean;
  /** When the row was told of the decision; a later event of the agent knows better. ISO 8601. */
  rowTold: string | undefined;
  /** The kinds of those who may decide it and have been given the whole text: who reads it in one window has not in another. */
  readonly openedBy: Set<string>;
  /** The approval is resolved; only the requester may not know yet. */
  isResolved: boolean;
}

/** Most results that are kept for requesters who have not gone: each is fetched in a moment, or never. */
const RESOLVED_KEPT = 512;

/** What a request begins with. */
export function unresolved(): Pick<
  PendingRequest,
  "acknowledged" | "awaited" | "decision" | "done" | "openedBy" | "isResolved" | "rowTold" | "unwritten"
> {
  return {
    done: Promise.withResolvers<WaitResult>(),
    acknowledged: Promise.withResolvers<boolean>(),
    unwritten: new Set(),
    decision: undefined,
    awaited: false,
    rowTold: undefined,
    openedBy: new Set(),
    isResolved: false,
  };
}

/** Everybody who waits for it, or may. */
export function requestersOf(
  { requester, joined }: Pick<PendingRequest, "requester" | "joined">,
): readonly Requester[] {
  return [requester, ...joined];
}

export class PendingRequests {
  #resolved = new Set<string>();
  #byId = new Map<string, PendingRequest>();
  #byRow = new Map<string, Set<PendingRequest>>();
  #listeners = new Set<(opened: PendingRequest) => void>();

  /** @param listener told of each that is opened. @returns ends that */
  listen(listener: (opened: PendingRequest) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  add(pending: PendingRequest): void {
    this.#byId.set(pending.id, pending);
    const row = this.#byRow.get(pending.rowId);
    if (row === undefined) this.#byRow.set(pending.rowId, new Set([pending]));
    else row.add(pending);
    this.#forgetAfter(pending, pending.requester);
    for (const listener of [...this.#listeners]) listener(pending);
  }

  /** The result can be read until the last of its requesters is gone. */
  #forgetAfter(pending: PendingRequest, { signal }: Requester): void {
    const forget = () => {
      if (!requestersOf(pending).every((one) => one.signal.aborted)) return;
      this.#byId.delete(pending.id);
      this.#resolved.delete(pending.id);
    };
    signal.addEventListener("abort", forget, { once: true });
  }

  /**
   * The open request that `requester` has brought once more through another hook: of the same row and process, with the
   * same payload, at the same time. A later one is another call. @param at ISO 8601 UTC
   */
  twin(
    { rowId, process, payload }: Pick<PendingRequest, "rowId" | "process" | "payload">,
    requester: Requester,
    at: string,
  ): PendingRequest | undefined {
    if (payload === undefined) return undefined;
    return this.open(rowId).find((one) =>
      one.payload === payload && mayBeSame(one.process, process) && Date.parse(at) - Date.parse(one.at) <= TWINS_MS &&
      !requestersOf(one).includes(requester)
    );
  }

  join(pending: PendingRequest, requester: Requester): void {
    pending.joined.push(requester);
    this.#forgetAfter(pending, requester);
  }

  get(id: string): PendingRequest | undefined {
    return this.#byId.get(id);
  }

  /** From now on no decision counts; the requester may still read the result. */
  resolve(pending: PendingRequest): void {
    if (!pending.isResolved) pending.release();
    pending.isResolved = true;
    pending.stopTimer();
    this.#keepResolved(pending);
    const row = this.#byRow.get(pending.rowId);
    row?.delete(pending);
    if (row?.size === 0) this.#byRow.delete(pending.rowId);
  }

  /** A connection may stay for long: of the results that nobody fetches the oldest go. */
  #keepResolved({ id }: PendingRequest): void {
    if (!this.#byId.has(id)) return;
    this.#resolved.add(id);
    if (this.#resolved.size <= RESOLVED_KEPT) return;
    for (const oldest of this.#resolved) {
      this.#resolved.delete(oldest);
      this.#byId.delete(oldest);
      break;
    }
  }

  /** The requests that are not resolved, oldest first; of one row, or of all. */
  open(rowId?: string): PendingRequest[] {
    if (rowId !== undefined) return [...this.#byRow.get(rowId) ?? []];
    return [...this.#byRow.values()].flatMap((row) => [...row]);
  }
}
