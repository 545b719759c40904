/** Named limits, each with its reason. One object; tests of the whole program adjust it with `daemon --limit NAME=VALUE`. */
export interface Limits {
  /** Longest line from a client, bytes: a hook payload with a large tool input fits. */
  readonly maxLineBytes: number;
  /** Longest line before hello, bytes: strangers get little. */
  readonly maxHelloBytes: number;
  /** Time for hello, ms: a silent connection must not hold a place. */
  readonly helloMs: number;
  /** Time for one request, ms, unless its row says otherwise; then its AbortSignal fires. */
  readonly requestMs: number;
  /**
   * Connections at once; then the oldest without a hello gives way, and where there is none the next gets `busy`. A thousand subscribers and the hooks of a busy day fit, under 50 MB of
   * memory. Deno raises its descriptors to the hard limit, 4096 and more on usual systems; where they are fewer, accepting
   * pauses before they run out.
   */
  readonly maxConnections: number;
  /**
   * Places of these that are kept for clients with the token, which take them first: one without it gets `busy` for
   * them, so that you get in whatever connects. The others are for hooks too, each of which keeps one while its question is open.
   */
  readonly tokenConnections: number;
  /** Requests in flight for one connection; then its socket is not read: back-pressure, not memory. */
  readonly maxInFlight: number;
  /** Subscriptions of one connection: each may keep missed events of its own. */
  readonly maxSubscriptions: number;
  /** Events of the shared log that the slowest subscriber may be behind; one further behind is told that it lags. */
  readonly queueEvents: number;
  /** The same in UTF-16 units of the events' data, and in bytes for what is read again for a client that resumes. */
  readonly queueBytes: number;
  /** Sessions of one page, at most: who has fewer never sees a second page. */
  readonly pageRows: number;
  /** Lists with pages to come that are kept for one connection; one more, and its oldest goes. */
  readonly pagedLists: number;
  /** How long such a list is kept after the last page that was read, ms. */
  readonly pageMs: number;
  /** Connections of the gateway at once; then the oldest that shows no request or takes no reply gives way, and where there is none the next is refused. */
  readonly gatewayConnections: number;
  /** Time for the head of a request there, and for a reply to be taken, ms: a half-open request must not hold a place. */
  readonly gatewayHeadMs: number;
  /** Between two heartbeats of the gateway, ms: a peer that misses three has vanished, which takes under a minute. */
  readonly gatewayHeartbeatMs: number;
  /** Time for requests in flight at a stop, ms. */
  readonly drainMs: number;
  /** Longest stop, ms; after it the process exits whatever is left. */
  readonly forcedExitMs: number;
  /** How long idempotency keys are remembered, in keys. */
  readonly idempotencyKeys: number;
  /** Sessions that there may be while a client without a token adds one; the oldest closed ones give way, then the silent. Some 40 MB. */
  readonly reportSessions: number;
  /**
   * So long nothing was heard of an open session before it gives way to a new one, ms: it has no open question, and no
   * process of it was seen alive here.
   */
  readonly reportSilentMs: number;
  /** Sessions that one connection without a token may begin: an agent's plugin keeps one connection for days. */
  readonly reportSessionsEach: number;
  /** Open questions of all clients without a token: thirty agents have a hundred at most. */
  readonly reportQuestions: number;
  /** The same for one connection. */
  readonly reportQuestionsEach: number;
  /** Text that is kept for these questions, UTF-16 units: each is kept whole while it is open. */
  readonly reportQuestionUnits: number;
  /** The same for one connection. */
  readonly reportQuestionUnitsEach: number;
  /** What all clients without a token may add to the journal at once, bytes: six hours of thirty busy agents. */
  readonly reportJournalBytes: number;
  /** The same for one connection. */
  readonly reportJournalBytesEach: number;
  /** How fast both are allowed again, bytes per second: 2 GB in a day, ten times what thirty busy agents write. */
  readonly reportJournalRefill: number;
  /** When the daemon first looks after what nobody tells it, ms: the first hello has had its answer by then. */
  readonly firstTickMs: number;
  /** Between two such looks, ms: well under the minute in which a replaced socket must be noticed (S7). */
  readonly tickMs: number;
}

export const LIMITS: Limits = Object.freeze({
  maxLineBytes: 1_048_576,
  maxHelloBytes: 4096,
  helloMs: 5000,
  requestMs: 30_000,
  maxConnections: 1280,
  tokenConnections: 128,
  maxInFlight: 32,
  maxSubscriptions: 16,
  queueEvents: 1024,
  queueBytes: 4 * 1_048_576,
  pageRows: 5000,
  pagedLists: 4,
  pageMs: 30_000,
  gatewayConnections: 64,
  gatewayHeadMs: 5000,
  gatewayHeartbeatMs: 15_000,
  drainMs: 5000,
  forcedExitMs: 8000,
  idempotencyKeys: 4096,
  reportSessions: 4000,
  reportSilentMs: 600_000,
  reportSessionsEach: 2000,
  reportQuestions: 2000,
  reportQuestionsEach: 1000,
  reportQuestionUnits: 32 * 1_048_576,
  reportQuestionUnitsEach: 16 * 1_048_576,
  reportJournalBytes: 64 * 1_048_576,
  reportJournalBytesEach: 16 * 1_048_576,
  reportJournalRefill: 24 * 1024,
  firstTickMs: 20,
  tickMs: 10_000,
});

/** Longest mute of the channels, minutes: one that was forgotten must not stay for ever. */
export const MAX_MUTE_MINUTES = 7 * 24 * 60;

/** Most notes of the memory in one answer: some 2 MB where each is as long as it may be. */
export const MAX_LISTED_NOTES = 100;

/** Most turns that one answer tells. */
export const MAX_RECENT_TURNS = 100;

/** Longest wait of `command.execute` for the end of a turn, s. */
export const MAX_EXEC_SECS = 3600;

/** Most runs of jobs that one answer tells, and most times to come. */
export const MAX_RUNS_TOLD = 1000;
export const MAX_NEXT = 100;

/** Longest configuration of a workspace, UTF-8 bytes: it comes along with every event of a hook. */
export const MAX_WORKSPACE_CONFIG = 16_384;

/**
 * What the daemon takes out of the spool at one look, the oldest first; the rest waits for the next. As many files as hooks
 * keep there (platform/spool.ts), none larger than a line from a client, and together no more than takes well under a
 * second.
 */
export const MAX_SPOOLED = Object.freeze({ files: 512, bytes: 1_048_576, bytesAtOnce: 8 * 1_048_576 });

/** The limits that clients are told of in hello. */
export function clientLimits(
  { maxLineBytes, maxInFlight, maxConnections, queueEvents, queueBytes, requestMs }: Limits,
): Record<string, number> {
  return { maxLineBytes, maxInFlight, maxConnections, queueEvents, queueBytes, requestMs };
}
