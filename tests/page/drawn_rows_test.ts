/** Rows are drawn for what is new: one that reads the same is the same element of a component, which Preact passes over. */
import { assert, assertEquals } from "@std/assert";
import { Fragment, type VNode } from "preact";
import type { SessionView } from "../../src/domain/query.ts";
import { ActivityLines } from "../../src/page/activity_lines.tsx";
import { viewOf } from "../../src/page/app.tsx";
import type { PageStore } from "../../src/page/page_store.ts";
import { GroupedRows } from "../../src/page/session_rows.tsx";
import { answering } from "./stub_store.ts";
import { stubBrowser } from "./stubs.ts";

const NOW = Date.parse("2026-01-01T00:05:00.000Z");
const SESSIONS = ["api", "web", "docs"];

function works(id: string, text: string): SessionView {
  const at = new Date(NOW).toISOString();
  const told = { startedAt: at, since: at, lastEventAt: at, priority: 0, tags: [], turnCount: 1 };
  const working = { tool: { name: "Bash", text }, subagents: 0 };
  return { ...told, id, agent: "claude", cwd: `/home/u/${id}`, status: "working", working } as unknown as SessionView;
}

function storeOf(...sessions: readonly SessionView[]): PageStore {
  stubBrowser();
  const store = answering();
  store.snapshot(2, sessions, []);
  return store;
}

/** The elements of components below `node`, as they were made. */
function componentsIn(node: unknown): readonly VNode[] {
  if (Array.isArray(node)) return node.flatMap(componentsIn);
  if (typeof node !== "object" || node === null) return [];
  const { type, props } = node as VNode;
  const isDrawn = typeof type === "function" && type !== Fragment;
  return isDrawn ? [node as VNode] : componentsIn(props.children);
}

/** Times that are shown do not change meanwhile. */
function clockThatStands(): Disposable {
  const real = Date.now;
  Date.now = () => NOW;
  return { [Symbol.dispose]: () => void (Date.now = real) };
}

const LISTS: Readonly<Record<string, (store: PageStore) => readonly VNode[]>> = {
  sessions: (store) => componentsIn(GroupedRows({ store, view: viewOf(store, Date.now()), shown: "api" })),
  activity: (store) => componentsIn(ActivityLines({ store })),
};

for (const [list, rowsOf] of Object.entries(LISTS)) {
  Deno.test(`V3 a change of one session leaves the other rows of the page as they were drawn: ${list}`, () => {
    using _ = clockThatStands();
    const store = storeOf(...SESSIONS.map((id) => works(id, "deno test")));
    const before = rowsOf(store);
    assert(before.length >= SESSIONS.length);
    store.event({ seq: 3, type: "session.updated", data: { session: works("docs", "deno lint") } });
    const after = rowsOf(store);
    assertEquals(after.filter((row) => !before.includes(row)).length, 1);
    const keys = new Set(after.map(({ key }) => key));
    assertEquals(keys.size, after.length);
    // A row takes the place of the one before it; a line is one more.
    assertEquals(before.filter(({ key }) => keys.has(key)).length, before.length);
    assertEquals(after.length - before.length, list === "activity" ? 1 : 0);
  });
}
