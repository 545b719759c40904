/** The whole page: header with the counts, the list, the detail beside or instead of it, and what is said to the person. */
import { Fragment, h } from "preact";
import { VIEW_TITLES, VIEWS } from "../view/views.ts";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { type WindowView, windowView } from "../view/window_view.ts";
import { ActivityLines } from "./activity_lines.tsx";
import { ConsoleSheet } from "./console_sheet.tsx";
import { DetailPane } from "./detail_pane.tsx";
import { HelpSheet } from "./help_sheet.tsx";
import { InboxRows } from "./inbox_rows.tsx";
import { meaningOf, pressesAgain } from "./keys.ts";
import { type LostText, lostText } from "./lost_text.ts";
import { type ListRow, listRows, shownRow, shownSession } from "./list_rows.ts";
import { pressKey } from "./page_actions.ts";
import type { PageStore } from "./page_store.ts";
import { goBack } from "./navigate.ts";
import type { Route } from "./route.ts";
import { GroupedRows } from "./session_rows.tsx";
import { NewSheet } from "./new_sheet.tsx";
import { press } from "./parts.tsx";
import { notifyState, showCount } from "./told.ts";
import { readJobs, workOf } from "./work.ts";
import { WorkPane } from "./work_pane.tsx";
import { WorkRows } from "./work_rows.tsx";

export function viewOf(store: PageStore, now: number): WindowView {
  const { live: { sessions, approvals }, filter, listed } = store;
  if (listed !== undefined && now - listed.at < 1000) return listed.view;
  const view = windowView({ sessions, approvals }, { now, text: filter, ended: "recent" });
  store.listed = { view, at: now };
  return view;
}

export function App({ store }: { readonly store: PageStore }) {
  const now = Date.now();
  const { live, route, link } = store;
  const filterField = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLElement>(null);
  const view = viewOf(store, now);
  showCount(view);
  useLayoutEffect(() => list.current?.scrollTo(0, 0), [route.view]);
  const work = route.view === "jobs" ? workOf(store, now) : undefined;
  const item = work?.items.find(({ id }) => id === route.session) ?? (store.isWide ? work?.items[0] : undefined);
  const shown = item?.id ?? shownSession(store, view);
  useEffect(() => {
    if (route.view === "jobs") readJobs(store);
  }, [route.view, store.wire, store.age]);
  const onKey = (event: KeyboardEvent) => {
    if (pressesAgain(event)) return event.preventDefault();
    const meaning = meaningOf(event);
    if (meaning === undefined) return;
    event.preventDefault();
    pressKey(store, meaning, event.timeStamp, {
      list: () => {
        const rows = listRows(store, view, now);
        return { rows, current: focusedRow(rows) ?? shownRow(store, rows, shown) };
      },
      focusRow,
      press: (does) => {
        const button = document.querySelector<HTMLElement>(`[data-does="${does}"]`);
        button?.click();
        return button !== null;
      },
      focusPrompt: () => document.querySelector<HTMLElement>(".prompt-bar textarea")?.focus(),
      focusFilter: () => {
        if (!store.isWide && route.session !== undefined) goBack(route);
        filterField.current?.focus();
      },
    });
  };
  const latest = useRef(onKey);
  latest.current = onKey;
  useEffect(() => {
    const press = (event: KeyboardEvent) => latest.current(event);
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  const isDetail = route.session !== undefined && route.view !== "activity";
  return (
    <div class="page" data-pane={isDetail ? "detail" : "list"} data-view={route.view} data-link={link.kind}>
      <Header store={store} view={view} isDetail={isDetail} />
      <Tabs store={store} requests={live.approvals.length} />
      <main class="panes">
        <section
          ref={list}
          class="list"
          aria-label={VIEW_TITLES[route.view]}
          onClick={(event) => openRow(event, store)}
        >
          <Tools store={store} filterField={filterField} />
          {route.view === "sessions" && <GroupedRows store={store} view={view} shown={shown} />}
          {route.view === "inbox" && <InboxRows store={store} now={now} shown={shown} />}
          {route.view === "activity" && <ActivityLines store={store} />}
          {work !== undefined && <WorkRows work={work} shown={shown} />}
        </section>
        {item !== undefined
          ? <WorkPane key={item.id} store={store} item={item} now={now} />
          : route.view !== "activity" && <DetailPane store={store} id={shown} now={now} />}
      </main>
      <Toast store={store} />
      {store.isHelp && <HelpSheet store={store} />}
      {store.isNew && <NewSheet store={store} />}
      {store.isConsole && <ConsoleSheet store={store} />}
    </div>
  );
}

/** One listener for all rows: they come and go with each change. */
function openRow({ target }: Event, store: PageStore): void {
  const row = target instanceof Element ? target.closest<HTMLElement>(".row") : null;
  if (row !== null) store.go(routeOf(row, store));
}

function routeOf({ dataset }: HTMLElement, { route }: PageStore): Route {
  const { session, request } = dataset;
  return { view: route.view, session, request };
}

/** Where the cursor is: the row that has the focus, as after Tab. */
function focusedRow(rows: readonly ListRow[]): string | undefined {
  const { session, request } = (document.activeElement as HTMLElement | null)?.dataset ?? {};
  return rows.find(({ id }) => id === (request ?? session))?.id;
}

function focusRow({ session, request }: ListRow): void {
  const own = request === undefined ? ":not([data-request])" : `[data-request="${CSS.escape(request)}"]`;
  document.querySelector<HTMLElement>(`.row[data-session="${CSS.escape(session)}"]${own}`)?.focus();
}

interface HeaderProps {
  readonly store: PageStore;
  readonly view: WindowView;
  readonly isDetail: boolean;
}

function Header({ store, view, isDetail }: HeaderProps) {
  const { link, daemon, route } = store;
  const { isLive } = store;
  return (
    <header class="top">
      <div class="bar">
        {isDetail && !store.isWide
          ? press(
            "back",
            <>
              ‹ <span>Back</span>
            </>,
            () => goBack(route),
          )
          : <h1 class="mark">agent-console</h1>}
        <ul class="counts" aria-label="How many sessions are in which state">
          {view.counts.map(({ state, sign, text, tone, count }) => (
            <li key={state} class={`tone-${tone}`} title={text}>
              <span aria-hidden="true">{sign}</span> <b>{count}</b>
              <span class="word">{text.slice(String(count).length)}</span>
            </li>
          ))}
        </ul>
        <p class={`link ${isLive ? "is-live" : "is-lost"}`}>
          {daemon !== undefined && isLive && <span class="mode">{`${daemon.safetyMode} · `}</span>}
          {isLive ? "live" : link.kind === "lost" ? "not live" : "connecting"}
        </p>
        {store.agents.length > 0 && press("quiet", "New", () => store.set({ isNew: true }), false, "new_session")}
      </div>
      {link.kind === "lost" && <LostBanner {...lostText(link)} />}
      {isLive && daemon?.state === "read_only" && (
        <p class="banner" role="status">The journal cannot be written: nothing can be answered. agent-console doctor</p>
      )}
      {store.isOutdated && (
        <p class="banner" role="status">
          The daemon is of another version. {press("", "Load its page", () => location.reload())}
        </p>
      )}
    </header>
  );
}

function LostBanner({ text, command }: LostText) {
  return <p class="banner" role="status">{text} {command !== undefined && <code>{command}</code>}</p>;
}

function Tabs({ store, requests }: { readonly store: PageStore; readonly requests: number }) {
  return (
    <nav class="tabs" aria-label="Views">
      {VIEWS.map((view) => (
        <button
          type="button"
          key={view}
          aria-current={store.route.view === view ? "page" : undefined}
          onClick={() => store.go({ view })}
        >
          {VIEW_TITLES[view]}
          {view === "inbox" && requests > 0 && <b class="badge">{requests}</b>}
        </button>
      ))}
    </nav>
  );
}

interface ToolsProps {
  readonly store: PageStore;
  readonly filterField: { current: HTMLInputElement | null };
}

function Tools({ store, filterField }: ToolsProps) {
  const ask = () => void Notification.requestPermission().then(() => store.set({ notifications: notifyState() }));
  return (
    <div class="tools" role="search">
      <input
        ref={filterField}
        type="search"
        aria-label="Filter"
        placeholder="Filter"
        title="agent:NAME status:waiting words"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        value={store.filter}
        onInput={({ currentTarget }) => store.set({ filter: currentTarget.value })}
      />
      {store.notifications === "ask" && press("quiet", "Notify me", ask)}
      <button
        type="button"
        class="quiet"
        aria-label="Command"
        data-does="console"
        onClick={() => store.set({ isConsole: true })}
      >
        :
      </button>
      {store.isWide && (
        <button
          type="button"
          class="quiet"
          aria-label="Keys"
          onClick={() => store.set({ isHelp: true })}
        >
          ?
        </button>
      )}
    </div>
  );
}

function Toast({ store: { toast, announced } }: { readonly store: PageStore }) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => void box.current?.scrollTo(0, 0), [toast]);
  return (
    <>
      <div ref={box} class={`toast ${toast?.isBad ? "is-bad" : ""}`} role="status" hidden={toast === undefined}>
        {toast?.text}
      </div>
      <p class="unseen" aria-live="polite">{announced}</p>
    </>
  );
}
