/**
 * Every change, for as long as the caller wants: a subscription that reconnects, resumes where it was, and says so.
 * No event is given twice and none is left out; where the daemon cannot go back so far, a new snapshot is given.
 */
import { sleep } from "../platform/delay.ts";
import type { Approval } from "../domain/approval.ts";
import type { SessionView } from "../domain/query.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { isExpired, readAllPages } from "./all_sessions.ts";
import type { FeatureSnapshot } from "../protocol/method_schemas.ts";
import { connectOrStart } from "./reach.ts";
import type { ClientContext } from "./endpoint.ts";
import type { WireClient, WireEvent } from "./wire_client.ts";

export type Followed =
  | {
    readonly kind: "snapshot";
    readonly seq: number;
    readonly sessions: readonly SessionView[];
    readonly approvals: readonly Approval[];
    readonly resync: boolean;
    /** What features tell of theirs. */
    readonly features?: Partial<FeatureSnapshot>;
  }
  | { readonly kind: "resumed"; readonly seq: number }
  | { readonly kind: "event"; readonly event: WireEvent }
  | { readonly kind: "disconnected"; readonly reason: string };

export interface FollowOptions {
  readonly context: ClientContext;
  readonly topics?: readonly string[];
  /** Where to resume; without it a snapshot comes first. */
  readonly since?: number;
  /** A person sees what is given and may answer: agents that show no dialog of their own wait for them. */
  readonly answers?: boolean;
  readonly signal: AbortSignal;
}

/** Why there is no connection where somebody has stopped the daemon: no reconnect brings it back. */
export const STOPPED = "the daemon stopped";
/** Time for the snapshot, all its pages included, ms. */
const SNAPSHOT_MS = 30_000;
const PAUSE_MS = { first: 100, longest: 1000 };

/** Ends when the signal fires. @throws {ConsoleError} what no reconnect would cure */
export async function* follow(options: FollowOptions): AsyncGenerator<Followed> {
  const { signal } = options;
  let { context, since } = options;
  let pause = PAUSE_MS.first;
  while (!signal.aborted) {
    let client: WireClient | undefined;
    let reason = "the daemon is gone";
    try {
      client = await connectOrStart(context);
      // A daemon that somebody stopped is not started again by a window that happens to be open.
      context = { ...context, mayStart: false };
      if (signal.aborted) return; // while the daemon started: it fires no more
      for await (const one of subscription(client, options, since)) {
        pause = PAUSE_MS.first;
        if (one.kind === "event" && one.event.type === "daemon.stopping") reason = STOPPED;
        if (one.kind === "event" && one.event.type === "daemon.lagged") reason = "this window was too slow";
        if (one.kind === "event") since = one.event.seq ?? since;
        else if (one.kind !== "disconnected") since = one.seq;
        yield one;
      }
    } catch (error) {
      if (!(error instanceof ConsoleError) || !(passes(error) || isExpired(error))) throw error;
      reason = error.message;
    } finally {
      client?.close();
    }
    if (signal.aborted) return;
    yield { kind: "disconnected", reason };
    await sleep(pause, signal).catch(() => {});
    pause = Math.min(pause * 2, PAUSE_MS.longest);
  }
}

function passes(error: ConsoleError): boolean {
  return ["disconnected", "busy", "stopping", "timeout", "not_running"].includes(error.kind);
}

async function* subscription(
  client: WireClient,
  { topics, answers, signal }: FollowOptions,
  since: number | undefined,
): AsyncGenerator<Followed> {
  const queue: WireEvent[] = [];
  let wake = () => {};
  let open = true;
  client.onEvent = (event) => {
    queue.push(event);
    wake();
  };
  const end = () => {
    open = false;
    wake();
  };
  client.closed.then(end);
  signal.addEventListener("abort", end, { once: true });
  try {
    const inTime = AbortSignal.timeout(SNAPSHOT_MS);
    const first = await client.call(
      "subscribe",
      {
        ...(topics === undefined ? {} : { topics: [...topics] }),
        ...(since === undefined ? {} : { since }),
        ...(answers ? { answers } : {}),
      },
      inTime,
    );
    if (first.snapshot === undefined) yield { kind: "resumed", seq: since ?? first.seq };
    else {
      const { seq, resync, snapshot } = first;
      const { approvals, sessions: _, nextCursor: __, ...features } = snapshot;
      // What has changed since waits in the queue: no page overwrites what an event has told.
      const sessions = await readAllPages(client, snapshot, inTime);
      yield { kind: "snapshot", seq, sessions, approvals, resync, features };
    }
    while (open || queue.length > 0) {
      const event = queue.shift();
      if (event !== undefined) yield { kind: "event", event };
      else await new Promise<void>((resolve) => wake = resolve);
    }
  } finally {
    signal.removeEventListener("abort", end);
  }
}
