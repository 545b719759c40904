/** Below a session: the next prompt for one that the daemon runs, and the button that ends its turn; else how it is reached. */
import { h } from "preact";
import { useRef } from "preact/hooks";
import type { SessionView } from "../domain/query.ts";
import { escapeControls } from "../domain/sanitize.ts";
import type { TurnTold } from "../view/live_turns.ts";
import { openTurn } from "../view/work_detail.ts";
import { whyNoPrompt } from "../view/turn_words.ts";
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

const NOT_ALLOWED = "This page may give agents no prompt. In a terminal: agent-console gateway open --scope admin";

export function PromptBar({ store, session, turns, name }: PromptBarProps) {
  const { id, agent } = session;
  const bar = useRef<HTMLFormElement>(null);
  const why = whyNoPrompt(session, turns, store.daemon?.agents ?? [], store.daemon?.reached ?? []);
  if (store.scope === undefined || (why !== undefined && store.asked !== undefined)) return null;
  if (why !== undefined || !store.mayPrompt) return <p class="note">{why ?? NOT_ALLOWED}</p>;
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
