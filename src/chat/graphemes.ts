/** Texts by the characters that people see, and the places between them. Pure. */

/** Made when first needed: it loads 8 ms of Unicode tables. */
let segmenter: Intl.Segmenter | undefined;

export function graphemesOf(text: string): readonly string[] {
  if (/^[\x20-\x7e\n]*$/.test(text)) return [...text];
  return Array.from((segmenter ??= new Intl.Segmenter()).segment(text), ({ segment }) => segment);
}

export function nextPlace(text: string, at: number): number {
  return at + (graphemesOf(text.slice(at))[0]?.length ?? 0);
}

export function placeBefore(text: string, at: number): number {
  return at - (graphemesOf(text.slice(0, at)).at(-1)?.length ?? 0);
}

/** The beginning of the word before `at`. */
export function wordBefore(text: string, at: number): number {
  return /(?:\S+\s*|\s+)$/.exec(text.slice(0, at))?.index ?? at;
}

/** The end of the word behind `at`. */
export function wordBehind(text: string, at: number): number {
  return at + (/^\s*\S*/.exec(text.slice(at))?.[0].length ?? 0);
}
