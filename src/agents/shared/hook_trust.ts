/** Hooks that an agent runs only after its user has trusted them. */
import type { Argv, JsonHooks } from "./hook_spec.ts";

/** `modified`: trusted once, and changed since. `off`: the agent knows the hook and does not run it, or reads no hooks at all. */
export type Trust = "trusted" | "untrusted" | "modified" | "off" | "unknown";

/** Our hooks in one settings file. */
export interface TrustTarget {
  readonly agent: JsonHooks;
  readonly file: string;
  readonly program: Argv;
}

export interface HookTrust {
  /** How it stands, for people. */
  readonly words: Readonly<Record<Trust, string>>;
  /** How its user gives it, for people: what cures `untrusted` and `modified`. */
  readonly cure: string;
  /** Never throws. */
  read(target: TrustTarget): Promise<Trust>;
  /**
   * Tells the agent that its user trusts our present definitions, after `show` has shown them.
   *
   * @throws {ConsoleError} failed, timeout
   */
  give(target: TrustTarget, show: (definitions: string) => void): Promise<void>;
  /** Has the agent forget its records of our definitions, which are still there. Never throws. @returns what stays, and why */
  take(target: TrustTarget): Promise<string | undefined>;
}
