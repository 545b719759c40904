/**
 * What a person is needed for: a question that was opened, a row that began to wait, a turn that failed. Each is told once,
 * so that whoever calls people (the daemon's channels, the bell of a window) calls once. Pure but for what it remembers.
 */
import { type Approval, riskNamed } from "./approval.ts";
import { maskSecrets } from "./mask.ts";
import { clip, escapeControls, headAndTail } from "./sanitize.ts";
import type { SessionView } from "./query.ts";
import { BELOW, type Nameable, nameOfSession } from "./session_name.ts";
import { countedState, KIND_WORDS, STATE_WORDS } from "./state_words.ts";

export const NEED_KINDS = ["question", "failure"] as const;
export type NeedKind = typeof NEED_KINDS[number];

export interface Need {
  /** The same as long as it is the same question or the same failed turn. */
  readonly key: string;
  readonly kind: NeedKind;
  readonly sessionId: string;
  /** How people know the session; in one line, made harmless. */
  readonly name: string;
  /** What is asked, or what failed; the same. */
  readonly what: string;
  /** Absent where only the agent's own terminal can answer, and for a failure. */
  readonly approval?: Approval;
}

/** Keys that are remembered after their need is over; the oldest are forgotten. */
const KEYS_KEPT = 2000;

export class Needs {
  #open = new Map<string, Need>();
  #known = new Set<string>();
  /** What is known of the names of open sessions. */
  #names = new Map<string, { readonly own: string; readonly parentId: string | undefined }>();

  /** What is there already needs no call. */
  seed(sessions: Iterable<SessionView>, approvals: Iterable<Approval> = []): void {
    for (const session of sessions) {
      this.#nameOf(session);
      for (const key of keysOf(session)) this.#note(key);
    }
    for (const { id } of approvals) this.#note(id);
  }

  /** @returns the need that `event` has brought, the first time */
  hear({ type, data }: { readonly type: string; readonly data: object }): Need | undefined {
    if (type.startsWith("approval.") && "approval" in data) return this.#approval(data.approval as Approval);
    if (!type.startsWith("session.") || !("session" in data)) return undefined;
    const session = data.session as SessionView;
    if (type !== "session.deleted" && session.status !== "closed" && session.lost !== true) return this.#row(session);
    this.#names.delete(session.id);
    for (const { key, sessionId } of this.#open.values()) if (sessionId === session.id) this.#open.delete(key);
    return undefined;
  }

  /**
   * The need under the name that its session has by now: its row may come after its request.
   *
   * @returns undefined where somebody has answered it, or its session does not wait, or stand where its turn failed, any more
   */
  open({ key }: Need): Need | undefined {
    const need = this.#open.get(key);
    return need && { ...need, name: this.#called(need.sessionId) ?? need.name };
  }

  #approval(approval: Approval): Need | undefined {
    const { id, sessionId, status, cwd, agent } = approval;
    if (status !== "pending") {
      this.#open.delete(id);
      return undefined;
    }
    const name = this.#called(sessionId) ?? nameOf({ cwd, agent });
    return this.#opened({ key: id, kind: "question", sessionId, name, what: whatOf(approval), approval });
  }

  #row(session: SessionView): Need | undefined {
    const { id: sessionId, status } = session;
    const name = this.#nameOf(session);
    const keys = keysOf(session);
    for (const need of this.#open.values()) {
      // A row's own need goes with its state, an approval's with the approval.
      if (need.sessionId === sessionId && need.approval === undefined && !keys.includes(need.key)) {
        this.#open.delete(need.key);
      }
    }
    if (status === "error") {
      if (session.parentId !== undefined) return undefined; // its parent sees it, and goes on
      const { kind, text } = session.error;
      return this.#opened({ key: keys[0] ?? "", kind: "failure", sessionId, name, what: told(kind, text) });
    }
    if (status !== "waiting") return undefined;
    if (session.waiting.approvalId !== undefined) {
      for (const key of keys) if (key !== session.waiting.approvalId) this.#note(key);
      return undefined; // the approval has events of its own
    }
    const { for: wants, text } = session.waiting;
    const what = wants === "permission" && text !== "" ? harmless(text) : told(KIND_WORDS[wants], text);
    return this.#opened({ key: keys[0] ?? "", kind: "question", sessionId, name, what });
  }

  #opened(need: Need): Need | undefined {
    if (this.#known.has(need.key)) return undefined;
    this.#note(need.key);
    this.#open.set(need.key, need);
    return need;
  }

  #note(key: string): void {
    this.#known.delete(key);
    this.#known.add(key);
    if (this.#known.size <= KEYS_KEPT) return;
    for (const oldest of this.#known) {
      this.#known.delete(oldest);
      this.#open.delete(oldest);
      return;
    }
  }

  #nameOf(session: SessionView): string {
    const own = nameOf(session);
    if (session.status !== "closed") this.#names.set(session.id, { own, parentId: session.parentId });
    return this.#called(session.id) ?? own;
  }

  /** A sub-agent after its session, as in the lists. */
  #called(id: string): string | undefined {
    const { own, parentId = "" } = this.#names.get(id) ?? {};
    const parent = this.#names.get(parentId)?.own;
    return own === undefined || parent === undefined ? own : clip(`${parent}${BELOW}${own}`, NAME_CAP);
  }
}

/** The row's own key, and that of the approval which it is about: an approval that expires leaves the same wait. */
function keysOf(session: SessionView): readonly string[] {
  const { id, status, since } = session;
  if (status === "error") return [`${id} error ${since}`];
  if (status !== "waiting") return [];
  const { approvalId } = session.waiting;
  return [`${id} waiting ${since}`, ...(approvalId === undefined ? [] : [approvalId])];
}

const NAME_CAP = 40;
/** Both ends of what is asked are kept in so many UTF-16 units: fits a notification. */
const WHAT_CAP = 160;

/** Of a session without a name that of its agent. */
function nameOf(one: Nameable & { readonly agent: string }): string {
  return clip(escapeControls(maskSecrets(nameOfSession(one) || one.agent)), NAME_CAP);
}

function whatOf({ for: wants, tool, input, choices = [], risk }: Approval): string {
  if (wants === "question" && choices.length > 0) return harmless(choices.map(({ question }) => question).join(" / "));
  const marked = riskNamed(risk) === "destroys" ? " (destroys)" : "";
  return harmless(tool === "" ? input : `${tool}: ${input}`) + marked;
}

function told(what: string, text: string): string {
  return harmless(text === "" || text === what ? what : `${what}: ${text}`);
}

function harmless(text: string): string {
  return headAndTail(escapeControls(maskSecrets(text)), WHAT_CAP);
}

/** One call for `needs`, in the words that every window and channel uses. */
export interface NeedMessage {
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
  const [first] = needs;
  if (first !== undefined && needs.every(({ sessionId }) => sessionId === first.sessionId)) {
    const title = `${first.name} ${asked.length > 0 ? "waits" : STATE_WORDS.error.word}`;
    const more = needs.length === 1 ? "" : ` (and ${needs.length - 1} more)`;
    const body = `${(asked[0] ?? first).what}${more}`;
    return { title, body, text: `${title}: ${body}` };
  }
  const title = [namedCount("waiting", asked), namedCount("error", failed)].filter((part) => part !== "")
    .join(" · ");
  return { title, body: "", text: title };
}

function namedCount(state: "waiting" | "error", needs: readonly Need[]): string {
  const sessions = new Map(needs.map(({ sessionId, name }) => [sessionId, name]));
  if (sessions.size === 0) return "";
  const names = [...sessions.values()];
  const rest = names.length - NAMES_SHOWN;
  const shown = names.slice(0, NAMES_SHOWN).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
  return `${countedState(state, names.length)}: ${shown}`;
}
