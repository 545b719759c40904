/**
 * Keeps the page connected: subscribes, resumes where it was after a break, and begins anew where the daemon cannot go back
 * so far. Ends only where the token is refused.
 */
import type { Approval } from "../domain/approval.ts";
import type { SessionView } from "../domain/query.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import type { TurnTold } from "../view/live_turns.ts";
import type { LostReason } from "./lost_text.ts";
import { CallRefused, type PageEvent, PageWire, whyRefused } from "./page_wire.ts";
import { mayAnswer, scopeNamed } from "./scope.ts";
import { canProve, isOurGateway } from "./server_proof.ts";

export interface ConnectionListener {
  readonly onHello: (wire: PageWire, hello: ResultOf<"hello">) => void;
  readonly onSnapshot: (
    seq: number,
    sessions: readonly SessionView[],
    approvals: readonly Approval[],
    /** A line of each. */
    turns?: readonly TurnTold[],
  ) => void;
  /** The picture is that of now. */
  readonly onLive: () => void;
  readonly onEvent: (event: PageEvent) => void;
  readonly onLost: (why: LostReason) => void;
  /** The token is not, or no longer, one: `other` where nobody said so, and who listens may be another program. */
  readonly onRefused: (by: "gateway" | "other") => void;
}

const PAUSE_MS = { first: 300, longest: 10_000, tooMany: 30_000 };
/** For one page of the snapshot: 2 kB/s are enough. */
const PAGES_MS = 120_000;

/** Ends where the token is refused, or when the signal fires. */
export async function keepConnected(token: string, listener: ConnectionListener, signal: AbortSignal): Promise<void> {
  let since: number | undefined;
  let pause = PAUSE_MS.first;
  while (!signal.aborted) {
    let why: LostReason = "away";
    const closed = Promise.withResolvers<void>();
    const queue: PageEvent[] = [];
    let isLive = false;
    const take = (event: PageEvent) => {
      since = event.seq ?? since;
      if (event.type === "daemon.stopping") why = event.data["restart"] ? "restarts" : "stopped";
      if (event.type === "daemon.lagged") why = "slow";
      listener.onEvent(event);
    };
    const onEvent = (event: PageEvent) => isLive ? take(event) : void queue.push(event);
    let wire: PageWire | undefined;
    let isProven = false;
    const close = () => wire?.close();
    try {
      // At each dial: another program may have taken the port meanwhile.
      if (canProve() && !await isOurGateway(token, signal)) {
        return signal.aborted ? undefined : listener.onRefused("other");
      }
      isProven = true;
      const dialled = await PageWire.dial(token, { onEvent, onClose: () => closed.resolve() }, signal);
      wire = dialled.wire;
      signal.addEventListener("abort", close, { once: true });
      listener.onHello(wire, dialled.hello);
      const seq = await subscribe(wire, dialled.hello.scope, since, listener);
      since = seq;
      pause = PAUSE_MS.first;
      isLive = true;
      for (const event of queue) take(event);
      listener.onLive();
      wire.beat();
      await closed.promise;
    } catch (error) {
      wire?.close();
      if (signal.aborted) return;
      // A journal that is shorter than what was seen: another one, so that nothing can be resumed.
      if (error instanceof CallRefused && error.kind === "invalid_params") since = undefined;
      else if (error instanceof CallRefused && error.kind === "unauthorized") return listener.onRefused("gateway");
      const reason = isProven && wire === undefined ? await whyRefused(token) : "away";
      if (signal.aborted) return; // another token has come meanwhile, of which this tells nothing
      if (reason === "token") return listener.onRefused("gateway");
      if (reason === "too_many") {
        why = "too_many";
        pause = PAUSE_MS.tooMany;
      }
    } finally {
      signal.removeEventListener("abort", close);
    }
    if (signal.aborted) return;
    listener.onLost(why);
    await awaken(pause * (0.75 + Math.random() / 2), signal);
    pause = Math.min(pause * 2, PAUSE_MS.longest);
  }
}

/** The number up to which the listener is told. */
async function subscribe(
  wire: PageWire,
  scope: string,
  since: number | undefined,
  listener: ConnectionListener,
): Promise<number> {
  const first = await wire.call("subscribe", {
    ...(since === undefined ? {} : { since }),
    ...(mayAnswer(scopeNamed(scope)) ? { answers: true } : {}),
  }, PAGES_MS);
  const { snapshot, seq } = first;
  if (snapshot === undefined) return since ?? seq;
  const sessions = [...snapshot.sessions];
  for (let cursor = snapshot.nextCursor; cursor !== undefined;) {
    const page = await wire.call("session.list", { cursor }, PAGES_MS);
    for (const session of page.sessions) sessions.push(session);
    cursor = page.nextCursor;
  }
  const { turn } = snapshot as { readonly turn?: { readonly turns: readonly TurnTold[] } };
  listener.onSnapshot(seq, sessions, snapshot.approvals, turn?.turns ?? []);
  return seq;
}

/** After `ms`, or at once when the network is back or the page is looked at again. */
function awaken(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const over = new AbortController();
  const listening = { signal: over.signal };
  const timer = setTimeout(resolve, ms);
  addEventListener("online", () => resolve(), listening);
  document.addEventListener("visibilitychange", () => document.hidden || resolve(), listening);
  signal.addEventListener("abort", () => resolve(), listening);
  return promise.finally(() => {
    clearTimeout(timer);
    over.abort();
  });
}
