/** What the groups of commands share. */

/** A command that has an exit code of its own. */
export class CommandEnded extends Error {
  constructor(readonly code: number) {
    super();
  }
}

/** The exit code of what a person ended with Ctrl-C, or with Ctrl-D at a question. */
export const INTERRUPTED = 130;

export const JSON_OPTION = ["--json", "as one JSON object"] as const;
