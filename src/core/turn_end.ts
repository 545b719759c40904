/** Waits for a turn: to its end, or until it asks a person. For those who call `turn.submit` within the daemon. */
import type { Approval } from "../domain/approval.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import type { EventBus } from "./event_bus.ts";
import type { MethodCaller } from "./methods_door.ts";
import type { Store } from "./store.ts";

export type TurnState = ResultOf<"turn.recent">["turns"][number];

export interface TurnWait {
  readonly signal: AbortSignal;
  /** Whether a request that a person must answer ends the wait. */
  readonly untilAsked: boolean;
}

/**
 * @returns the request that the turn waits with; undefined where it has ended
 * @throws the signal's reason, and what the caller may not
 */
export async function waitForTurn(
  { bus, store }: { readonly bus: EventBus; readonly store: Pick<Store, "seq"> },
  caller: MethodCaller,
  turnId: string,
  { signal, untilAsked }: TurnWait,
): Promise<Approval | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Approval | undefined>();
  promise.catch(() => {}); // the signal may fire when nobody waits yet
  const onAbort = () => reject(signal.reason);
  let sessionId: string | undefined;
  // Heard before the look at what is: nothing falls between the two.
  const unlisten = bus.listen(store.seq, new Set(["turn", "approval"]), ({ event }) => {
    if (event.type === "approval.requested") {
      const { approval } = event.data;
      if (untilAsked && approval.sessionId === sessionId) resolve(approval);
    } else if (event.type === "turn.started" && event.data.turnId === turnId) sessionId = event.data.sessionId;
    else if (event.type === "turn.ended" && event.data.turnId === turnId) resolve(undefined);
  });
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    signal.throwIfAborted();
    const turn = await turnById(caller, turnId);
    if (turn === undefined || turn.endedAt !== undefined) return undefined;
    if (turn.status === "running") sessionId = turn.sessionId ?? sessionId;
    if (untilAsked && sessionId !== undefined) {
      const { approvals: [open] } = await caller.call("approval.list", { sessionId });
      if (open !== undefined) return open;
    }
    return await promise;
  } finally {
    unlisten();
    signal.removeEventListener("abort", onAbort);
  }
}

/** What is known of it; undefined where that is too long ago. */
export async function turnById(caller: MethodCaller, turnId: string): Promise<TurnState | undefined> {
  const { turns: [turn] } = await caller.call("turn.recent", { turnId });
  return turn;
}
