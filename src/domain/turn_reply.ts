/** What an agent says in a turn, as far as it is kept: its end, the same in the daemon and in every window. Pure. */
import { maskSecrets } from "./mask.ts";

/** UTF-16 units. */
const KEPT_REPLY = 65_536;
/** On both sides of where two pieces meet a secret is looked for, UTF-16 units: each piece is masked by itself already. */
const SEAM = 256;

export function replyWith(reply: string, text: string): string {
  const all = joined(reply, text);
  return all.length <= KEPT_REPLY ? all : all.slice(-KEPT_REPLY).replace(/^[\udc00-\udfff]/, "");
}

/** The turn goes on behind the end of a daemon: what it says then is a paragraph of its own. */
export function replyGoingOn(reply: string): string {
  return reply === "" ? "" : replyWith(reply, "\n\n");
}

/** Masks a secret of which a half stands in either piece. Looks at whole words only: a half of one may look like a secret. */
function joined(reply: string, text: string): string {
  const from = Math.max(0, reply.length - SEAM);
  const start = from === 0 ? 0 : from + Math.max(0, reply.slice(from).search(/\s/));
  const space = text.slice(SEAM).search(/\s/);
  const end = space === -1 ? text.length : SEAM + space;
  return reply.slice(0, start) + maskSecrets(reply.slice(start) + text.slice(0, end)) + text.slice(end);
}
