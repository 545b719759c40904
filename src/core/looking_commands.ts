/** Which commands of the console do no more than look. Pure: a manifest is read by it, and a capsule's call is checked by it. */

/**
 * An allow-list of names and aliases. With some words `cron` and `memory` do more; a capsule's calls have the scope `read`,
 * which refuses those.
 */
export const LOOKING_COMMANDS: readonly string[] = [
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
