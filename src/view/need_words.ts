/** A notification of a person in words: who waits or failed, under the names of the lists, and with what. Pure. */
import type { Approval } from "../domain/approval.ts";
import type { NeedKind } from "../domain/need_kinds.ts";
import { countedState, type ShownState, singleState } from "../domain/state_words.ts";
import { STATE_LOOKS, type Tone } from "./states.ts";

/** What a person is needed for, as it is now. */
export interface Need {
  /** The same as long as it is the same question or the same failed turn. */
  readonly key: string;
  readonly kind: NeedKind;
  readonly sessionId: string;
  /** What lists call the session; in one line, made harmless. */
  readonly name: string;
  /** What is asked, or what failed; the same. */
  readonly what: string;
  /** Absent where only the agent's own terminal can answer, and for a failure. */
  readonly approval?: Approval;
}

/** The state of a session that needs somebody so. */
const STATE_OF = { question: "waiting", failure: "error" } as const satisfies Record<NeedKind, ShownState>;

/** One notification for several needs, in the words that every window and channel uses. */
export interface NeedMessage {
  /** Of the loudest of their states. */
  readonly sign: string;
  readonly tone: Tone;
  /** `web waits`, `3 wait: web, shop, docs` */
  readonly title: string;
  /** What it is about, where that is one thing; else empty. */
  readonly body: string;
  /** Both in one line. */
  readonly text: string;
}

/** Names in one line; the others are counted. */
const NAMES_SHOWN = 5;

/** @param needs at least one */
export function needMessage(needs: readonly Need[]): NeedMessage {
  const asked = needs.filter(({ kind }) => kind === "question");
  const failed = needs.filter(({ kind }) => kind === "failure");
  const state = STATE_OF[asked.length > 0 ? "question" : "failure"];
  const { sign, tone } = STATE_LOOKS[state];
  const [first] = needs;
  if (first !== undefined && needs.every(({ sessionId }) => sessionId === first.sessionId)) {
    const title = `${first.name} ${singleState(state)}`;
    const more = needs.length === 1 ? "" : ` (and ${needs.length - 1} more)`;
    const body = `${(asked[0] ?? first).what}${more}`;
    return { sign, tone, title, body, text: `${title}: ${body}` };
  }
  const title = [namedCount("question", asked), namedCount("failure", failed)].filter((part) => part !== "")
    .join(" · ");
  return { sign, tone, title, body: "", text: title };
}

function namedCount(kind: NeedKind, needs: readonly Need[]): string {
  const sessions = new Map(needs.map(({ sessionId, name }) => [sessionId, name]));
  if (sessions.size === 0) return "";
  const names = [...sessions.values()];
  const rest = names.length - NAMES_SHOWN;
  const shown = names.slice(0, NAMES_SHOWN).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
  return `${countedState(STATE_OF[kind], names.length)}: ${shown}`;
}
