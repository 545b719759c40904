/** Lines in what comes through a pipe, each with those that a backslash at its end adds to it. Pure but for what a read has cut. */

/** A longer one is none that a person wrote, UTF-16 units. */
export const MAX_LINE = 1_048_576;

/** A line; or that one was too long, of which nothing is told: its parts would be other lines. */
export type PipeLine = { readonly text: string } | "too long";

export class PipeLines {
  /** Of the line that has not ended, with those before it that it is added to; undefined for one that is too long. */
  #whole: string | undefined = "";
  /** Of its last part. */
  #part = "";

  /** What is whole by now. */
  push(text: string): readonly PipeLine[] {
    const found: PipeLine[] = [];
    const [first = "", ...others] = text.split("\n");
    this.#add(first);
    for (const part of others) {
      found.push(...this.#end());
      this.#add(part);
    }
    return found;
  }

  /** What is left where nothing more comes. */
  end(): readonly PipeLine[] {
    const last = this.#end();
    if (last.length > 0) return last;
    return [this.#whole === undefined ? "too long" : { text: this.#whole }];
  }

  #add(part: string): void {
    this.#part += part;
    if ((this.#whole?.length ?? 0) + this.#part.length <= MAX_LINE) return;
    this.#whole = undefined;
    // How it ends is still to be known, so that what a backslash adds to it is no line either.
    this.#part = this.#part.slice(-1024);
  }

  #end(): readonly PipeLine[] {
    const part = this.#part.endsWith("\r") ? this.#part.slice(0, -1) : this.#part;
    this.#part = "";
    const whole = this.#whole;
    if (!isContinued(part)) {
      this.#whole = "";
      return [whole === undefined ? "too long" : { text: whole + part }];
    }
    if (whole !== undefined) this.#whole = `${whole}${part.slice(0, -1)}\n`;
    return [];
  }
}

/** A backslash at its end that no other one before it makes a character. */
function isContinued(line: string): boolean {
  let count = 0;
  while (line[line.length - 1 - count] === "\\") count++;
  return count % 2 === 1;
}
