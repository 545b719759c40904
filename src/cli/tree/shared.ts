/** What the groups of commands share. */

/** A command that has an exit code of its own. */
export class CommandEnded extends Error {
  constructor(readonly code: number) {
    super();
  }
}

export const JSON_OPTION = ["--json", "as one JSON object"] as const;
export const QUIET_OPTION = ["-q, --quiet", "ids only, one a line"] as const;
export const FORMAT_OPTION = [
  "--format <template>",
  "a line for each from {{fields}}; an unknown one lists them all",
] as const;
