/**
 * What `doctor` finds. A check looks at one thing and says in a sentence how it is; where something is wrong, it says
 * what cures it, and cures it itself where that loses nothing.
 */
import type { CommandContext } from "../context.ts";

/** `note`: worth knowing, and nothing is broken. */
export type FindingLevel = "ok" | "note" | "problem";

export interface Finding {
  /** What was looked at, such as `home.files`: the same in every run, for scripts. */
  readonly id: string;
  readonly level: FindingLevel;
  /** One sentence. */
  readonly text: string;
  /** What a person does about it: a command where there is one. */
  readonly hint?: string;
  /** Cures it, for `--fix`. @returns what was done; throws what kept it from being done */
  readonly fix?: () => Promise<string>;
}

/** Looks at one thing. Whatever it throws becomes a finding of its own: one check that fails hides no other. */
export interface Check {
  readonly id: string;
  readonly run: (run: CommandContext) => Promise<readonly Finding[]> | readonly Finding[];
}

export function ok(id: string, text: string): Finding {
  return { id, level: "ok", text };
}

export function note(id: string, text: string, hint?: string): Finding {
  return { id, level: "note", text, ...(hint === undefined ? {} : { hint }) };
}

export function problem(id: string, text: string, cure: Pick<Finding, "hint" | "fix"> = {}): Finding {
  return { id, level: "problem", text, ...cure };
}
