/**
 * What the dashboard needs of a terminal: rows of styled text go in; keys, the mouse, pasted text and the terminal's end
 * come out. Types only: pi_terminal.ts implements them, a test plays one.
 */

/** Of the colours that each terminal has and its user has chosen those that are used; never others. */
export type TerminalColor = "red" | "green" | "yellow" | "cyan";

export interface TextStyle {
  readonly fg?: TerminalColor;
  readonly bold?: boolean;
  readonly dim?: boolean;
}

export interface TextSegment {
  /**
   * One line of text, made harmless (domain/sanitize.ts) before its columns were counted: what would still obey or deceive is
   * escaped here, and takes more of them.
   */
  readonly text: string;
  readonly style?: TextStyle;
}

export type TextRow = readonly TextSegment[];

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface KeyPress {
  /**
   * A character as it was typed (`j`, `A`, `é`, `/`), or a name: `Enter`, `Escape`, `Tab`, `Space`, `Backspace`, `Delete`,
   * `Insert`, `Up`, `Down`, `Left`, `Right`, `Home`, `End`, `PageUp`, `PageDown`, `F1` to `F12`. Modifiers stand before it
   * in this order: `Ctrl+Alt+Shift+`, as in `Ctrl+C`, `Shift+Tab`, `Alt+x`. A letter with Ctrl is a capital one.
   */
  readonly key: string;
  /** False where others came in the same read, as in a text that is pasted: such a key must answer nothing. */
  readonly alone: boolean;
}

export interface MousePress {
  readonly kind: "press" | "wheelUp" | "wheelDown";
  /** From 0. */
  readonly row: number;
  /** From 0. */
  readonly column: number;
  readonly button: "left" | "middle" | "right" | "none";
}

/** The terminal is given back already when it is told. */
export type TerminalEnd =
  /** Somebody ends us, or the terminal is gone. */
  | { readonly why: "SIGTERM" | "SIGHUP" | "SIGQUIT" | "input" }
  /** An error that nothing caught, or a promise: a bug to be shown on the normal screen. */
  | { readonly why: "error"; readonly error: unknown };

export interface TerminalHandlers {
  readonly onKey: (press: KeyPress) => void;
  readonly onMouse: (press: MousePress) => void;
  /** A text that was pasted, whole, with its line breaks as `\n`; not made harmless yet. */
  readonly onPaste: (text: string) => void;
  /** The size has changed: {@link TerminalPort.draw} again. */
  readonly onResize: (size: TerminalSize) => void;
  /** After Ctrl-Z and fg, with the size as it is then: time has passed. What was drawn last is on the screen again. */
  readonly onResume: (size: TerminalSize) => void;
  /** At most once; never after {@link TerminalPort.close}. */
  readonly onEnd: (end: TerminalEnd) => void;
}

export interface TerminalPort {
  /** Columns and rows as they are now. */
  readonly size: TerminalSize;
  /**
   * Shows `rows` from the top; what is wider or more than the screen is cut. Only rows that changed are written, and
   * several calls in the same moment are one frame.
   */
  draw(rows: readonly TextRow[]): void;
  bell(): void;
  /** Of the terminal's window or tab. */
  setTitle(title: string): void;
  /** To the clipboard of whoever sits at the terminal, also over ssh, where the terminal allows it (OSC 52). */
  copy(text: string): void;
  /** As Ctrl-Z does: gives the terminal back and stops the job, until `fg`. */
  suspend(): void;
  /** Gives the terminal back; twice is fine. */
  close(): void;
}
