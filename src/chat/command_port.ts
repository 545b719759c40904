/** The program's own commands as the chat runs them: the command line hands them in, so that the chat knows no command. */

export interface NamedCommand {
  readonly name: string;
  readonly about: string;
  /** It may be called here; the others only say what they are for. */
  readonly isListed: boolean;
}

/** A command that a granted capsule brings to the daemon's console. */
export interface CapsuleCommand {
  readonly name: string;
  /** Ends with the capsule's name. */
  readonly about: string;
  readonly capsule: string;
}

export interface Completed {
  readonly value: string;
  readonly about: string;
}

/** Which requests the person has read who typed a line. */
export interface RequestScreen {
  /** A command shows these. */
  shows(ids: readonly string[]): void;
  /**
   * @param answered whether the line says what is answered, or a question behind it that showed the request
   * @throws {ConsoleError} `failed` where the request was not on the screen when that was typed
   */
  mayAnswer(id: string, answered: "in its line" | "at a question"): void;
}

/** What a command is run with. */
interface CommandRun {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Called where Ctrl-C is the command's own affair from then on. */
  readonly takeSignals: () => void;
  /** Absent where nothing is told on a screen. */
  readonly screen: RequestScreen | undefined;
}

export interface CommandPort {
  readonly commands: readonly NamedCommand[];
  /** Those of the capsules that are granted now; none where no daemon answers in time. Never rejects. */
  ofCapsules(): Promise<readonly CapsuleCommand[]>;
  /**
   * Runs one command line and prints what it says, its error too.
   *
   * @returns its exit code; undefined where nobody reads its output any more
   */
  run(words: readonly string[], how: CommandRun): Promise<number | undefined>;
  /** The words that may stand in the place of the last of `words`, which is being typed. */
  complete(words: readonly string[]): Promise<readonly Completed[]>;
  /** Prints an error; its exit code. */
  fail(error: unknown): number;
  /** A message for people, on stderr. */
  note(text: string): void;
  /** Data, on stdout. False where nobody reads it any more. */
  print(text: string): boolean;
}
