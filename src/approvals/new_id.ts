/** Ids for people to type: five letters and digits that are not mistaken for one another. */
import type { Inbox } from "./inbox.ts";

const LENGTH = 5;
/** 32 characters, so that each byte maps evenly; without i, l, o and 1. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz023456789";

/** An id that no approval and no rule has. */
export function newId(inbox: Pick<Inbox, "get" | "rule">): string {
  for (;;) {
    const bytes = crypto.getRandomValues(new Uint8Array(LENGTH));
    const id = Array.from(bytes, (byte) => LETTERS[byte % LETTERS.length]).join("");
    if (inbox.get(id) === undefined && inbox.rule(id) === undefined) return id;
  }
}
