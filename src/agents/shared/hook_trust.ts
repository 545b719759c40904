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
  readonly record: TrustRecord;
}

/** The file of the agent's own in which it records trust on our request, and what it makes there besides. */
export interface TrustRecord {
  /** Absolute. */
  file(target: TrustTarget): string;
  /** What is in a text of the file where no trust is recorded: nothing, or only what the agent made to hold records. */
  holds(text: string | null): Promise<"records" | "container" | "nothing">;
  /** Whether both texts say the same, but for an empty container. False where one of them cannot be read. */
  sameBut(one: string | null, other: string | null): Promise<boolean>;
  /** The text without the empty container and the blank line that the agent put before it; undefined where it is not plain. */
  without(text: string): Promise<string | undefined>;
  /** What the container is called, for people. */
  readonly container: string;
}
