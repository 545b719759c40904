/** What the groups of commands share. */
import type { Command } from "commander";
import type { ClientContext } from "../../client/endpoint.ts";
import type { CommandContext } from "../context.ts";

/** What a tree of commands is made for. */
export interface TreeOptions
  extends Pick<CommandContext, "openDashboard" | "openMcp" | "screen" | "signal" | "takeSignals"> {
  /** Told what each daemon says of itself; without it the first difference is noted. */
  readonly onGreeted?: ClientContext["onGreeted"];
}

export type TreeMaker = (options: TreeOptions) => Command;

/** A command that has an exit code of its own. */
export class CommandEnded extends Error {
  constructor(readonly code: number) {
    super();
  }
}

/** The exit code of what a person ended with Ctrl-C, or with Ctrl-D at a question. */
export const INTERRUPTED = 130;

export const JSON_OPTION = ["--json", "as one JSON object"] as const;

/** What a command takes that is about one session. */
export const SESSION = "its id, the beginning of it, or its name";

/** What a command takes that is about one approval or one session. */
export const TARGET = "the id of a request or a session, the beginning of one, or a session's name";

export const FULL_OPTION = ["--full", "of an edit also the lines that stay"] as const;
export const NO_PAGER_OPTION = ["--no-pager", "print it all at once, however long it is"] as const;
export const QUIET_OPTION = ["-q, --quiet", "ids only, one a line"] as const;
export const FORMAT_OPTION = [
  "--format <template>",
  "a line for each from {{fields}}; an unknown one lists them all",
] as const;
