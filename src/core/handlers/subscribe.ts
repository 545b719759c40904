/** Handlers of the live area: snapshot and stream at one instant. */
import { type Approval } from "../../domain/approval.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { covers } from "../../protocol/methods.ts";
import type { Handlers } from "../../rpc/handler.ts";
import type { PresencePort } from "../approvals_port.ts";
import type { EventBus } from "../event_bus.ts";
import type { Store } from "../store.ts";

export interface LiveDeps {
  readonly store: Store;
  readonly bus: EventBus;
  /** Those that may be asked for. */
  readonly topics: readonly string[];
  readonly presence: Pick<PresencePort, "join">;
  readonly inbox: { pending(): readonly Approval[] };
  /** More missed events than these are not sent: a snapshot is less. */
  readonly queueEvents: number;
  readonly queueBytes: number;
}

export function liveHandlers(deps: LiveDeps): Handlers<"subscribe" | "unsubscribe"> {
  const { store, bus, presence, inbox, queueEvents, queueBytes } = deps;
  return {
    /**
     * The snapshot, its number and the place in the event bus are taken in one synchronous step, so nothing can be
     * committed between them.
     */
    subscribe: ({ topics, since, answers }, { peer }) => {
      checkTopics(topics, deps.topics);
      if (answers && !covers(peer.scope, "approve")) {
        throw new ConsoleError(
          "forbidden",
          `to subscribe with answers needs the scope "approve", this connection has "${peer.scope}"`,
          { needed: "approve" },
        );
      }
      const seq = store.seq;
      if (since !== undefined && since > seq) {
        throw new ConsoleError("invalid_params", `"since" is ${since}, but the newest event is ${seq}`, {
          param: "since",
        });
      }
      const wanted = topics === undefined ? undefined : new Set(topics);
      const missed = since === undefined ? undefined : store.missed(since, queueEvents, queueBytes);
      const subscription = peer.openStream(
        (reader) =>
          bus.subscribe({
            after: seq,
            topics: wanted,
            missed,
            wake: () => reader.wake(),
            lagged: (from, to) => reader.lagged(from, to),
          }),
        answers ? presence.join() : () => {},
      );
      if (missed !== undefined) return { subscription, seq, resync: false };
      return {
        subscription,
        seq,
        resync: since !== undefined,
        snapshot: { sessions: store.list(), approvals: [...inbox.pending()] },
      };
    },
    unsubscribe: ({ subscription }, { peer }) => {
      if (peer.closeStream(subscription)) return {};
      throw new ConsoleError(
        "not_found",
        `this connection has no subscription "${subscription}"`,
        { hint: "name one that subscribe returned on this connection" },
      );
    },
  };
}

/** @throws {ConsoleError} `invalid_params` naming the first unknown topic */
function checkTopics(topics: readonly string[] | undefined, all: readonly string[]): void {
  const unknown = topics?.find((topic) => !all.includes(topic));
  if (unknown === undefined) return;
  throw new ConsoleError("invalid_params", `"topics" has "${unknown}", expected any of ${all.join(", ")}`, {
    param: "topics",
  });
}
