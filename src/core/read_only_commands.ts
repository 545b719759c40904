/** The commands of the console that change nothing. Pure: manifests and the calls of capsules are checked by it. */

/**
 * An allow-list of names and aliases. With some words `cron` and `memory` do more; a capsule's calls have the scope `read`,
 * which refuses those.
 */
export const READ_ONLY_COMMANDS: readonly string[] = [
  "approvals",
  "context",
  "cron",
  "help",
  "jobs",
  "ls",
  "memory",
  "sessions",
  "show",
  "status",
];
