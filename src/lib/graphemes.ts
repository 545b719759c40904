/** Texts by the characters that people see, and the places between them. Pure. */

/** Nearly every text: each of its units is a character. */
const PLAIN = /^[\x20-\x7e\n]*$/;

/** Made when first needed: it loads 8 ms of Unicode tables. */
let segmenter: Intl.Segmenter | undefined;

/** One after the other, so that of a long text only those are looked for that are needed. */
export function graphemes(text: string): Iterable<string> {
  return PLAIN.test(text) ? text : segmentsOf(text);
}

function* segmentsOf(text: string): Generator<string> {
  for (const { segment } of (segmenter ??= new Intl.Segmenter()).segment(text)) yield segment;
}

export function nextPlace(text: string, at: number): number {
  for (const character of graphemes(text.slice(at))) return at + character.length;
  return at;
}

export function placeBefore(text: string, at: number): number {
  return at - ([...graphemes(text.slice(0, at))].at(-1)?.length ?? 0);
}

/** The beginning of the word before `at`. */
export function wordBefore(text: string, at: number): number {
  return /(?:\S+\s*|\s+)$/.exec(text.slice(0, at))?.index ?? at;
}

/** The end of the word behind `at`. */
export function wordBehind(text: string, at: number): number {
  return at + (/^\s*\S*/.exec(text.slice(at))?.[0].length ?? 0);
}
