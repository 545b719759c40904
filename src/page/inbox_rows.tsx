/** All requests, oldest first, and apart those that only the agents' own terminals can answer. */
import { Fragment, h } from "preact";
import { STATE_LOOKS } from "../view/states.ts";
import { inboxOf, inboxRows, shownRow } from "./list_rows.ts";
import type { PageStore } from "./page_store.ts";
import { groupsOf, RiskChip, rowButton } from "./parts.tsx";

const WAITS = STATE_LOOKS.waiting;

interface InboxRowsProps {
  readonly store: PageStore;
  readonly now: number;
  readonly shown: string | undefined;
}

export function InboxRows({ store, now, shown }: InboxRowsProps) {
  const inbox = inboxOf(store, now);
  const { open, there } = inbox;
  if (open.length + there.length === 0) return <p class="empty">Nobody waits for you.</p>;
  const rows = inboxRows(store, inbox);
  const current = shownRow(store, rows, shown);
  return (
    <>
      <ul class="group group-needs">
        {open.map((item, at) => {
          const { id, name, agent, kind, age, end, risk, call, questions } = item;
          return (
            <li key={id}>
              {rowButton(
                {
                  session: rows[at]?.session,
                  request: id,
                  kind: "state-waiting",
                  look: WAITS,
                  name,
                  marks: [agent],
                  time: age,
                  about: call.length > 0 ? call.join(" ") : questions.map(({ text }) => text.join(" ")).join(" / "),
                  isCode: kind === "permission",
                  isShown: id === current,
                },
                <span class="line asks">
                  {kind !== "permission" && <span class="kind">{kind}</span>}
                  {risk !== undefined && <RiskChip risk={risk} />}
                  <span class="left">{end}</span>
                </span>,
              )}
            </li>
          );
        })}
      </ul>
      {there.length > 0 && groupsOf(
        [{ key: "there", title: "ONLY IN THEIR TERMINALS", items: there }],
        ({ id, name, agent, age, about, asks }) => (
          <li key={id}>
            {rowButton(
              { session: id, look: WAITS, name, marks: [agent], time: age, about, isShown: id === current },
              asks?.place && (
                <span class="line asks">
                  <span class="left">{asks.place}</span>
                </span>
              ),
            )}
          </li>
        ),
      )}
    </>
  );
}
