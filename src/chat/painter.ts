/** Draws the prompt and the line that is typed below whatever stands on the screen, and draws them anew where they are. */
import { type Layout, layOut } from "./layout.ts";

export interface Shown {
  /** Colours and all. */
  readonly prompt: string;
  /** Columns of it. */
  readonly promptWidth: number;
  readonly text: string;
  readonly caret: number;
}

export interface PaintedScreen {
  readonly columns: number;
  readonly rows: number;
  write(text: string): void;
}

export class Painter {
  readonly #screen: PaintedScreen;
  /** What stands on the screen: the widths of its rows, and the row of the caret. */
  #painted: { readonly widths: readonly number[]; readonly row: number } | undefined;

  constructor(screen: PaintedScreen) {
    this.#screen = screen;
  }

  paint(shown: Shown): void {
    const { prompt, layout } = this.#layOut(shown);
    const { rows, widths, caret } = layout;
    // Of more rows than the screen has, those around the caret.
    const fits = Math.max(1, this.#screen.rows - 1);
    const from = Math.max(0, Math.min(caret.row - Math.floor(fits / 2), rows.length - fits));
    const seen = rows.slice(from, from + fits);
    const lines = seen.map((row, i) => from + i === 0 ? prompt + row : row);
    const row = caret.row - from;
    const up = seen.length - 1 - row;
    const back = `\r${move(up, "A")}${move(caret.column, "C")}`;
    this.#screen.write(this.#toStart() + lines.join("\r\n") + back);
    this.#painted = { widths: widths.slice(from, from + fits), row };
  }

  /** Lines above the prompt, which is drawn anew below them by the next {@link paint}. */
  above(lines: readonly string[]): void {
    this.#screen.write(this.#toStart() + lines.map((line) => `${line}\r\n`).join(""));
    this.#painted = undefined;
  }

  /** The line is over: what comes next stands below it. */
  finish(shown: Shown, mark = ""): void {
    this.paint({ ...shown, caret: shown.text.length });
    this.#screen.write(`${mark}\r\n`);
    this.#painted = undefined;
  }

  clear(): void {
    this.#screen.write("\x1b[H\x1b[2J");
    this.#painted = undefined;
  }

  /** Somebody else has written since. */
  forget(): void {
    this.#painted = undefined;
  }

  #layOut({ prompt, promptWidth, text, caret }: Shown): { readonly prompt: string; readonly layout: Layout } {
    const width = Math.max(1, this.#screen.columns - 1);
    // A prompt that leaves no room to type is left out.
    const fits = promptWidth <= width / 2;
    return { prompt: fits ? prompt : "", layout: layOut(text, caret, fits ? promptWidth : 0, width) };
  }

  /** To the beginning of what is painted, and all from there on away. */
  #toStart(): string {
    if (this.#painted === undefined) return "\r\x1b[J";
    const { widths, row } = this.#painted;
    // A terminal that has become narrower has broken the rows that no longer fit.
    const { columns } = this.#screen;
    const above = widths.slice(0, row).reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    return `\r${move(above, "A")}\x1b[J`;
  }
}

function move(count: number, way: "A" | "C"): string {
  return count > 0 ? `\x1b[${count}${way}` : "";
}
