/**
 * Names of the files in the folder `keys` of the home, and which of them are secrets that a channel or a capsule may be
 * given: not those that serve the program itself. Pure. Patterns, so that schemas for editors say the same.
 */

/** Signs the checkpoints of the journal. */
export const JOURNAL_KEY = "journal.key";
/** Signs what `audit witness` sends to a webhook. */
export const WITNESS_SECRET = "witness.secret";

/** Every file of the folder. */
export const KEY_FILE = /^[a-z0-9][a-z0-9._-]{0,63}$/;
/** Not {@link JOURNAL_KEY} and {@link WITNESS_SECRET}, nor what such a file is called while it is written. */
export const NOT_OUR_OWN = /^(?!(?:journal\.key|witness\.secret)(?:\.|$))/;

/** Whether a channel or a capsule may be given the file with this name. */
export function isGivenAway(name: string): boolean {
  return KEY_FILE.test(name) && NOT_OUR_OWN.test(name);
}
