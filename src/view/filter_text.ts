/**
 * A filter as people type it: `agent:NAME status:waiting login`. Words are looked for in what is shown, in any case; all of
 * them must be there. The same for the rows of sessions, the requests of the inbox and the lines of the activity. Pure.
 */
import type { Approval } from "../domain/approval.ts";
import { KIND_WORDS, type ShownState, STATE_WORDS } from "../domain/state_words.ts";
import { markedSummary } from "./approval_words.ts";
import type { ChangeLine } from "./change_lines.ts";
import type { SessionItem } from "./session_items.ts";
import { type WorkItem } from "./work_items.ts";
import { WORK_LOOKS } from "./work_looks.ts";

export interface TextFilter {
  passesRow(item: SessionItem): boolean;
  /** @param name what its session is called */
  passesRequest(approval: Approval, name: string): boolean;
  passesLine(line: ChangeLine): boolean;
  passesWork(item: WorkItem): boolean;
}

/** What a filter looks at. */
interface Facts {
  readonly name: string;
  readonly agent: string;
  readonly state?: ShownState | undefined;
  /** The word of a state that sessions have not. */
  readonly word?: string;
  /** Of a request. */
  readonly kind?: string | undefined;
  /** What else is shown. */
  readonly texts: readonly string[];
}

type Passes = (facts: Facts) => boolean;

/** Before the colon → what it looks at. */
const KEYS: Readonly<Record<string, (wanted: string) => Passes>> = {
  agent: (wanted) => ({ agent }) => agent.toLowerCase().startsWith(wanted),
  // The words of the lists and the names on the wire, as options take them; a beginning is enough while it is typed.
  status: (wanted) => ({ state, word }) =>
    word?.startsWith(wanted) ||
    state !== undefined && (state.startsWith(wanted) || STATE_WORDS[state].word.startsWith(wanted)),
  for: (wanted) => ({ kind }) => kind !== undefined && kind.startsWith(wanted),
  name: (wanted) => ({ name }) => name.toLowerCase().includes(wanted),
};

/** An empty text passes all. */
export function parseFilter(text: string): TextFilter {
  const tests = text.toLowerCase().split(/\s+/).filter((word) => word !== "").map(testOf);
  const passes = (facts: Facts) => tests.every((test) => test(facts));
  return {
    passesRow: (item) => passes(factsOfRow(item)),
    passesRequest: (approval, name) => passes(factsOfRequest(approval, name)),
    passesLine: (line) => passes(factsOfLine(line)),
    passesWork: (item) => passes(factsOfWork(item)),
  };
}

function testOf(word: string): Passes {
  const [, key = "", wanted = ""] = /^([a-z]+):(.*)$/.exec(word) ?? [];
  const test = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
  if (test !== undefined) return test(wanted);
  return ({ name, agent, texts }) => [name, agent, ...texts].some((shown) => shown.toLowerCase().includes(word));
}

function factsOfRow({ name, agent, id, about, state, asks }: SessionItem): Facts {
  return { name, agent, state, kind: asks?.kind, texts: [id, about, asks?.approval?.id ?? ""] };
}

/** Its session may be busy with another one of its requests. */
function factsOfRequest(approval: Approval, name: string): Facts {
  const { agent, id, sessionId } = approval;
  return {
    name,
    agent,
    state: "waiting",
    kind: KIND_WORDS[approval.for],
    texts: [id, sessionId, markedSummary(approval)],
  };
}

function factsOfLine({ name, agent, by = "", state, kind, word, text }: ChangeLine): Facts {
  // The word of a request is its id.
  return { name, agent, state, kind, texts: [word, by, text], ...(kind === undefined ? { word } : {}) };
}

function factsOfWork({ kind, name, who, of, about, state }: WorkItem): Facts {
  return { name, agent: kind === "turn" ? who : "", word: WORK_LOOKS[state].word, texts: [of, who, about] };
}
