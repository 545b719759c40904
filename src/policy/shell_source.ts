/**
 * A text that several readers share: what each would have to search the whole text for is found once. Pure.
 *
 * A reader of its own for each `$(a)` that looked for itself would cost the square of the text's length.
 */
export class Source {
  /** Where arithmetic may begin; negative where it never does. */
  readonly arithmetic: number;
  #lines: Lines | undefined;
  #withoutTabs: Lines | undefined;

  constructor(readonly text: string) {
    this.arithmetic = text.search(/\(\(|\[/);
  }

  /**
   * Where the first line from `from` on begins that is `line`; negative where there is none.
   *
   * @param indented tabs may stand before it
   */
  find(line: string, from: number, indented: boolean): number {
    const lines = indented ? this.#withoutTabs ??= linesOf(this.text, /^\t+/) : this.#lines ??= linesOf(this.text, "");
    return firstFrom(lines.get(line) ?? [], from) ?? -1;
  }
}

/** Line → where such lines begin, in order. */
type Lines = ReadonlyMap<string, readonly number[]>;

function linesOf(text: string, before: RegExp | ""): Lines {
  const lines = new Map<string, number[]>();
  for (let at = 0, end = 0; end >= 0 && at < text.length; at = end + 1) {
    end = text.indexOf("\n", at);
    const line = text.slice(at, end < 0 ? undefined : end).replace(before, "");
    const starts = lines.get(line);
    if (starts === undefined) lines.set(line, [at]);
    else starts.push(at);
  }
  return lines;
}

/** The first of the rising `numbers` that is not below `least`. */
function firstFrom(numbers: readonly number[], least: number): number | undefined {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return numbers[low];
}
