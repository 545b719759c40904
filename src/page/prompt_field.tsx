/** The field in which a prompt is typed: Enter sends, Shift+Enter is a line; on a phone, whose Enter is a line, the button sends. */
import { h } from "preact";
import { MAX_PROMPT } from "../domain/turn_change.ts";
import type { PageStore } from "./page_store.ts";

interface PromptFieldProps {
  readonly store: PageStore;
  /** The session, or where a new one is typed. */
  readonly place: string;
  readonly label: string;
  readonly onSend: () => void;
}

export function PromptField({ store, place, label, onSend }: PromptFieldProps) {
  const isTouch = matchMedia("(pointer: coarse)").matches;
  return (
    <textarea
      rows={1}
      class="prompt-field"
      aria-label={label}
      placeholder={label}
      maxLength={MAX_PROMPT}
      enterkeyhint={isTouch ? "enter" : "send"}
      value={store.prompts.draft(place)}
      onInput={({ currentTarget }) => {
        store.prompts.type(place, currentTarget.value);
        store.changed();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing || isTouch) return;
        event.preventDefault();
        if (event.repeat) return;
        onSend();
        // Before the next drawing: what is typed until then is the next prompt.
        event.currentTarget.value = store.prompts.draft(place);
      }}
    />
  );
}
