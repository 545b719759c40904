/** Ids that people type: five letters and digits that cannot be taken for one another. */
import type { Inbox } from "./inbox.ts";

const LENGTH = 5;
/** 32 of them, so that every byte is as likely as any other; no i, l, o and 1. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz023456789";

/** One that neither an approval nor a rule has. */
export function newId(inbox: Pick<Inbox, "get" | "rule">): string {
  for (;;) {
    const bytes = crypto.getRandomValues(new Uint8Array(LENGTH));
    const id = Array.from(bytes, (byte) => LETTERS[byte % LETTERS.length]).join("");
    if (inbox.get(id) === undefined && inbox.rule(id) === undefined) return id;
  }
}
