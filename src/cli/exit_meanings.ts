/** What the exit codes mean, for the manual page and docs/commands.md. */

/** 0 and 130 belong to no error. */
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
  130: "interrupted",
};
