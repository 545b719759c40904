/** How our tee gets into the status line of an agent's settings, and out again. Text in, text out. */
import type { Argv } from "./hook_spec.ts";

export interface StatuslineEditOptions {
  /** The file's name for messages. */
  readonly file?: string;
  /** The text before our first installation: what is given back is spelled as it was there. */
  readonly before?: string;
  /** Programs that earlier installations used: their status lines are ours too. */
  readonly earlier?: readonly Argv[];
}

export interface StatuslineState {
  /** `absent`: none, or the user's own; `outdated`: ours, with another program. */
  readonly state: "absent" | "installed" | "outdated" | "unreadable";
  /** Why it is unreadable. */
  readonly problem?: string;
}

export interface StatuslineSettings {
  /** `text` with our tee, and the user's own line inside it. @throws {ConsoleError} config_invalid */
  readonly wrap: (text: string, program: Argv, options?: StatuslineEditOptions) => string;
  /** `text` with the user's own line as it was. @throws {ConsoleError} config_invalid */
  readonly unwrap: (text: string, program?: Argv, options?: StatuslineEditOptions) => string;
  /** Never throws. */
  readonly state: (text: string, program: Argv, options?: StatuslineEditOptions) => StatuslineState;
}
