/** The sessions in their groups, who needs a person first. */
import { Fragment, h, type JSX } from "preact";
import { useState } from "preact/hooks";
import type { SessionItem } from "../view/session_items.ts";
import { STATE_LOOKS } from "../view/states.ts";
import type { WindowView } from "../view/window_view.ts";
import type { PageStore } from "./page_store.ts";
import { RiskChip } from "./parts.tsx";

interface GroupedRowsProps {
  readonly store: PageStore;
  readonly view: WindowView;
  readonly shown: string | undefined;
}

export function GroupedRows({ store, view, shown }: GroupedRowsProps) {
  const [drawn] = useState(() => new DrawnRows());
  if (view.items.length === 0) return <NoRows store={store} view={view} />;
  return (
    <>
      {view.groups.map(({ key, title, items }) => (
        <section key={key} class={`group group-${key}`} aria-labelledby={`group-${key}`}>
          <h2 id={`group-${key}`}>{title}</h2>
          <ul>
            {items.map((item) =>
              drawn.row(item, item.id === shown)
            )}
          </ul>
        </section>
      ))}
      {view.hidden > 0 && <p class="note">{view.hidden} more that the filter leaves out</p>}
    </>
  );
}

interface DrawnRow {
  readonly item: SessionItem;
  readonly isShown: boolean;
  readonly row: JSX.Element;
}

/** The rows as they were drawn last: of one that reads the same nothing is compared and nothing drawn, each second and each event. */
class DrawnRows {
  readonly #rows = new Map<string, DrawnRow>();

  row(item: SessionItem, isShown: boolean): JSX.Element {
    const { id } = item;
    const before = this.#rows.get(id);
    if (before?.item === item && before.isShown === isShown) return before.row;
    const row = (
      <li key={id}>
        <SessionRow item={item} isShown={isShown} />
      </li>
    );
    if (this.#rows.size > MOST_ROWS) this.#rows.clear();
    this.#rows.set(id, { item, isShown, row });
    return row;
  }
}

/** More than anybody has; then all are drawn once more. */
const MOST_ROWS = 5000;

function NoRows({ store, view }: { readonly store: PageStore; readonly view: WindowView }) {
  if (view.hidden > 0) {
    return (
      <p class="empty">
        Nothing passes the filter; {view.hidden} left out.{" "}
        <button type="button" class="quiet" onClick={() => store.set({ filter: "" })}>Show all</button>
      </p>
    );
  }
  if (store.link.kind !== "live") return <p class="empty">{store.link.kind === "lost" ? "" : "Connecting …"}</p>;
  return (
    <div class="empty">
      <p>No session yet.</p>
      <p>An agent shows here at its next event, once its hooks are installed:</p>
      <pre>agent-console onboard</pre>
    </div>
  );
}

interface SessionRowProps {
  readonly item: SessionItem;
  readonly isShown: boolean;
}

function SessionRow({ item, isShown }: SessionRowProps) {
  const { id, name, agent, state, age, about, asks, marks } = item;
  const { sign, word, tone } = STATE_LOOKS[state];
  const isCall = asks?.approval !== undefined && asks.kind === "permission";
  return (
    <button
      type="button"
      class={`row state-${state} ${name.startsWith("└") ? "is-below" : ""}`}
      aria-current={isShown ? "true" : undefined}
      data-session={id}
    >
      <span class="line">
        <span class={`sign tone-${tone}`} aria-hidden="true">{sign}</span>
        <span class="unseen">{word}</span>
        <b class="name">{name}</b>
        <span class="agent">{agent}</span>
        {marks.map((mark) => <span key={mark} class="agent">{mark}</span>)}
        <span class="age">{age}</span>
      </span>
      {about !== "" && <span class={`about ${isCall || state === "working" ? "is-code" : ""}`}>{about}</span>}
      {asks !== undefined && (
        <span class="line asks">
          {asks.kind !== "permission" && <span class="kind">{asks.kind}</span>}
          {asks.risk !== undefined && <RiskChip risk={asks.risk} />}
          {asks.left !== undefined && <span class="left">{asks.left}</span>}
          {asks.approval === undefined && (
            <span class="left">answer in its terminal{asks.place === undefined ? "" : `, ${asks.place}`}</span>
          )}
          {asks.more > 0 && <span class="left">{asks.more} more</span>}
        </span>
      )}
    </button>
  );
}
