/** All requests, oldest first, and apart those that only the agents' own terminals can answer. */
import { Fragment, h } from "preact";
import { inboxOf, inboxRows, shownRow } from "./list_rows.ts";
import type { PageStore } from "./page_store.ts";
import { RiskChip } from "./parts.tsx";

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
              <button
                type="button"
                class="row state-waiting"
                aria-current={id === current ? "true" : undefined}
                data-session={rows[at]?.session}
                data-request={id}
              >
                <span class="line">
                  <span class="sign tone-attention" aria-hidden="true">▲</span>
                  <b class="name">{name}</b>
                  <span class="agent">{agent}</span>
                  <span class="age">{age}</span>
                </span>
                <span class={`about ${kind === "permission" ? "is-code" : ""}`}>
                  {call.length > 0 ? call.join(" ") : questions.map(({ text }) => text.join(" ")).join(" / ")}
                </span>
                <span class="line asks">
                  {kind !== "permission" && <span class="kind">{kind}</span>}
                  {risk !== undefined && <RiskChip risk={risk} />}
                  <span class="left">{end}</span>
                </span>
              </button>
            </li>
          );
        })}
      </ul>
      {there.length > 0 && (
        <section class="group">
          <h2>ONLY IN THEIR TERMINALS</h2>
          <ul>
            {there.map(({ id, name, agent, age, about, asks }) => (
              <li key={id}>
                <button
                  type="button"
                  class="row"
                  aria-current={id === current ? "true" : undefined}
                  data-session={id}
                >
                  <span class="line">
                    <span class="sign tone-attention" aria-hidden="true">▲</span>
                    <b class="name">{name}</b>
                    <span class="agent">{agent}</span>
                    <span class="age">{age}</span>
                  </span>
                  <span class="about">{about}</span>
                  {asks?.place !== undefined && (
                    <span class="line asks">
                      <span class="left">{asks.place}</span>
                    </span>
                  )}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
