/** What the groups of commands share. */

/** A command that has an exit code of its own. */
export class CommandEnded extends Error {
  constructor(readonly code: number) {
    super();
  }
}

export const JSON_OPTION = ["--json", "as one JSON object"] as const;
