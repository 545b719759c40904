/** What the reader finds in a shell text: simple commands, and what it could not decide. */

/**
 * `expansion`: words that the shell makes (variables, braces, `$'…'`, a pattern or a function as the command's name).
 * `hidden`: control, zero-width or bidi characters, spaces that are none. `unfinished`: a quote, substitution or
 * here-document without end. `deep`: nested deeper than is read.
 */
export type Uncertainty = "expansion" | "substitution" | "heredoc" | "hidden" | "unfinished" | "deep";

export interface Redirect {
  /** `>`, `>>`, `<`, `<<`, `<<<`, `>&`, … without the descriptor's number. */
  readonly op: string;
  readonly target: string;
  /** What a here-document holds. */
  readonly body?: string;
}

export interface SimpleCommand {
  /** Without quotes, leading assignments and reserved words; what the shell would replace stands as it was written. */
  readonly words: readonly string[];
  /** Whether variables are set before it or in its place. */
  readonly assigns: boolean;
  readonly redirects: readonly Redirect[];
  /** A pipe stands somewhere before it: its input may be another command's output. */
  readonly piped: boolean;
  /** Some word is not what will run: a variable, substitution, pattern or brace stands in it. */
  readonly hasExpansion: boolean;
}

export interface ShellText {
  /** All simple commands, those in substitutions included. */
  readonly commands: readonly SimpleCommand[];
  readonly uncertainties: ReadonlySet<Uncertainty>;
}

/** What a reader adds its findings to. */
export interface CommandSink {
  readonly commands: SimpleCommand[];
  readonly uncertainties: Set<Uncertainty>;
  /** How much of the text was read once more, as commands; UTF-16 units. */
  readAgain: number;
}
