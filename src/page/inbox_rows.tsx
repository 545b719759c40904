/** All requests, oldest first, and apart those that only the agents' own terminals can answer. */
import { approvalItems } from "../view/approval_items.ts";
import { parseFilter } from "../view/filter_text.ts";
import { sessionItems } from "../view/session_items.ts";
import type { PageStore } from "./page_store.ts";
import { markable, RiskChip } from "./parts.tsx";

interface InboxRowsProps {
  readonly store: PageStore;
  readonly now: number;
  readonly shown: string | undefined;
}

export function InboxRows({ store, now, shown }: InboxRowsProps) {
  const { live, route, filter, home } = store;
  const { openSessions: sessions, approvals } = live;
  const { passesRequest, passesRow } = parseFilter(filter);
  const items = approvalItems(approvals, { sessions, now, home });
  const open = items.filter(({ name }, at) => passesRequest(approvals[at]!, name));
  const there = sessionItems(sessions, approvals, now)
    .filter((item) => item.asks !== undefined && item.asks.approval === undefined && passesRow(item));
  if (open.length + there.length === 0) return <p class="empty">Nobody waits for you.</p>;
  const first = route.request ?? open.find(({ session }) => session === shown)?.id;
  return (
    <>
      <ul class="group group-needs">
        {open.map((item) => {
          const { id, session, name, agent, kind, age, end, risk, call, questions } = item;
          const go = { view: "inbox", session: live.approval(id)?.sessionId ?? session, request: id } as const;
          return (
            <li key={id}>
              <button
                type="button"
                ref={markable(() => store.go(go, "replace"))}
                class="row state-waiting"
                aria-current={id === first ? "true" : undefined}
                onClick={() => store.go(go)}
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
                  ref={markable(() => store.go({ view: "inbox", session: id }, "replace"))}
                  class="row"
                  aria-current={first === undefined && id === shown ? "true" : undefined}
                  onClick={() => store.go({ view: "inbox", session: id })}
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
