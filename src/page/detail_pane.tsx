/** One session: what it asks, in whole and with the buttons that answer it, then what it does, did, was asked and said. */
import { Fragment, h } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { escapeControls } from "../domain/sanitize.ts";
import type { SessionView } from "../domain/query.ts";
import { detailView } from "../view/detail_view.ts";
import { AnswerBar } from "./answer_bar.tsx";
import { readWhole, withText } from "./answers.ts";
import type { PageStore } from "./page_store.ts";
import { PageTurns } from "./turn_texts.tsx";
import { FactList, paneHead } from "./parts.tsx";
import { PromptBar } from "./prompt_bar.tsx";
import { useTexts } from "./prompts.ts";
import { RequestCard } from "./request_card.tsx";

interface DetailPaneProps {
  readonly store: PageStore;
  /** Of the session. */
  readonly id: string | undefined;
  readonly now: number;
}

export function DetailPane({ store, id, now }: DetailPaneProps) {
  const session = id === undefined ? undefined : store.live.session(id);
  if (session === undefined) return <NoDetail store={store} isGone={id !== undefined && store.link.kind === "live"} />;
  return <SessionDetail key={session.id} store={store} session={session} now={now} />;
}

function NoDetail({ store, isGone }: { readonly store: PageStore; readonly isGone: boolean }) {
  useShown(store, undefined, undefined);
  return (
    <section class="detail" aria-label="Detail">
      <p class="empty">{isGone ? "This session is not there any more." : ""}</p>
    </section>
  );
}

interface SessionDetailProps {
  readonly store: PageStore;
  readonly session: SessionView;
  readonly now: number;
}

function SessionDetail({ store, session, now }: SessionDetailProps) {
  const { live, route, home } = store;
  const own = live.approvals.filter(({ sessionId }) => sessionId === session.id);
  const shown = useRef<string | undefined>(undefined);
  // The one that was chosen in the inbox; else the one that stands there, as long as it is open; else the one of the row.
  const chosen = own.find(({ id }) => id === route.request) ?? own.find(({ id }) => id === shown.current);
  const others = chosen === undefined ? live.approvals : live.approvals.filter((one) => !own.includes(one));
  const approvals = (chosen === undefined ? others : [...others, chosen]).map((one) => withText(one, store));
  useHistory(store, session);
  const history = store.histories.get(session.id)?.entries ?? [];
  const isOne = chosen !== undefined && session.status === "waiting" && session.waiting.approvalId !== chosen.id;
  const view = detailView(session, { sessions: live.sessions, approvals, now, home, history });
  const approval = view.request === undefined ? undefined : approvals.find(({ id }) => id === view.request?.id);
  const asked = live.approvals.find(({ id }) => id === approval?.id);
  shown.current = asked?.id;
  useShown(store, session.id, asked);
  const turns = store.turns.ofSession(session.id).slice(-SHOWN_TURNS);
  useTexts(store, turns, { sessionId: session.id });
  useEffect(() => {
    if (asked !== undefined) void readWhole(store, asked);
  }, [asked?.id, asked !== undefined && store.texts.has(asked.id), store.wire, store.scope]);
  const { look, name, heading, request, facts, resume } = view;
  const more = isOne ? own.length - 1 : view.more;
  const pane = useEnd(turns.length > 0, request === undefined);
  return (
    <section ref={pane} class="detail" aria-label={`${name}: ${look.word}`}>
      {paneHead(look, name, heading)}
      {request !== undefined && approval !== undefined && asked !== undefined && (
        <>
          <RequestCard store={store} item={request} approval={approval} now={now} more={more} />
          <AnswerBar key={asked.id} store={store} approval={asked} item={request} />
        </>
      )}
      {view.onlyThere && (
        <div class="card">
          <p class="kicker">{session.status === "waiting" ? "waits for you in its own terminal" : ""}</p>
          <p class="call">{session.status === "waiting" ? escapeControls(session.waiting.text) : ""}</p>
        </div>
      )}
      <FactList
        facts={facts.filter(({ label }) => turns.length === 0 || !IN_TURNS.includes(label))}
        contextPercent={view.contextPercent}
      >
        {resume !== undefined && (
          <div class="fact">
            <dt>resume</dt>
            <dd>
              <code>{escapeControls(resume)}</code>
            </dd>
          </div>
        )}
      </FactList>
      <PageTurns store={store} id={session.id} turns={turns} now={now} />
      <PromptBar store={store} session={session} turns={turns} name={name} />
    </section>
  );
}

/** Fewer than those whose texts are kept: others may be heard of meanwhile. */
const SHOWN_TURNS = 15;
/** Facts that the conversation tells. */
const IN_TURNS: readonly string[] = ["prompt", "said"];
/** So near to its end it counts as there, px. */
const NEAR_END = 60;

/**
 * The end of the conversation stays on the screen while it grows, unless the person has gone up, or must read a request.
 * Only then its height is read: behind rows that have changed, that makes the browser lay the page out once more.
 */
function useEnd(hasTurns: boolean, isFollowed: boolean): { current: HTMLElement | null } {
  const pane = useRef<HTMLElement>(null);
  const isAtEnd = hasTurns && isFollowed && isNearEnd(pane.current);
  useLayoutEffect(() => {
    if (isAtEnd) pane.current?.scrollTo(0, pane.current.scrollHeight);
  });
  return pane;
}

function isNearEnd(pane: HTMLElement | null): boolean {
  return pane === null || pane.scrollHeight - pane.scrollTop - pane.clientHeight < NEAR_END;
}

/** What taps and keys answer is what is drawn. */
function useShown(store: PageStore, id: string | undefined, asked: PageStore["asked"]): void {
  useLayoutEffect(() => {
    store.shown = id;
    store.asked = asked;
    if (asked === undefined) store.guard.show(undefined, performance.now());
  });
}

/** Its periods, asked for when it is shown and when its state is another. */
function useHistory(store: PageStore, { id, since }: SessionView): void {
  useEffect(() => {
    const { wire, histories } = store;
    if (wire === undefined || histories.get(id)?.since === since) return;
    histories.set(id, { since, entries: histories.get(id)?.entries ?? [] });
    wire.call("session.history", { sessionId: id }).then(({ history }) => {
      histories.set(id, { since, entries: history });
      store.redraw?.heard();
    }, () => histories.delete(id));
  }, [id, since, store.wire]);
}
