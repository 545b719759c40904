/** What a capsule's process may take of the daemon's time and memory. */

export const PROCESS_LIMITS = {
  /** Of a message, bytes, either way. */
  lineBytes: 1_048_576,
  /**
   * Calls, log lines and late answers of the capsule: so many in a second, and so many at once. Answers to our calls are as
   * many as our calls. At once comes what two pipes of 64 KiB hold when the daemon was paused.
   */
  messagesPerSecond: 200,
  messageBurst: 2500,
  /** All that it writes. */
  bytesPerSecond: 4 * 1_048_576,
  byteBurst: 8 * 1_048_576,
  /** What waits because it does not read its stdin, bytes. */
  queuedBytes: 8 * 1_048_576,
  /** Calls of the capsule that are under way at once. */
  openCalls: 32,
  /** Calls of ours that wait for the capsule, without events. */
  waitingCalls: 256,
  /** Events that it has not answered yet. */
  unansweredEvents: 64,
  /** Events behind those, and their bytes. */
  backlogEvents: 1000,
  backlogBytes: 4 * 1_048_576,
  /** Lines of its log, by {@link logPerSecond} again after the first. */
  logBurst: 100,
  logPerSecond: 10,
  /** Deadlines, ms. */
  startMs: 5000,
  commandMs: 30_000,
  interceptMs: 2000,
  eventMs: 10_000,
  execMs: 30_000,
  pingEveryMs: 5000,
  pingMs: 5000,
  missedPings: 3,
  /** For what is in flight, when it is unloaded. */
  stopMs: 2000,
  /** Between the end of its stdin and SIGKILL. */
  graceMs: 2000,
  /** Before it is started again: doubled with each failure that counts. */
  backoffMs: 500,
  /** Between two writes of its file of keys and values. */
  kvWriteMs: 100,
} as const;

export type ProcessLimits = { readonly [K in keyof typeof PROCESS_LIMITS]: number };
