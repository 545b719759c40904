/** What an agent says in a turn, as far as it is kept: its end, the same in the daemon and in every window. Pure. */

/** UTF-16 units. */
const KEPT_REPLY = 65_536;

export function replyWith(reply: string, text: string): string {
  const all = reply + text;
  return all.length <= KEPT_REPLY ? all : all.slice(-KEPT_REPLY).replace(/^[\udc00-\udfff]/, "");
}

/** The turn goes on behind the end of a daemon: what it says then is a paragraph of its own. */
export function replyGoingOn(reply: string): string {
  return reply === "" ? "" : replyWith(reply, "\n\n");
}
