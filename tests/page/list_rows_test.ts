/** The rows through which the page's cursor goes: those that are listed, in the order in which they are. */
import { assertEquals } from "@std/assert";
import type { SessionView } from "../../src/domain/query.ts";
import { listRows, shownRow, shownSession } from "../../src/page/list_rows.ts";
import type { PageStore } from "../../src/page/page_store.ts";
import { windowView } from "../../src/view/window_view.ts";
import { answering, APPROVAL } from "./stub_store.ts";
import { stubBrowser } from "./stubs.ts";

const NOW = Date.parse("2026-01-01T00:05:00.000Z");

function session(
  id: string,
  agent: string,
  more: Record<string, unknown> = { status: "working", working: { subagents: [] } },
): SessionView {
  const at = "2026-01-01T00:00:00.000Z";
  const told = { startedAt: at, since: at, lastEventAt: at, priority: 0, tags: [], turnCount: 1, subagents: 0 };
  return { ...told, id, agent, cwd: `/home/u/${id}`, ...more } as unknown as SessionView;
}

function waits(id: string, agent: string, approvalId?: string): SessionView {
  const waiting = { for: "permission", text: "Bash: git push", ...(approvalId === undefined ? {} : { approvalId }) };
  return session(id, agent, { status: "waiting", waiting });
}

/** Two that ask here, one of which asks twice; one that only its terminal can answer; two that work. */
const STORY = {
  sessions: [
    session("api", "codex"),
    waits("web", "claude", "k2"),
    waits("shop", "codex", "k1"),
    waits("there", "claude"),
    session("docs", "claude"),
  ],
  approvals: [
    { ...APPROVAL, id: "k2", sessionId: "web", requestedAt: "2026-01-01T00:02:00.000Z" },
    { ...APPROVAL, id: "k1", sessionId: "shop", agent: "codex", requestedAt: "2026-01-01T00:01:00.000Z" },
    { ...APPROVAL, id: "k3", sessionId: "web", requestedAt: "2026-01-01T00:03:00.000Z" },
  ],
};

function storyStore(wide = true): PageStore {
  stubBrowser({ wide });
  const store = answering();
  store.snapshot(2, STORY.sessions, STORY.approvals);
  return store;
}

function viewOf({ live, filter }: PageStore) {
  const { sessions, approvals } = live;
  return windowView({ sessions, approvals }, { now: NOW, text: filter, ended: "recent" });
}

Deno.test("V3 the rows of the sessions are those of the groups, and the first is shown beside them", () => {
  const store = storyStore();
  const view = viewOf(store);
  const rows = listRows(store, view, NOW);
  assertEquals(rows.map(({ id }) => id), view.groups.flatMap(({ items }) => items.map(({ id }) => id)));
  assertEquals(rows.length, 5);
  const shown = shownSession(store, view);
  assertEquals([shown, shownRow(store, rows, shown)], [rows[0]?.id, rows[0]?.id]);
  const narrow = storyStore(false);
  assertEquals(shownRow(narrow, rows, shownSession(narrow, view)), undefined);
  store.route = { view: "activity" };
  assertEquals(listRows(store, view, NOW), []);
});

Deno.test("V3 the rows of the inbox are requests, oldest first, then what only terminals can answer; the filter takes some", () => {
  const store = storyStore();
  store.route = { view: "inbox" };
  const rows = listRows(store, viewOf(store), NOW);
  assertEquals(rows, [
    { id: "k1", request: "k1", session: "shop" },
    { id: "k2", request: "k2", session: "web" },
    { id: "k3", request: "k3", session: "web" },
    { id: "there", session: "there" },
  ]);
  assertEquals(shownRow(store, rows, "web"), "k2");
  store.route = { view: "inbox", session: "web", request: "k3" };
  assertEquals([shownRow(store, rows, "web"), shownSession(store, viewOf(store))], ["k3", "web"]);
  store.set({ filter: "agent:claude" });
  assertEquals(listRows(store, viewOf(store), NOW).map(({ id }) => id), ["k2", "k3", "there"]);
});
