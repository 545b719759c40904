/**
 * A line from the person at the terminal, with editing, history and completion; what happens meanwhile is told above it.
 * While no line is read the terminal is as it was, so that a command can ask and page.
 */
import { systemClock } from "../platform/clock.ts";
import { escapeWaitMs, type Keyboard } from "../platform/keyboard.ts";
import { kill, onSignal, ownPid } from "../platform/process.ts";
import { completedText, type Completer } from "./completer.ts";
import { KeyParser, type Typed } from "./keys.ts";
import { type Does, LineEditor } from "./line_editor.ts";
import { type PaintedScreen, Painter } from "./painter.ts";

/** Pasted texts come in marks; and no more. */
const PASTE_MODE = { on: "\x1b[?2004h", off: "\x1b[?2004l" };

export type Read =
  | { readonly kind: "line"; readonly text: string }
  /** Ctrl-C: with a text that was given up, or without any. */
  | { readonly kind: "interrupt"; readonly wasEmpty: boolean }
  /** Ctrl-D, or the terminal is gone. */
  | { readonly kind: "end" };

export interface PromptText {
  readonly text: string;
  readonly width: number;
}

/** What a wait for keys ends with; a text is never one of the words. */
type Came = { readonly text: string } | "end" | "woken" | "escape";

export class PromptLine {
  readonly #keyboard: Keyboard;
  readonly #screen: PaintedScreen;
  readonly #painter: Painter;
  readonly #complete: Completer;
  readonly #prompt: () => PromptText;
  readonly #parser = new KeyParser();
  readonly #offs: readonly (() => void)[];
  /** Keys that came behind the end of a line, and when, steady ms. */
  #queue: { readonly typed: Typed; readonly at: number }[] = [];
  #reading: Promise<string | undefined> | undefined;
  #wake = Promise.withResolvers<void>();
  #line: LineEditor | undefined;
  #typedAt = 0;
  /** What was told while no line was read. */
  #untold: string[] = [];

  constructor(keyboard: Keyboard, screen: PaintedScreen, prompt: () => PromptText, complete: Completer) {
    this.#keyboard = keyboard;
    this.#screen = screen;
    this.#prompt = prompt;
    this.#complete = complete;
    this.#painter = new Painter(screen);
    this.#offs = [onSignal("SIGWINCH", () => this.paint()), onSignal("SIGCONT", () => this.#resume())];
  }

  async read(history: readonly string[]): Promise<Read> {
    const line = this.#line = new LineEditor(history);
    this.#take();
    this.#painter.forget();
    this.#painter.above(this.#untold.splice(0));
    this.paint();
    try {
      for (;;) {
        const next = this.#queue.shift() ?? await this.#more();
        if (next === undefined) continue;
        if (next === "end") return this.#over({ kind: "end" });
        const { typed, at } = next;
        if (line.text === "") this.#typedAt = at;
        const does = "paste" in typed ? line.paste(typed.paste) : line.press(typed.key);
        const read = await this.#do(does, line);
        if (read !== undefined) return read;
      }
    } finally {
      this.#reading = undefined; // a command may be the next that reads
      this.release();
    }
  }

  /** When the first key of the line that was read last came, steady ms: also where lines before it ran meanwhile. */
  get typedAt(): number {
    return this.#typedAt;
  }

  /** Keys that were typed while no line was read. */
  typedAhead(text: string): void {
    this.#came(this.#parser.push(text));
  }

  /**
   * Takes the keys that came behind the line that was read last: the program may have been too busy to read it alone.
   *
   * @returns them and when the first came, steady ms; undefined where there are none, or a pasted text is among them
   */
  takeTyped(): { readonly text: string; readonly at: number } | undefined {
    const [first] = this.#queue;
    if (first === undefined || this.#queue.some(({ typed }) => "paste" in typed)) return undefined;
    const keys = this.#queue.splice(0).map(({ typed }) => "key" in typed ? typed.key : "");
    return { text: keys.join(""), at: first.at };
  }

  /** Forgets keys that were typed while no line was read. @returns how many lines they ended */
  dropTyped(): number {
    const dropped = this.#queue.splice(0);
    return dropped.filter(({ typed }) => "key" in typed && ["\r", "\n"].includes(typed.key)).length;
  }

  /** Ctrl-C that came as a signal. */
  interrupt(): void {
    if (this.#line === undefined) return;
    this.#came([{ key: "\x03" }]);
    this.#wake.resolve();
  }

  /** Lines above what is typed; later, where a command has the terminal. */
  tell(lines: readonly string[]): void {
    if (this.#line === undefined) return void this.#untold.push(...lines);
    this.#painter.above(lines);
    this.paint();
  }

  /** Draws it anew: the prompt says something else. */
  paint(): void {
    if (this.#line !== undefined) this.#painter.paint(this.#shown(this.#line));
  }

  /** Gives the terminal back; twice is fine. */
  release(): void {
    if (this.#line === undefined) return;
    this.#line = undefined;
    try {
      this.#screen.write(PASTE_MODE.off);
      this.#keyboard.setRaw(false);
    } catch {
      // The terminal is gone: there is nothing to give back.
    }
  }

  close(): void {
    this.release();
    for (const off of this.#offs) off();
  }

  async #do(does: Does, line: LineEditor): Promise<Read | undefined> {
    if (does === "submit") return this.#over({ kind: "line", text: line.text });
    if (does === "end") return this.#over({ kind: "end" });
    if (does === "interrupt") return this.#over({ kind: "interrupt", wasEmpty: line.text === "" }, "^C");
    if (does === "complete") await this.#completed(line);
    if (does === "clear") this.#painter.clear();
    if (does === "suspend") return this.#suspend();
    // Of keys that came together only the last is drawn.
    if (does !== "nothing" && this.#queue.length === 0) this.paint();
    return undefined;
  }

  async #completed(line: LineEditor): Promise<void> {
    const { caret } = line;
    const done = await completedText(line.text.slice(0, caret), this.#complete, this.#screen);
    line.replace(done.from, done.text);
    if (done.lines.length > 0) this.#painter.above(done.lines);
  }

  #over(read: Read, mark = ""): Read {
    if (this.#line !== undefined) this.#painter.finish(this.#shown(this.#line), mark);
    return read;
  }

  #shown({ text, caret }: LineEditor) {
    const { text: prompt, width: promptWidth } = this.#prompt();
    return { prompt, promptWidth, text, caret };
  }

  /** Undefined: ask again, something has come by another way. */
  async #more(): Promise<"end" | undefined> {
    this.#reading ??= this.#keyboard.read();
    const came = await this.#beforeEscape([
      this.#reading.then((text) => text === undefined ? "end" : { text }),
      this.#wake.promise.then(() => "woken"),
    ]);
    if (came === "escape") this.#came(this.#parser.flush());
    if (came === "woken") this.#wake = Promise.withResolvers();
    if (came === "escape" || came === "woken") return undefined;
    this.#reading = undefined;
    if (came === "end") return "end";
    this.#came(this.#parser.push(came.text));
    return undefined;
  }

  #came(some: readonly Typed[]): void {
    const at = systemClock.steady();
    this.#queue.push(...some.map((typed) => ({ typed, at })));
  }

  /** The first of them; `escape` where none comes in the time that a lone Escape waits. */
  async #beforeEscape(some: readonly Promise<Came>[]): Promise<Came> {
    if (!this.#parser.waits) return await Promise.race(some);
    const late = Promise.withResolvers<Came>();
    const timer = setTimeout(() => late.resolve("escape"), escapeWaitMs());
    try {
      return await Promise.race([...some, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  #take(): void {
    this.#keyboard.setRaw(true);
    this.#screen.write(PASTE_MODE.on);
  }

  /** Ctrl-Z: the terminal is given back first. */
  #suspend(): undefined {
    if (this.#line === undefined) return;
    this.#painter.finish(this.#shown(this.#line));
    this.#screen.write(PASTE_MODE.off);
    this.#keyboard.setRaw(false);
    kill(ownPid(), "SIGSTOP");
  }

  #resume(): void {
    if (this.#line === undefined) return;
    this.#take();
    this.#painter.forget();
    this.paint();
  }
}
