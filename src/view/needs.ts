/**
 * What a person is needed for: a question that was opened, a row that began to wait, a turn that failed. Each is told once,
 * so that whoever notifies people (the daemon's channels, the chat, the bell of a window) notifies once. Pure but for what it
 * remembers.
 */
import { type Approval, riskNamed } from "../domain/approval.ts";
import { maskSecrets } from "../domain/mask.ts";
import type { NeedKind } from "../domain/need_kinds.ts";
import { escapeControls, headAndTail } from "../domain/sanitize.ts";
import type { SessionView } from "../domain/query.ts";
import { KIND_WORDS } from "../domain/state_words.ts";
import { activityText } from "./about.ts";
import { isQuestion, markedSummary } from "./approval_words.ts";
import {
  type KnownSession,
  nameBeside,
  type NamedSession,
  openNames,
  sessionOfRequest,
  sessionsBeside,
} from "./names.ts";
import type { Need } from "./need_words.ts";
import { RISK_LOOKS } from "./states.ts";

/** A need that an event has brought. What it says, {@link Needs.open} knows: its session's row may come after its request. */
export type HeardNeed = Pick<Need, "key" | "kind" | "sessionId">;

interface OpenNeed extends HeardNeed {
  /** What it is about. */
  readonly of: { readonly approval: Approval } | { readonly session: SessionView };
}

/** Keys that are remembered after their need is over; the oldest are forgotten. */
const KEYS_KEPT = 2000;

export class Needs {
  #open = new Map<string, OpenNeed>();
  #known = new Set<string>();

  /** What is there already needs no notification. */
  seed(sessions: Iterable<SessionView>, approvals: Iterable<Approval> = []): void {
    for (const session of sessions) for (const key of keysOf(session)) this.#note(key);
    for (const { id } of approvals) this.#note(id);
  }

  /** @returns the need that `event` has brought, the first time */
  hear({ type, data }: { readonly type: string; readonly data: object }): HeardNeed | undefined {
    if (type.startsWith("approval.") && "approval" in data) return this.#approval(data.approval as Approval);
    if (!type.startsWith("session.") || !("session" in data)) return undefined;
    const session = data.session as SessionView;
    if (type !== "session.deleted" && session.status !== "closed" && session.lost !== true) return this.#row(session);
    for (const { key, sessionId } of this.#open.values()) if (sessionId === session.id) this.#open.delete(key);
    return undefined;
  }

  /**
   * Those of `needs` that are not over, in words. Left out are those that somebody has answered, or whose session does not
   * wait, or stand where its turn failed, any more.
   *
   * @param sessions as they are now: by them it is named as in the lists
   */
  open(needs: readonly HeardNeed[], sessions: Iterable<KnownSession>): readonly Need[] {
    const open = needs.flatMap(({ key }) => this.#open.get(key) ?? []);
    if (open.length === 0) return [];
    const all = sessionsBeside(open.map(({ of }) => namedBy(of)), sessions);
    const names = openNames(all);
    return open.map(({ key, kind, sessionId, of }): Need => {
      const name = names.get(sessionId) ?? nameBeside(namedBy(of), all.filter(({ status }) => status !== "closed"));
      const said = { key, kind, sessionId, name: harmless(name, NAME_CAP) };
      return "approval" in of
        ? { ...said, what: askedText(of.approval), approval: of.approval }
        : { ...said, what: harmless(activityText(withMasked(of.session)), WHAT_CAP) };
    });
  }

  #approval(approval: Approval): HeardNeed | undefined {
    const { id, sessionId, status } = approval;
    if (status === "pending") return this.#opened({ key: id, kind: "question", sessionId, of: { approval } });
    this.#open.delete(id);
    return undefined;
  }

  #row(session: SessionView): HeardNeed | undefined {
    const { id: sessionId, status } = session;
    const keys = keysOf(session);
    for (const need of this.#open.values()) {
      // A row's own need goes with its state, an approval's with the approval.
      if (need.sessionId === sessionId && "session" in need.of && !keys.includes(need.key)) this.#open.delete(need.key);
    }
    const kinds: Readonly<Partial<Record<SessionView["status"], NeedKind>>> = { waiting: "question", error: "failure" };
    const kind = kinds[status];
    if (kind === undefined) return undefined;
    if (kind === "failure" && session.parentId !== undefined) return undefined; // its parent sees it, and goes on
    if (session.status === "waiting" && session.waiting.approvalId !== undefined) {
      for (const key of keys) if (key !== session.waiting.approvalId) this.#note(key);
      return undefined; // the approval has events of its own
    }
    return this.#opened({ key: keys[0] ?? "", kind, sessionId, of: { session } });
  }

  #opened(need: OpenNeed): HeardNeed | undefined {
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
}

/** The row's own key, and that of the approval which it is about: an approval that expires leaves the same wait. */
function keysOf(session: SessionView): readonly string[] {
  const { id, status, since } = session;
  if (status === "error") return [`${id} error ${since}`];
  if (status !== "waiting") return [];
  const { approvalId } = session.waiting;
  return [`${id} waiting ${since}`, ...(approvalId === undefined ? [] : [approvalId])];
}

/** Both ends of names and of what is asked are kept, in so many UTF-16 units: fits a notification. */
const NAME_CAP = 40;
const WHAT_CAP = 160;

/** All that is known of a session that is not listed. */
function namedBy(of: OpenNeed["of"]): NamedSession {
  return "session" in of ? of.session : sessionOfRequest(of.approval);
}

/** As lists tell it, and whether it destroys something, which they tell in a column of their own. */
function askedText(approval: Approval): string {
  const text = harmless(markedSummary(approval) || KIND_WORDS[approval.for], WHAT_CAP);
  return riskNamed(approval.risk) === "destroys" && !isQuestion(approval)
    ? `${text} (${RISK_LOOKS.destroys.word})`
    : text;
}

/** A row's texts were masked before they were kept; what leaves the machine's lists is masked once more. */
function withMasked(session: SessionView): SessionView {
  if (session.status === "waiting") {
    return { ...session, waiting: { ...session.waiting, text: maskSecrets(session.waiting.text) } };
  }
  if (session.status !== "error") return session;
  return { ...session, error: { ...session.error, text: maskSecrets(session.error.text) } };
}

function harmless(text: string, cap: number): string {
  return headAndTail(escapeControls(maskSecrets(text)), cap);
}
