/**
 * A filter as people type it: `agent:NAME status:waiting login`. Words are looked for in what a row shows, in any case; all
 * of them must be there. Pure.
 */
import { STATE_WORDS } from "../domain/state_words.ts";
import type { SessionItem } from "./session_items.ts";

type Passes = (item: SessionItem) => boolean;

/** Before the colon → what it looks at. */
const KEYS: Readonly<Record<string, (wanted: string) => Passes>> = {
  agent: (wanted) => ({ agent }) => agent.toLowerCase().startsWith(wanted),
  // The words of the lists and the names on the wire, as options take them; a beginning is enough while it is typed.
  status: (wanted) => ({ state }) => state.startsWith(wanted) || STATE_WORDS[state].word.startsWith(wanted),
  for: (wanted) => ({ asks }) => asks !== undefined && asks.kind.startsWith(wanted),
  name: (wanted) => ({ name }) => name.toLowerCase().includes(wanted),
};

/** An empty text passes all. */
export function textFilter(text: string): Passes {
  const tests = text.toLowerCase().split(/\s+/).filter((word) => word !== "").map(testOf);
  return (item) => tests.every((passes) => passes(item));
}

function testOf(word: string): Passes {
  const [, key = "", wanted = ""] = /^([a-z]+):(.*)$/.exec(word) ?? [];
  const test = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
  if (test !== undefined) return test(wanted);
  return ({ name, agent, id, about, asks }) =>
    [name, agent, id, about, asks?.approval?.id ?? ""].some((shown) => shown.toLowerCase().includes(word));
}
