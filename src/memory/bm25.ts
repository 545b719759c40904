/**
 * Full-text search by BM25: words that few texts have count more, and a word counts more in a short text. A word is also
 * found by its beginning, without its ending, and, where no text has anything of it, with one letter mistaken. Pure.
 */
import type { Slices } from "../lib/slices.ts";

/** How soon more of the same word counts no more, and how much the length of a text counts: the usual values. */
const K1 = 1.2;
const B = 0.75;

/** Longest ending that is left off, and what must remain of a word. */
const ENDING = { most: 3, rest: 4 } as const;
/** Shorter words begin too many others. */
const LEAST_BEGINNING = 3;
/** Two shorter words that are both meant differ by no more than this. */
const LEAST_MISTAKEN = 5;
/** What a word counts that is not the very one, at most. */
const NEAR = 0.5;
/** Words that are looked at between two looks at the clock: a small part of a millisecond. */
const LOOKS = 1024;
/** Words of one query; the rest is not looked for. */
const MAX_WORDS = 32;

/** Texts by numbers that the caller gives, each higher than the ones before. */
export class Bm25 {
  #lengths = new Map<number, number>();
  #total = 0;
  /** Word → text, times in it, text, times in it … */
  #places = new Map<string, number[]>();

  add(text: number, words: readonly string[]): void {
    this.#lengths.set(text, words.length);
    this.#total += words.length;
    const counts = new Map<string, number>();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    for (const [word, times] of counts) {
      const places = this.#places.get(word);
      if (places === undefined) this.#places.set(word, [text, times]);
      else places.push(text, times);
    }
  }

  /** @param words with which it was added */
  remove(text: number, words: readonly string[]): void {
    if (!this.#lengths.delete(text)) return;
    this.#total -= words.length;
    for (const word of new Set(words)) {
      const places = this.#places.get(word) ?? [];
      if (places.length === 2) this.#places.delete(word);
      else places.splice(placeOf(text, places), 2);
    }
  }

  /**
   * Text → score, of all texts that have any of the words. What is added or removed meanwhile may be missing or there.
   *
   * @throws the reason of the slices' signal
   */
  async scores(query: readonly string[], slices: Slices): Promise<ReadonlyMap<number, number>> {
    const scores = new Map<number, number>();
    for (const word of [...new Set(query)].slice(0, MAX_WORDS)) {
      for (const [term, weight] of await this.#termsOf(word, slices)) {
        this.#score(term, weight, scores);
        if (slices.isOver) await slices.next();
      }
    }
    return scores;
  }

  #score(term: string, weight: number, scores: Map<number, number>): void {
    const places = this.#places.get(term) ?? [];
    const texts = this.#lengths.size;
    const having = places.length / 2;
    const rarity = Math.log(1 + (texts - having + 0.5) / (having + 0.5));
    const usual = this.#total / texts;
    for (let at = 0; at < places.length; at += 2) {
      const [text = 0, times = 0] = [places[at], places[at + 1]];
      const length = (this.#lengths.get(text) ?? 0) / usual;
      const score = weight * rarity * (times * (K1 + 1)) / (times + K1 * (1 - B + B * length));
      scores.set(text, (scores.get(text) ?? 0) + score);
    }
  }

  /** The words of texts that `word` finds, each with what it counts. */
  async #termsOf(word: string, slices: Slices): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    for (let rest = word.length - 1; rest >= ENDING.rest && rest >= word.length - ENDING.most; rest--) {
      const stem = word.slice(0, rest);
      if (this.#places.has(stem)) found.set(stem, NEAR * rest / word.length);
    }
    if (word.length >= LEAST_BEGINNING) {
      const longer = await this.#terms((term) => term.startsWith(word), slices);
      for (const term of longer) found.set(term, NEAR * word.length / term.length);
    }
    if (this.#places.has(word)) found.set(word, 1);
    if (found.size > 0 || word.length < LEAST_MISTAKEN) return found;
    for (const term of await this.#terms((term) => isNear(word, term), slices)) found.set(term, NEAR);
    return found;
  }

  async #terms(isMeant: (term: string) => boolean, slices: Slices): Promise<readonly string[]> {
    const found: string[] = [];
    let looked = 0;
    for (const term of this.#places.keys()) {
      if (isMeant(term)) found.push(term);
      if (++looked % LOOKS === 0 && slices.isOver) await slices.next();
    }
    return found;
  }
}

/** Where a text stands in what is sorted by texts. */
function placeOf(text: number, places: readonly number[]): number {
  let [from, to] = [0, places.length / 2];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((places[2 * middle] ?? 0) < text) from = middle + 1;
    else to = middle;
  }
  return 2 * from;
}

/** Whether one letter more, less or another, or two in each other's place, make one word of the other. */
function isNear(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1) return false;
  const least = Math.min(one.length, other.length);
  let before = 0;
  while (before < least && one[before] === other[before]) before++;
  let behind = 0;
  while (behind < least - before && one.at(-1 - behind) === other.at(-1 - behind)) behind++;
  const [a, b] = [one.slice(before, one.length - behind), other.slice(before, other.length - behind)];
  return (a.length <= 1 && b.length <= 1) || (a.length === 2 && b.length === 2 && a[0] === b[1] && a[1] === b[0]);
}
