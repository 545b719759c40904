/** An agent's own program, as its users start it. */
export interface AgentProgram {
  /** Its name on PATH. It takes `--version`. */
  readonly command: string;
  /** What speaks the Agent Client Protocol for it; absent where nothing is known that does. */
  readonly acp?: AcpProgram;
  /** Older ones do not run our hooks. */
  readonly oldest?: string;
  /** The newest version that this program was tried with; absent where it was made from documentation alone. */
  readonly tried?: string;
}

/** A program that speaks ACP on its stdin and stdout. */
export interface AcpProgram {
  /** Its name on PATH, and its arguments. */
  readonly argv: readonly [string, ...string[]];
  /** Which package of npm brings it. */
  readonly package?: string;
}
