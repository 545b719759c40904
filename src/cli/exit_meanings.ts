/** What the exit codes mean, for the manual page and docs/commands.md; those that belong to no error by name. */

/** Of `wait`, as of timeout(1). */
export const TIMED_OUT = 124;

/** 128 and the signal's number, as a shell names the end of what a signal ended. */
export const ENDED_BY_SIGNAL = { SIGHUP: 129, SIGQUIT: 131, SIGTERM: 143 } as const;

/** 0 and those from 124 on belong to no error. */
export const EXITS: Readonly<Record<number, string>> = {
  0: "done",
  1: "refused, or failed",
  2: "wrong usage",
  3: "the daemon is not running",
  4: "another daemon runs, or the socket is taken",
  5: "incompatible version",
  6: "a path is not safely yours",
  7: "the journal is broken",
  70: "a bug; its id stands in the log",
  [TIMED_OUT]: "wait: the state was not reached in the time of --timeout",
  [ENDED_BY_SIGNAL.SIGHUP]: "the dashboard and -i: the terminal is gone",
  130: "interrupted",
  [ENDED_BY_SIGNAL.SIGQUIT]: "the dashboard and -i: ended by the signal QUIT",
  [ENDED_BY_SIGNAL.SIGTERM]: "the dashboard and -i: ended by the signal TERM",
};
