/** The sessions in their groups, who needs a person first. */
import { Fragment, h, type JSX } from "preact";
import type { SessionItem } from "../view/session_items.ts";
import { STATE_LOOKS } from "../view/states.ts";
import type { WindowView } from "../view/window_view.ts";
import type { PageStore } from "./page_store.ts";
import { groupsOf, press, RiskChip, rowButton } from "./parts.tsx";

interface GroupedRowsProps {
  readonly store: PageStore;
  readonly view: WindowView;
  readonly shown: string | undefined;
}

export function GroupedRows({ store, view, shown }: GroupedRowsProps) {
  if (view.items.length === 0) return <NoRows store={store} view={view} />;
  return (
    <>
      {groupsOf(view.groups, (item) => drawnRow(item, item.id === shown))}
      {view.hidden > 0 && <p class="note">{view.hidden} more that the filter leaves out</p>}
    </>
  );
}

/**
 * As they were drawn last. One that reads the same is neither compared nor drawn, each second and each event: Preact passes
 * over the same element of a component, but compares that of a tag with all that is below it.
 */
const drawn = new WeakMap<SessionItem, { readonly isShown: boolean; readonly row: JSX.Element }>();

function drawnRow(item: SessionItem, isShown: boolean): JSX.Element {
  const before = drawn.get(item);
  if (before?.isShown === isShown) return before.row;
  const row = <SessionRow key={item.id} item={item} isShown={isShown} />;
  drawn.set(item, { isShown, row });
  return row;
}

function NoRows({ store, view }: { readonly store: PageStore; readonly view: WindowView }) {
  if (view.hidden > 0) {
    return (
      <p class="empty">
        Nothing passes the filter; {view.hidden} left out. {press("quiet", "Show all", () => store.set({ filter: "" }))}
      </p>
    );
  }
  if (!store.isLive) return <p class="empty">{store.link.kind === "lost" ? "" : "Connecting …"}</p>;
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
  const isCall = asks?.approval !== undefined && asks.kind === "permission";
  return (
    <li>
      {rowButton(
        {
          session: id,
          kind: `state-${state} ${name.startsWith("└") ? "is-below" : ""}`,
          look: STATE_LOOKS[state],
          name,
          marks: [agent, ...marks],
          time: age,
          about,
          isCode: isCall || state === "working",
          isShown,
        },
        asks !== undefined && (
          <span class="line asks">
            {asks.kind !== "permission" && <span class="kind">{asks.kind}</span>}
            {asks.risk !== undefined && <RiskChip risk={asks.risk} />}
            {asks.left !== undefined && <span class="left">{asks.left}</span>}
            {asks.approval === undefined && (
              <span class="left">answer in its terminal{asks.place === undefined ? "" : `, ${asks.place}`}</span>
            )}
            {asks.more > 0 && <span class="left">{asks.more} more</span>}
          </span>
        ),
      )}
    </li>
  );
}
