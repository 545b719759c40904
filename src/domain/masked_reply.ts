/**
 * The reply of a turn as the daemon keeps it. Apart from turn_change.ts, which windows use too: the lists of what looks like
 * a secret are larger than the whole page. Pure.
 */
import { maskSecrets } from "./mask.ts";
import { replyWith } from "./turn_change.ts";

/** On both sides of where two pieces meet a secret is looked for, UTF-16 units: each piece is masked by itself already. */
const SEAM = 256;

/** Masks a secret of which a half stands in either piece. Looks at whole words only: a half of one may look like a secret. */
export function maskedReply(reply: string, text: string): string {
  const from = Math.max(0, reply.length - SEAM);
  const start = from === 0 ? 0 : from + Math.max(0, reply.slice(from).search(/\s/));
  const space = text.slice(SEAM).search(/\s/);
  const end = space === -1 ? text.length : SEAM + space;
  return replyWith(reply.slice(0, start), maskSecrets(reply.slice(start) + text.slice(0, end)) + text.slice(end));
}
