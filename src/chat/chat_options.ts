/** What the parts of the chat hand to each other. */
import type { ClientContext } from "../client/endpoint.ts";
import type { CommandPort, RequestScreen } from "./command_port.ts";

export interface ChatOptions {
  readonly context: ClientContext;
  readonly commands: CommandPort;
  /** Whose turns the texts are; undefined where nobody was named. */
  readonly agent: string | undefined;
  /** The session that they go on with. */
  readonly sessionId: string | undefined;
}

/** What a shell calls the end by Ctrl-C. */
export const INTERRUPTED_CODE = 130;

/** What became of an input. */
export interface Outcome {
  readonly code: number;
  /** Nothing more is to be done: the person leaves, or nobody reads the output any more. */
  readonly isOver?: true;
}

/** What becomes of an input while it runs. */
export interface InputListener {
  /** Ctrl-C is the command's own affair from now on. */
  takeSignals(): void;
  /** A request of its turn was shown; absent where none can be answered before the end of the turn. */
  asked?(id: string): void;
  /** What was read when it was typed; absent where nothing is told on a screen. */
  readonly screen?: RequestScreen;
}

/** Does what one input says, and prints it. Never throws. */
export type RunInput = (text: string, signal: AbortSignal, on: InputListener) => Promise<Outcome>;
