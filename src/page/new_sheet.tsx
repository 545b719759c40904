/** A prompt that opens a session: for which agent, and what. */
import { Fragment, h } from "preact";
import { useEffect, useState } from "preact/hooks";
import { escapeControlsKeepLines } from "../domain/sanitize.ts";
import type { PageStore } from "./page_store.ts";
import { optionOf, press, Sheet } from "./parts.tsx";
import { NEW_SESSION } from "./prompt_desk.ts";
import { PromptField } from "./prompt_field.tsx";
import { sendPrompt } from "./prompts.ts";

export function NewSheet({ store }: { readonly store: PageStore }) {
  const { agents, opening, turns } = store;
  const [chosen, setChosen] = useState(agents[0]);
  const [problem, setProblem] = useState("");
  const close = () => {
    store.opening = undefined;
    store.set({ isNew: false });
  };
  const turn = opening?.turnId === undefined ? undefined : turns.get(opening.turnId);
  useEffect(() => {
    if (opening === undefined || turn === undefined) return;
    if (turn.sessionId !== null) {
      close();
      return store.go({ view: "sessions", session: turn.sessionId });
    }
    if (turn.endedAt === undefined) return;
    // Its agent did not open one: the words are here again.
    store.opening = undefined;
    store.prompts.type(NEW_SESSION, opening.text);
    setProblem(turn.error ?? "");
    store.changed();
  }, [turn?.sessionId, turn?.endedAt]);
  const isTyping = opening === undefined;
  useEffect(() => document.querySelector<HTMLElement>(".sheet textarea")?.focus(), [isTyping]);
  const send = () => {
    setProblem("");
    sendPrompt(store, NEW_SESSION, chosen);
  };
  return (
    <Sheet onClose={close} title="New session" action={isTyping && press("send", "Send", send, !store.isLive)}>
      {isTyping
        ? (
          <>
            <PromptField store={store} place={NEW_SESSION} label={`Prompt for ${chosen}`} onSend={send} />
            {agents.length > 1 && (
              <fieldset class="pick">
                <legend>Agent</legend>
                {agents.map((agent) => optionOf("agent", agent === chosen, () => setChosen(agent), agent))}
              </fieldset>
            )}
            <p class="note">{`It works in agents.${chosen}.cwd of the configuration, or your home folder.`}</p>
            {problem !== "" && <p class="warning text" role="alert">{escapeControlsKeepLines(problem)}</p>}
          </>
        )
        : (
          <>
            <p class="asked">{escapeControlsKeepLines(opening.text)}</p>
            <p class="preview" role="status">{chosen} begins …</p>
          </>
        )}
    </Sheet>
  );
}
