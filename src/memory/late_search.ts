/** The search in the notes, which is loaded and indexed at its first use, and given up when nobody has asked for a while. */
import { Slices } from "../lib/slices.ts";
import { slicedTurns } from "../platform/clock.ts";
import type { Clock } from "../platform/system.ts";
import type { FoundNote, NoteIndex } from "./note_index.ts";
import type { Notes } from "./notes.ts";

/** An index that is not asked for so long goes, ms: it takes more memory than the notes themselves. */
const IDLE_MS = 300_000;

export class LateSearch {
  #notes: Notes;
  #clock: Clock;
  #index: NoteIndex | undefined;
  #asked = 0;

  constructor(notes: Notes, clock: Clock) {
    this.#notes = notes;
    this.#clock = clock;
  }

  /** @throws the signal's reason */
  async find(
    query: string,
    workspace: string | undefined,
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly FoundNote[]> {
    const { NoteIndex } = await import("./note_index.ts");
    const index = this.#index ??= new NoteIndex(this.#notes);
    this.#asked = this.#clock.steady();
    return await index.find(query, workspace, limit, new Slices(slicedTurns, signal));
  }

  /** At each tick. */
  rest(): void {
    if (this.#index !== undefined && this.#clock.steady() - this.#asked >= IDLE_MS) this.#index = undefined;
  }
}
