/** The ids of approvals and of rules: people type both, and one word must not mean two of them. */
import { shortId } from "../lib/short_id.ts";
import type { Inbox } from "./inbox.ts";

/** An id that no approval and no rule has. */
export function newId(inbox: Pick<Inbox, "get" | "rule">): string {
  return shortId((id) => inbox.get(id) !== undefined || inbox.rule(id) !== undefined);
}
