/** The index of the notes' words, which finds the best matches. It follows the notes when it is asked. */
import type { Slices } from "../lib/slices.ts";
import { Bm25 } from "./bm25.ts";
import { type Note, type Notes, sees } from "./notes.ts";
import { wordsOf } from "./words.ts";

export interface FoundNote {
  readonly note: Note;
  readonly score: number;
}

export class NoteIndex {
  #notes: Notes;
  /** Each with its number in the index: the higher, the newer. */
  #numbers = new Map<Note, number>();
  #byNumber = new Map<number, Note>();
  #next = 0;
  #words = new Bm25();

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  /**
   * The best match first, of equal ones the newest. What is appended meanwhile may be found, and what is forgotten
   * meanwhile is not.
   *
   * @throws the reason of the slices' signal
   */
  async find(
    query: string,
    workspace: string | undefined,
    limit: number,
    slices: Slices,
  ): Promise<readonly FoundNote[]> {
    await this.#catchUp(slices);
    const found: (FoundNote & { readonly number: number })[] = [];
    for (const [number, score] of await this.#words.scores(wordsOf(query), slices)) {
      const note = this.#byNumber.get(number);
      if (note === undefined || this.#notes.get(note.id) !== note || !sees(workspace, note)) continue;
      found.push({ note, score: Math.round(score * 1000) / 1000, number });
    }
    found.sort((a, b) => b.score - a.score || b.number - a.number);
    return found.slice(0, limit).map(({ note, score }) => ({ note, score }));
  }

  /** Two at once do no harm: neither waits between its look at a note and its change. */
  async #catchUp(slices: Slices): Promise<void> {
    for (const note of this.#numbers.keys()) {
      if (this.#notes.get(note.id) !== note) this.#remove(note);
      if (slices.isOver) await slices.next();
    }
    for (const note of this.#notes.all()) {
      if (!this.#numbers.has(note)) this.#add(note);
      if (slices.isOver) await slices.next();
    }
  }

  #add(note: Note): void {
    const number = this.#next++;
    this.#numbers.set(note, number);
    this.#byNumber.set(number, note);
    this.#words.add(number, indexed(note));
  }

  #remove(note: Note): void {
    const number = this.#numbers.get(note);
    if (number === undefined) return;
    this.#numbers.delete(note);
    this.#byNumber.delete(number);
    this.#words.remove(number, indexed(note));
  }
}

function indexed({ text, tags }: Note): string[] {
  return wordsOf([text, ...tags].join("\n"));
}
