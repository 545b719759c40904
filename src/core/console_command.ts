/** A command of the console that works without a terminal: `/NAME WORDS` in `command.execute`. Features bring them. */
import type { MethodCaller } from "./methods_door.ts";

export interface ConsoleCommand {
  /** Without its slash. */
  readonly name: string;
  readonly aliases?: readonly string[];
  /** The capsule that brings it; absent where it is the console's own. */
  readonly capsule?: string;
  /** What it is for, one line. */
  readonly summary: string;
  /** The words behind its name; empty where it takes none. */
  readonly usage: string;
  /** A person must have read what it is about: no job runs it. */
  readonly attended?: true;
  /** First words behind its name with which a job does not run it. */
  readonly notByJobs?: readonly string[];
  /**
   * @param args the words behind its name
   * @returns what it says, in lines for people
   * @throws {ConsoleError} why it did nothing; `confirm_required` with the approval's id as `approvalId` where a person must
   * say yes first
   */
  run(args: readonly string[], call: ConsoleCall): Promise<string>;
}

/** Who calls a command, and what for. */
export interface ConsoleCall extends MethodCaller {
  /** Of the call, for the one change that a command makes. */
  readonly once: { readonly idempotencyKey?: string };
}
