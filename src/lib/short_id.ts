/** Ids for people to type: five letters and digits that are not mistaken for one another. */

const LENGTH = 5;
/** 32 characters, so that each byte maps evenly; without i, l, o and 1. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz023456789";

/** An id at random that is not taken. */
export function shortId(isTaken: (id: string) => boolean): string {
  for (;;) {
    const bytes = crypto.getRandomValues(new Uint8Array(LENGTH));
    const id = Array.from(bytes, (byte) => LETTERS[byte % LETTERS.length]).join("");
    if (!isTaken(id)) return id;
  }
}
