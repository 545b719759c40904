/**
 * Masks a text that comes in pieces, each of whole words: a private key is many lines, and only the first of them says what
 * they are. Pure, but for what it remembers.
 */
import { maskSecrets } from "./mask.ts";

const BEGIN = /-----BEGIN [A-Z ]*PRIVATE KEY-----/g;
const END = /-----END [A-Z ]*PRIVATE KEY-----/;
/** The end of a key is looked for in the last of what came, UTF-16 units: it may come in two pieces. */
const END_LENGTH = 100;

export class StreamMask {
  /** The last of a private key that has begun and not ended. */
  #key: string | undefined;

  /** @returns what may be told of `piece`: of a private key nothing behind the `***` at its begin, until it ends */
  mask(piece: string): string {
    let text = piece;
    if (this.#key !== undefined) {
      const all = this.#key + text;
      const end = END.exec(all);
      this.#key = all.slice(-END_LENGTH);
      if (end === null) return "";
      text = all.slice(end.index + end[0].length);
    }
    const begin = [...text.matchAll(BEGIN)].at(-1);
    const rest = begin === undefined ? "" : text.slice(begin.index);
    this.#key = begin === undefined || END.test(rest) ? undefined : rest.slice(-END_LENGTH);
    return maskSecrets(text);
  }
}

/** What may follow what is told, in the ways in which it can be a secret's value or the rest of one. */
const VALUE = "Xq7Zk29Lm4Pw8Rt0Yv3Nb6Hc1Jd5Fg9Sa2We4Ui8";
const MORE = [VALUE, ` ${VALUE}`, `=${VALUE}`, VALUE.toUpperCase()];
/** The first line of a private key, as far as it has come. */
const BEGUN = /-{1,5}(?:B|BE|BEG|BEGI|BEGIN[A-Z ]{0,40}-{0,4})?$/;

/** Whether what follows `text` may be a secret because of its end. */
export function announcesSecret(text: string): boolean {
  return BEGUN.test(text) || MORE.some((more) => !maskSecrets(text + more).endsWith(more));
}

/** Where the first line of a private key begins that has not come to its end; the text's length where none does. */
export function beginOfKey(text: string): number {
  const at = text.slice(-END_LENGTH).search(/-----BEGIN[A-Z ]{0,40}-{0,4}$/);
  return at === -1 ? text.length : Math.max(0, text.length - END_LENGTH) + at;
}
