/** What the daemon replies to a hook that speaks HTTP: each status, and its words. */

export const HOOK_STATUS = {
  taken: 204,
  /** Spooled: it is taken later. */
  kept: 202,
  refused: 400,
  /** The program has to ask for this one: rules decide on it. */
  conflict: 409,
  tooLarge: 413,
  unavailable: 503,
} as const;

export const REASONS: Readonly<Record<number, string>> = {
  [HOOK_STATUS.taken]: "No Content",
  [HOOK_STATUS.kept]: "Accepted",
  [HOOK_STATUS.refused]: "Bad Request",
  [HOOK_STATUS.conflict]: "Conflict",
  [HOOK_STATUS.tooLarge]: "Content Too Large",
  [HOOK_STATUS.unavailable]: "Service Unavailable",
};
