/** The rows of the list that is shown, in its order: what the cursor goes through, and what each opens. Pure. */
import { type ApprovalItem, approvalItems } from "../view/approval_items.ts";
import { parseFilter } from "../view/filter_text.ts";
import { type SessionItem, sessionItems } from "../view/session_items.ts";
import type { WindowView } from "../view/window_view.ts";
import type { PageStore } from "./page_store.ts";
import { workOf } from "./work.ts";

export interface ListRow {
  /** Of its request or, where it stands for none, of its session; in Jobs of a turn or a job, also as `session`. */
  readonly id: string;
  readonly session: string;
  readonly request?: string | undefined;
}

type Listed = Pick<PageStore, "live" | "filter" | "home" | "route" | "isWide" | "turns" | "jobs">;

export interface ShownInbox {
  /** Requests, oldest first. */
  readonly open: readonly ApprovalItem[];
  /** Sessions that wait for what only their own terminals can answer. */
  readonly there: readonly SessionItem[];
}

export function inboxOf({ live, filter, home }: Listed, now: number): ShownInbox {
  const { openSessions: sessions, approvals } = live;
  const { passesRequest, passesRow } = parseFilter(filter);
  return {
    open: approvalItems(approvals, { sessions, now, home })
      .filter(({ name }, at) => passesRequest(approvals[at]!, name)),
    there: sessionItems(sessions, approvals, now)
      .filter((item) => item.asks !== undefined && item.asks.approval === undefined && passesRow(item)),
  };
}

export function inboxRows(store: Listed, { open, there }: ShownInbox): readonly ListRow[] {
  return [
    ...open.map(({ id, session }) => ({ id, request: id, session: store.live.approval(id)?.sessionId ?? session })),
    ...there.map(({ id }) => ({ id, session: id })),
  ];
}

/** @param now ms */
export function listRows(store: Listed, view: WindowView, now: number): readonly ListRow[] {
  switch (store.route.view) {
    case "sessions":
      return view.groups.flatMap(({ items }) => items.map(({ id }) => ({ id, session: id })));
    case "inbox":
      return inboxRows(store, inboxOf(store, now));
    case "jobs":
      return workOf(store, now).items.map(({ id }) => ({ id, session: id }));
    case "activity":
      return [];
  }
}

/** Whose detail is drawn: the one that was chosen; on a wide screen else, also where that is not listed, the first of the list. */
export function shownSession({ route, isWide, live }: Listed, { items }: WindowView): string | undefined {
  const { session, view } = route;
  if (!isWide || view === "jobs") return session;
  if (view === "inbox") return session ?? live.approvals[0]?.sessionId;
  return items.some(({ id }) => id === session) ? session : items[0]?.id;
}

/** The row that stands for the detail that is drawn. */
export function shownRow({ route }: Listed, rows: readonly ListRow[], shown: string | undefined): string | undefined {
  return (rows.find(({ id }) => id === route.request) ?? rows.find(({ session }) => session === shown))?.id;
}
