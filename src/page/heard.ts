/** What the page does with an event: keeps it, tells the person who waits, and forgets what is over. */
import type { Approval } from "../domain/approval.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { answeredElsewhere } from "../view/approval_words.ts";
import { sessionNames } from "../view/names.ts";
import { WORK_LOOKS, type WorkState } from "../view/work_looks.ts";
import type { PageStore } from "./page_store.ts";
import type { PageEvent } from "./page_wire.ts";
import { notify, unnotify, waitsText } from "./told.ts";

export function hear(store: PageStore, event: PageEvent): void {
  const approval = event.type.startsWith("approval.") ? event.data["approval"] as Approval | undefined : undefined;
  const wasOpen = approval !== undefined && store.live.approval(approval.id)?.status === "pending";
  store.event(event);
  if (event.type.startsWith("daemon.")) readDaemon(store);
  if (event.type === "turn.started" || event.type === "turn.ended") tellTurn(store, event);
  if (approval === undefined) return;
  const { id, status } = approval;
  if (status === "pending" && !wasOpen) {
    const text = waitsText(nameOf(store, approval), approval);
    store.set({ announced: text });
    notify(id, text);
  }
  if (status === "pending") return;
  const isOurs = store.given.delete(id);
  store.texts.delete(id);
  store.readEnds.delete(id);
  store.picks.delete(id);
  if (!wasOpen) return;
  void unnotify(id);
  // What stood on the screen is answered by somebody else.
  if (store.asked?.id === id && !isOurs) {
    store.say(escapeControls(answeredElsewhere(approval, nameOf(store, approval))));
  }
}

/** The end of a turn, for who hears the page; its beginning makes that the next end is another text. */
function tellTurn(store: PageStore, { type, data }: PageEvent): void {
  const sessionId = String(data["sessionId"]);
  if (sessionId !== store.shown) return;
  const word = WORK_LOOKS[data["status"] as WorkState]?.word;
  const text = `${nameOf(store, { sessionId, agent: "" })}: its turn is over, ${word}`;
  store.set({ announced: type === "turn.started" ? "" : text });
}

function nameOf({ live }: PageStore, { sessionId, agent }: Pick<Approval, "sessionId" | "agent">): string {
  return sessionNames(live.openSessions).get(sessionId) ?? escapeControls(agent);
}

export function readDaemon(store: PageStore): void {
  store.wire?.call("status", {}).then((status) => {
    const { safetyMode, state, socketPath } = status;
    const { turn, feeds } = status as {
      readonly turn?: { readonly configured: readonly string[] };
      readonly feeds?: { readonly prompts: readonly string[] };
    };
    store.set({
      daemon: { safetyMode, state, socketPath, agents: turn?.configured ?? [], reached: feeds?.prompts ?? [] },
    });
  }, () => {});
}
