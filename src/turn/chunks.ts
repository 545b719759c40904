/** Puts the pieces that an agent writes together, so that one that writes quickly makes few events. */
import { setTimer } from "../platform/clock.ts";

export interface Chunk {
  readonly kind: "text" | "thought";
  readonly text: string;
}

/** Pieces are gathered for so long, ms: a reader sees no difference. */
const GATHER_MS = 50;
/** More than this is told at once, UTF-16 units. */
const LARGE = 16_384;

export class Chunks {
  readonly #tell: (chunk: Chunk) => void;
  #held: { readonly kind: Chunk["kind"]; text: string; readonly cancel: () => void } | undefined;

  constructor(tell: (chunk: Chunk) => void) {
    this.#tell = tell;
  }

  add({ kind, text }: Chunk): void {
    if (text === "") return;
    if (this.#held !== undefined && this.#held.kind !== kind) this.flush();
    this.#held ??= { kind, text: "", cancel: setTimer(GATHER_MS, () => this.flush()) };
    this.#held.text += text;
    if (this.#held.text.length >= LARGE) this.flush();
  }

  /** Tells what is held: the turn goes on with something else, or has ended. */
  flush(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    held.cancel();
    // A character of two units whose second is still to come would be lost in the journal.
    for (let at = 0; at < held.text.length; at += LARGE) {
      this.#tell({ kind: held.kind, text: held.text.slice(at, at + LARGE) });
    }
  }
}
