/** The words of a text, as the search in the notes compares them. Pure. */

/** Scripts without spaces between words: two neighbours make a word there, as usual in search. */
const WORD = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]+|[[\p{L}\p{N}\p{M}]--[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]]+/gv;
const UNSPACED = /^[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]/v;
/** Between the parts of a name such as `useEffect`. */
const HUMP = /(?<=\p{Ll})(?=\p{Lu})/u;
/** Accents are often left out, and vowel signs of other scripts never: those stay. */
const ACCENTS = /[\u0300-\u036f]/g;
/** Longer ones are no words, and their beginning finds them. */
const MAX_WORD = 64;

/** In lower case and without accents; a name in camel case is itself and its parts. */
export function wordsOf(text: string): string[] {
  const plain = text.normalize("NFKD").replace(ACCENTS, "").normalize("NFC");
  return (plain.match(WORD) ?? []).flatMap((found) => {
    const word = found.slice(0, MAX_WORD);
    if (UNSPACED.test(word)) return pairs(word);
    const parts = word.split(HUMP);
    return (parts.length > 1 ? [word, ...parts] : parts).map((part) => part.toLowerCase());
  });
}

function pairs(run: string): string[] {
  const signs = [...run];
  return signs.length < 2 ? signs : signs.slice(1).map((sign, at) => `${signs[at]}${sign}`);
}
