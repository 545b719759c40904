/** Handlers of what is there now: the list of sessions, and the live area, which gives list and stream at one instant. */
import { type Approval } from "../../domain/approval.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { ParamsOf, ResultOf } from "../../protocol/method_schemas.ts";
import { covers } from "../../protocol/methods.ts";
import type { EncodedResult } from "../../rpc/encoded_result.ts";
import type { Call, Handlers } from "../../rpc/handler.ts";
import type { PresencePort } from "../approvals_port.ts";
import type { EventBus, SequencedEvent, Subscription } from "../event_bus.ts";
import type { SessionLists } from "../session_lists.ts";
import type { Store } from "../store.ts";

export interface LiveDeps {
  readonly store: Store;
  readonly lists: SessionLists;
  readonly bus: EventBus;
  /** Those that may be subscribed to. */
  readonly topics: readonly string[];
  readonly presence: Pick<PresencePort, "join">;
  readonly inbox: { pending(): readonly Approval[] };
  /** What features add to a snapshot. */
  readonly featureSnapshots: () => Readonly<Record<string, unknown>>;
  /** More missed events than these are not sent: a snapshot is less. */
  readonly queueEvents: number;
  readonly queueBytes: number;
}

/** So many missed events are read from the journal in a few ms; a crowd that resumes with more waits in line. */
const AT_ONCE = 64;

export function liveHandlers(deps: LiveDeps): Handlers<"session.list" | "subscribe" | "unsubscribe"> {
  const { store, lists, queueEvents, queueBytes } = deps;
  return {
    "session.list": (params, call) => lists.list(params, call),
    /**
     * The snapshot, its number and the place in the event bus are taken in one synchronous step, so nothing can be
     * committed between them. What is committed before the reply is sent comes behind it.
     */
    subscribe: (params, call) => {
      const { topics, since, answers } = params;
      checkTopics(topics, deps.topics);
      if (answers && !covers(call.peer.scope, "approve")) {
        throw new ConsoleError(
          "forbidden",
          `to subscribe with answers needs the scope "approve", this connection has "${call.peer.scope}"`,
          { needed: "approve" },
        );
      }
      const { seq } = store;
      if (since !== undefined && since > seq) {
        throw new ConsoleError("invalid_params", `"since" is ${since}, but the newest event is ${seq}`, {
          param: "since",
        });
      }
      if (since === undefined) return snapshot(deps, params, call);
      const resume = () => {
        const missed = store.missed(since, queueEvents, queueBytes);
        return missed && { subscription: openStream(deps, params, call, missed), seq: store.seq, resync: false };
      };
      if (seq - since <= AT_ONCE) return resume() ?? snapshot(deps, params, call);
      return lists.inTurn(call, resume)
        .then<ResultOf<"subscribe"> | EncodedResult>((resumed) => resumed ?? snapshot(deps, params, call));
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

/** All that is there, and a stream of what comes after it. */
function snapshot(
  deps: LiveDeps,
  params: ParamsOf<"subscribe">,
  call: Call,
): ResultOf<"subscribe"> | Promise<EncodedResult> {
  let opened: string | undefined;
  const reply = deps.lists.answer({
    pages: true,
    view: (frozen, row) => frozen.view(row),
    begin: () => {
      opened = openStream(deps, params, call, []);
      return { subscription: opened, others: { approvals: [...deps.inbox.pending()], ...deps.featureSnapshots() } };
    },
    result: ({ seq, sessions, nextCursor }, { subscription, others }) => ({
      subscription,
      seq,
      resync: params.since !== undefined,
      snapshot: { sessions, ...others, ...(nextCursor === undefined ? {} : { nextCursor }) },
    }),
  }, call);
  if (!(reply instanceof Promise)) return reply;
  return reply.catch((error) => {
    if (opened !== undefined) call.peer.closeStream(opened);
    throw error;
  });
}

/** A stream of what comes after now, behind the reply to the call. @returns its name on this connection */
function openStream(
  { store, bus, presence }: LiveDeps,
  { topics, answers }: ParamsOf<"subscribe">,
  { peer, afterReply }: Call,
  missed: readonly SequencedEvent[],
): string {
  let source: Subscription | undefined;
  let leave = () => {};
  const name = peer.openStream(
    (reader) =>
      source = bus.subscribe({
        after: store.seq,
        topics: topics === undefined ? undefined : new Set(topics),
        missed,
        held: true,
        wake: () => reader.wake(),
        lagged: (from, to) => reader.lagged(from, to),
      }),
    () => leave(),
  );
  if (answers) leave = presence.join(); // behind the opening, which may be refused
  afterReply(() => source?.release());
  return name;
}

/** @throws {ConsoleError} `invalid_params` naming the first unknown topic */
function checkTopics(topics: readonly string[] | undefined, all: readonly string[]): void {
  const unknown = topics?.find((topic) => !all.includes(topic));
  if (unknown === undefined) return;
  throw new ConsoleError("invalid_params", `"topics" has "${unknown}", expected any of ${all.join(", ")}`, {
    param: "topics",
  });
}
