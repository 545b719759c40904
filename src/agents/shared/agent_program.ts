/** An agent's own program, as its users start it. */
export interface AgentProgram {
  /** Its name on PATH. It takes `--version`. */
  readonly command: string;
  /** Older ones do not run our hooks. */
  readonly oldest?: string;
  /** The newest version that this program was tried with; absent where it was made from documentation alone. */
  readonly tried?: string;
}
