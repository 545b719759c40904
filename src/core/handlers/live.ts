/** Handlers of the live area: snapshot and stream at one instant. */
import { TOPICS } from "../../domain/event.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { covers } from "../../protocol/methods.ts";
import type { Handler } from "../handler.ts";

/**
 * The snapshot, its number and the place in the event bus are taken in one synchronous step, so nothing can be committed
 * between them.
 */
export const subscribe: Handler<"subscribe"> = ({ topics, since, answers }, { core, caller }) => {
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
  if (answers && !covers(caller.scope, "approve")) {
    throw new ConsoleError("forbidden", `Cannot subscribe with answers: scope is ${caller.scope}, must be approve`, {
      needed: "approve",
    });
  }
  const { store, presence } = core;
  const seq = store.seq;
  if (since !== undefined && since > seq) {
    throw new ConsoleError("invalid_params", `Cannot subscribe: since is ${since}, must be at most ${seq}`, {
      param: "since",
    });
  }
  const wanted = topics === undefined ? undefined : new Set(topics);
  const missed = since === undefined ? undefined : store.missed(since, core.queueEvents, core.queueBytes);
  const onEnd = answers ? presence.join() : () => {};
  const subscription = caller.subscribe({ after: seq, topics: wanted, missed, onEnd });
  if (missed !== undefined) return { subscription, seq, resync: false };
  return {
    subscription,
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
