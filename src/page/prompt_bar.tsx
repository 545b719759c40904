/** Below a session: the next prompt for one that the daemon runs, and the button that ends its turn; else how it is reached. */
import { h } from "preact";
import { useRef } from "preact/hooks";
import type { SessionView } from "../domain/query.ts";
import { displayStatus } from "../domain/state_words.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { terminalPlace } from "../domain/terminal_place.ts";
import { shellQuote } from "../lib/shell_quote.ts";
import type { TurnTold } from "../view/live_turns.ts";
import { openTurn } from "../view/work_detail.ts";
import type { PageStore } from "./page_store.ts";
import { press } from "./parts.tsx";
import { PromptField } from "./prompt_field.tsx";
import { endTurn, sendPrompt } from "./prompts.ts";

interface PromptBarProps {
  readonly store: PageStore;
  readonly session: SessionView;
  readonly turns: readonly TurnTold[];
  readonly name: string;
}

export function PromptBar({ store, session, turns, name }: PromptBarProps) {
  const { id, agent } = session;
  const bar = useRef<HTMLFormElement>(null);
  if (turns.length === 0) return store.asked === undefined ? <HowToReach session={session} /> : null;
  if (isGone(session)) return <p class="note">It has ended: it takes no prompt any more.</p>;
  if (store.scope === undefined) return null;
  if (!store.mayPrompt) {
    return (
      <p class="note">
        This page may not write to agents. In a terminal: <code>agent-console gateway open --scope admin</code>
      </p>
    );
  }
  const open = openTurn(turns);
  const isOff = !store.isLive;
  const send = () => sendPrompt(store, id);
  return (
    <form
      ref={bar}
      class={`prompt-bar ${store.asked === undefined ? "" : "is-low"}`}
      aria-label="Prompt"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <PromptField store={store} place={id} label={`Prompt for ${name} (${escapeControls(agent)})`} onSend={send} />
      {open !== undefined && press("stop", "Cancel", () => {
        void endTurn(store, open.id);
        bar.current?.querySelector("textarea")?.focus(); // the button goes with the turn
      }, isOff)}
      <button type="submit" class="send" disabled={isOff}>{open === undefined ? "Send" : "Queue"}</button>
    </form>
  );
}

function HowToReach({ session }: { readonly session: SessionView }) {
  if (isGone(session)) return null;
  const place = terminalPlace(session);
  return (
    <p class="note">
      The daemon does not run this session: write to it in its own terminal{place === undefined ? "" : `, ${place}`}.
      {" "}
      <code>{escapeControls(shellQuote(["agent-console", "go", session.id]))}</code> brings that to the front.
    </p>
  );
}

function isGone(session: SessionView): boolean {
  const state = displayStatus(session);
  return state === "closed" || state === "lost";
}
