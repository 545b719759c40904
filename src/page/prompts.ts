/** What the page does with prompts: sends them, again after a break, and ends their turns. */
import { useEffect } from "preact/hooks";
import type { TurnTold } from "../view/live_turns.ts";
import { lacksTexts } from "../view/work_detail.ts";
import type { FeatureCalls } from "./feature_calls.ts";
import { CallRefused, refusalText } from "./page_wire.ts";
import type { PageStore } from "./page_store.ts";
import { type KeptPrompt, NEW_SESSION } from "./prompt_desk.ts";

/** What was typed at `place` goes to its session or, of a new one, to `agent`. */
export function sendPrompt(store: PageStore, place: string, agent?: string): void {
  if (!store.isLive) return store.say("no connection: it stays here until there is one", true);
  const sent = store.prompts.send(place, agent);
  if (sent === undefined) return;
  if (place === NEW_SESSION) store.opening = { key: sent.key, text: sent.text };
  store.changed();
  void deliver(store, sent);
}

/** After a break: whether what was on its way has arrived is not known, and its key makes that it counts once. */
export function sendAgain(store: PageStore): void {
  for (const sent of store.prompts.sent) void deliver(store, sent);
}

async function deliver(store: PageStore, sent: KeptPrompt): Promise<void> {
  const { key, place, agent, text } = sent;
  const { wire, prompts } = store;
  if (!wire) return;
  const sessionId = place === NEW_SESSION ? undefined : place;
  try {
    const { turnId } = await wire.call("turn.submit", { agent, sessionId, text, idempotencyKey: key });
    prompts.done(key);
    if (store.opening?.key === key) store.opening = { ...store.opening, turnId };
  } catch (error) {
    if (!(error instanceof CallRefused)) throw error;
    if (error.kind === "timeout") return deliver(store, sent);
    // The next connection sends it again.
    if (error.kind === "disconnected" || error.kind === "stopping") return;
    prompts.giveBack(key);
    if (store.opening?.key === key) store.opening = undefined;
    store.say(refusalText(error), true);
  } finally {
    store.changed();
  }
}

export function endTurn(store: PageStore, turnId: string): Promise<void> {
  return tried(store, store.wire?.call("turn.cancel", { turnId }));
}

/** What `call` is refused with is said. */
export async function tried(store: PageStore, call: Promise<unknown> | undefined): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof CallRefused)) throw error;
    store.say(refusalText(error), true);
  }
}

/** What was asked and said in `turns`: the page has a line of each until it is looked at. */
export function useTexts(
  { wire, turns: kept, redraw, age }: PageStore,
  turns: readonly TurnTold[],
  which: FeatureCalls["turn.recent"]["params"],
): void {
  const isLacking = turns.some(lacksTexts);
  useEffect(() => {
    if (!wire || !isLacking) return;
    const take = kept.reading();
    wire.call("turn.recent", which).then((answer) => {
      take(answer);
      redraw?.heard();
    }, () => take(undefined));
  }, [isLacking, wire, age]);
}
