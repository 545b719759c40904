/** The keys of the page: those of the dashboard's table that a page has. */
import { h } from "preact";
import { LEGEND } from "../view/legend.ts";
import { PAGE_ACTIONS } from "./keys.ts";
import type { PageStore } from "./page_store.ts";
import { Sheet } from "./parts.tsx";

export function HelpSheet({ store }: { readonly store: PageStore }) {
  const close = () => store.set({ isHelp: false });
  return (
    <Sheet onClose={close} title="Keys" isText>
      <dl class="keys">
        {PAGE_ACTIONS.map(({ name, keys, does }) => (
          <div key={name}>
            <dt>{keys.filter((key) => key !== "Tab").map((key) => <kbd key={key}>{key}</kbd>)}</dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <dl class="keys">
        {LEGEND.map(([sign, means]) => (
          <div key={means}>
            <dt>{sign}</dt>
            <dd>{means}</dd>
          </div>
        ))}
      </dl>
    </Sheet>
  );
}
