/**
 * What a window shows of all sessions: how many are in which state, and the rows in groups, who needs a person first. The
 * rows stand in the order of `ls`, whose groups these are. Pure.
 */
import type { Approval } from "../domain/approval.ts";
import type { SessionView } from "../domain/query.ts";
import { listedSessions } from "./ended.ts";
import { parseFilter } from "./filter_text.ts";
import { namesIn } from "./names.ts";
import { type ListFilter, passesFilter } from "./session_filter.ts";
import { placedItems, type SessionItem, sessionItems } from "./session_items.ts";
import { sessionCounts, type StateCount } from "./state_counts.ts";
import { GROUP_OF, GROUP_TITLES, type GroupKey, STATE_LOOKS } from "./states.ts";

export interface WindowView {
  /** Of the terminal or the tab: `2 waiting · agent-console`. */
  readonly title: string;
  /** Of all open sessions, whatever is filtered; nothing that is 0. */
  readonly counts: readonly StateCount[];
  readonly groups: readonly SessionGroup[];
  /** The rows of the groups, one after the other, called as anywhere else. */
  readonly items: readonly SessionItem[];
  /** Rows that the filter leaves out. */
  readonly hidden: number;
}

export interface SessionGroup {
  readonly key: GroupKey;
  readonly title: string;
  /** Called as they stand below each other. */
  readonly items: readonly SessionItem[];
}

export interface WindowOptions {
  /** ms since the epoch */
  readonly now: number;
  /** What the window was opened for. */
  readonly filter?: ListFilter;
  /** What is typed in it (filter_text.ts). */
  readonly text?: string;
  /** Closed sessions too: all of them, or those that a window that stays open shows; absent: none. */
  readonly ended?: "all" | "recent";
}

/** What {@link windowView} is made of: a {@link LiveState}, or what a call has replied. */
export interface WindowState {
  readonly sessions: readonly SessionView[];
  /** Those that are open. */
  readonly approvals: readonly Approval[];
}

export function windowView(
  state: WindowState,
  { now, filter = {}, text = "", ended }: WindowOptions,
): WindowView {
  const open = state.sessions.filter(({ status }) => status !== "closed");
  const isAll = ended === "all" || filter.status === "closed";
  const all = isAll ? state.sessions : ended === "recent" ? listedSessions(state.sessions, text, now) : open;
  const listed = all.filter((one) => passesFilter(one, filter));
  const every = sessionItems(listed, state.approvals, now, namesIn(listed, state.sessions));
  const items = every.filter(parseFilter(text).passesRow);
  const placed = placedItems(items);
  const groups = (Object.keys(GROUP_TITLES) as GroupKey[]).flatMap((key): SessionGroup[] => {
    const own = placed.filter(({ state }) => GROUP_OF[state] === key);
    return own.length === 0 ? [] : [{ key, title: GROUP_TITLES[key], items: own }];
  });
  const counts = sessionCounts(open);
  return {
    title: titleOf(counts),
    counts,
    groups,
    items,
    hidden: every.length - items.length,
  };
}

/** What matters first: who waits, else what failed, else nothing but the program's name. */
function titleOf(counts: readonly StateCount[]): string {
  const first = counts.find(({ state }) => GROUP_OF[state] === "needs");
  return first === undefined ? "agent-console" : `${first.count} ${STATE_LOOKS[first.state].word} · agent-console`;
}
