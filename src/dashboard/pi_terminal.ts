/**
 * The dashboard's terminal on pi-tui: its alternate screen draws what changed, row by row, in synchronized frames. Keys and
 * the mouse never reach it (pi_terminal_input.ts takes them), so that none of its own bindings takes one of ours; and of
 * the package only these modules are loaded, which is a third less than all of it.
 *
 * What it would ask the terminal for is not used: colours beyond the 16, pictures, links, the kitty keyboard protocol
 * (Ctrl-C and Ctrl-Z would be keys then, and not reach the job), movements of the mouse. Of the environment it reads TERM,
 * TMUX, ZELLIJ and STY.
 */
import { setCapabilities } from "@earendil-works/pi-tui/terminal-image";
import { TuiAltScreen } from "@earendil-works/pi-tui/tui-alt-screen";
import { escapeControls } from "../domain/sanitize.ts";
import { escapeWaitMs } from "../platform/keyboard.ts";
import { type DeviceEnd, TerminalDevice } from "../platform/terminal_device.ts";
import { TerminalInput } from "./pi_terminal_input.ts";
import { rowLine } from "./pi_terminal_rows.ts";
import type { TerminalHandlers, TerminalPort, TerminalSize, TextRow } from "./terminal_port.ts";

/** Presses and the wheel, in a form that knows wide screens; pasted text in brackets. */
const MODES = "\x1b[?1000h\x1b[?1006h\x1b[?2004h";
/** The terminal keeps its title meanwhile. */
const ENTER = `\x1b[22;2t${MODES}`;
const LEAVE = "\x1b[?2004l\x1b[?1006l\x1b[?1000l\x1b[23;2t";

export interface PiTerminalOptions {
  /** False: bold and dim text only. */
  readonly color: boolean;
}

/** Takes the terminal over. @throws the OS error where stdin is none */
export function openTerminal(handlers: TerminalHandlers, options: PiTerminalOptions): TerminalPort {
  return new PiTerminal(handlers, options);
}

class PiTerminal implements TerminalPort {
  readonly #handlers: TerminalHandlers;
  readonly #device: TerminalDevice;
  readonly #input: TerminalInput;
  readonly #screen: TuiAltScreen;
  readonly #color: boolean;
  #rows: readonly TextRow[] = [];
  /** The rows as the renderer has them, for a screen of this many columns. */
  #lines: readonly string[] = [];
  #columns = 0;
  #title = "";
  #isShown = false;

  constructor(handlers: TerminalHandlers, { color }: PiTerminalOptions) {
    this.#handlers = handlers;
    this.#color = color;
    this.#input = new TerminalInput(handlers, escapeWaitMs());
    this.#device = new TerminalDevice({
      onInput: (bytes) => this.#input.read(bytes),
      onResize: () => {
        this.#columns = 0;
        this.#screen.requestRender();
        handlers.onResize(this.size);
      },
      onRelease: () => this.#leave(),
      onContinue: () => {
        if (this.#isShown) this.#redraw();
        else this.#enter();
        handlers.onResume(this.size);
      },
      onEnd: (end) => this.#end(end),
    });
    // Without this it looks for pictures and links by the environment, and asks tmux.
    setCapabilities({ images: null, trueColor: false, hyperlinks: false });
    this.#screen = new TuiAltScreen(drawingTerminal(this.#device), false, undefined, {
      mouse: false, // it would want each movement
      copyOnSelect: false,
      wheelScrollLines: 1,
    });
    this.#screen.setLayoutRoot({
      render: (columns) => this.#linesFor(columns),
      invalidate: () => {},
    });
    try {
      this.#enter();
    } catch (error) {
      this.#device.close();
      throw error;
    }
  }

  get size(): TerminalSize {
    return this.#device.size;
  }

  draw(rows: readonly TextRow[]): void {
    const shown = this.#lines;
    const { columns } = this.size;
    this.#rows = rows;
    this.#columns = 0;
    const lines = this.#linesFor(columns);
    // A request to a renderer that is stopped is never done, and stands in the way of the next one.
    if (!this.#isShown) return;
    // The renderer writes a frame for each request, also for one without a change.
    if (lines.length !== shown.length || lines.some((line, at) => line !== shown[at])) this.#screen.requestRender();
  }

  bell(): void {
    if (this.#isShown) this.#device.write("\x07");
  }

  setTitle(title: string): void {
    if (title === this.#title) return;
    this.#title = title;
    if (this.#isShown) this.#writeTitle();
  }

  copy(text: string): void {
    if (this.#isShown) this.#device.write(`\x1b]52;c;${new TextEncoder().encode(text).toBase64()}\x07`);
  }

  suspend(): void {
    if (this.#isShown) this.#device.stopJob();
  }

  close(): void {
    this.#device.close();
    this.#input.close();
  }

  #linesFor(columns: number): string[] {
    if (columns !== this.#columns) {
      this.#columns = columns;
      const rows = this.#rows.slice(0, this.size.rows);
      this.#lines = rows.map((row) => rowLine(row, columns, this.#color));
    }
    return [...this.#lines];
  }

  #enter(): void {
    this.#isShown = true;
    this.#device.write(ENTER);
    this.#screen.start();
    // One that was asked for when the screen was given back was never done, and would keep all others from it.
    this.#screen.requestRender(true);
    if (this.#title !== "") this.#writeTitle();
  }

  /** Somebody stopped us from outside, and others have written here since. */
  #redraw(): void {
    this.#device.write(`\x1b[?25l\x1b[?7l${MODES}`);
    this.#screen.requestRender(true);
  }

  #leave(): void {
    if (!this.#isShown) return;
    this.#isShown = false;
    this.#device.write(LEAVE);
    // Else it prints what was shown last once more, on the normal screen.
    this.#screen.stop({ preserveScreen: true });
  }

  #end(end: DeviceEnd): void {
    this.#input.close();
    this.#handlers.onEnd(end);
  }

  #writeTitle(): void {
    this.#device.write(`\x1b]2;${escapeControls(this.#title)}\x07`);
  }
}

/** What the renderer needs of a terminal: where it writes, and how large it is. Everything else is ours. */
function drawingTerminal(device: TerminalDevice): ConstructorParameters<typeof TuiAltScreen>[0] {
  const nothing = () => {};
  return {
    start: nothing,
    stop: nothing,
    drainInput: () => Promise.resolve(),
    write: (text) => device.write(text),
    get columns() {
      return device.size.columns;
    },
    get rows() {
      return device.size.rows;
    },
    kittyProtocolActive: false,
    moveBy: nothing,
    hideCursor: () => device.write("\x1b[?25l"),
    showCursor: () => device.write("\x1b[?25h"),
    clearLine: nothing,
    clearFromCursor: nothing,
    clearScreen: nothing,
    setTitle: nothing,
    setProgress: nothing,
    setProgramStatus: nothing,
  };
}
