/** Handlers of the live area: snapshot and stream at one instant. */
import { ConsoleError } from "../../protocol/errors.ts";
import { TOPICS } from "../../domain/event.ts";
import type { Handler } from "../handler.ts";

/**
 * The snapshot, the sequence number and the place in the hub are taken in one synchronous step, so nothing can be
 * committed between them; the missed events are queued behind the answer, before any later one.
 */
export const subscribe: Handler<"subscribe"> = ({ topics, since }, { core, caller }) => {
  const unknown = topics?.find((topic) => !(TOPICS as readonly string[]).includes(topic));
  if (unknown !== undefined) {
    throw new ConsoleError(
      "invalid_params",
      `Cannot subscribe: topics has ${unknown}, must be of ${TOPICS.join(", ")}`,
      {
        param: "topics",
      },
    );
  }
  const { store } = core;
  const seq = store.seq;
  if (since !== undefined && since > seq) {
    throw new ConsoleError("invalid_params", `Cannot subscribe: since is ${since}, must be at most ${seq}`, {
      param: "since",
    });
  }
  const wanted = topics === undefined ? undefined : new Set(topics);
  const missed = since === undefined ? undefined : store.missed(since, core.queueEvents, core.queueBytes);
  const subscriber = caller.subscriber(wanted);
  core.hub.add(subscriber);
  if (missed !== undefined) {
    caller.afterAnswer(() => {
      for (const event of missed) {
        if (wanted === undefined || wanted.has(event.topic)) subscriber.deliver(event.seq, event.line(subscriber.name));
      }
    });
    return { subscription: subscriber.name, seq, resync: false };
  }
  return {
    subscription: subscriber.name,
    seq,
    resync: since !== undefined,
    snapshot: { sessions: store.list() as never, approvals: store.inbox.pending() as never },
  };
};

export const unsubscribe: Handler<"unsubscribe"> = ({ subscription }, { caller }) => {
  if (!caller.unsubscribe(subscription)) {
    throw new ConsoleError("not_found", `Cannot unsubscribe: ${subscription} is unknown, must be a live subscription`);
  }
  return {};
};
