/** The lines of `watch`: what changed, one line each, nothing twice. Pure but for what it remembers. */
import { dim } from "@std/fmt/colors";
import type { WireEvent } from "../client/wire_client.ts";
import { type Approval, riskNamed } from "../domain/approval.ts";
import type { SessionView } from "../domain/query.ts";
import { escapeControls } from "../domain/sanitize.ts";
import type { Screen } from "../platform/stdio.ts";
import { approvalSummary, HIDDEN_DIALOG_MARK, hidesItsDialog, outcomeText } from "./approval_text.ts";
import { activityText, clockTime, displayStatus, fit, paint, shortPath, SYMBOLS } from "./format.ts";

/** An open question and one that is over; other shapes than those of the sessions' states. */
const ASKED = "◆";
const OVER = "◇";

/** A session as people know it. */
interface Whose {
  readonly id: string;
  readonly agent: string;
  readonly name: string;
}

export class WatchLines {
  readonly #screen: Pick<Screen, "isTerminal" | "columns">;
  /** Open session → what was said of it last, and how it is called. */
  readonly #shown = new Map<string, { readonly said: string } & Omit<Whose, "id">>();
  /** How many of the open sessions are called so, by agent and name. */
  readonly #called = new Map<string, number>();

  constructor(screen: Pick<Screen, "isTerminal" | "columns">) {
    this.#screen = screen;
  }

  /** What is there when the watch begins. */
  snapshot(sessions: readonly SessionView[], approvals: readonly Approval[]): string[] {
    this.#shown.clear();
    this.#called.clear();
    return [
      ...sessions.filter(({ status }) => status !== "closed").map((session) => this.#session(session)),
      ...approvals.map((approval) => this.#approval(approval)),
    ].flatMap((line) => line === undefined ? [] : [this.#at("", line)]);
  }

  /** Undefined where people see no change. */
  event({ ts, type, data }: WireEvent): string | undefined {
    const line = this.#event(type, data);
    return line === undefined ? undefined : this.#at(ts === undefined ? "" : clockTime(ts), line);
  }

  #event(type: string, data: WireEvent["data"]): string | undefined {
    if (type === "session.deleted") {
      const { id } = data["session"] as SessionView;
      this.#show(id, undefined);
      return dim(`deleted ${escapeControls(id)}`);
    }
    if (type.startsWith("session.")) return this.#session(data["session"] as SessionView);
    if (type.startsWith("approval.") && "approval" in data) return this.#approval(data["approval"] as Approval);
    if (type === "daemon.safety_mode") {
      return paint("error", escapeControls(`safety mode ${data["mode"]}: ${data["reason"]}`));
    }
    return type.startsWith("daemon.") ? dim(escapeControls(type)) : undefined;
  }

  #session(session: SessionView): string | undefined {
    const { id, agent, status } = session;
    const word = displayStatus(session);
    const name = session.title ?? shortPath(session.cwd);
    const text = activityText(session);
    const said = [word, agent, name, text].join("\0");
    if (this.#shown.get(id)?.said === said) return undefined;
    this.#show(id, status === "closed" ? undefined : { said, agent, name });
    return paint(word, fit(`${SYMBOLS[word]} ${word}`, 10)) + this.#rest({ id, agent, name }, text);
  }

  /** The request with the id to decide it by, later its result. */
  #approval(approval: Approval): string {
    const { id, sessionId, agent, cwd } = approval;
    const open = approval.status === "pending";
    const left = paint(open ? "waiting" : "idle", fit(`${open ? ASKED : OVER} ${escapeControls(id)}`, 10));
    const word = open ? riskNamed(approval.risk) : outcomeText(approval);
    const what = escapeControls([word, approvalSummary(approval), ...(open ? markOf(approval) : [])].join("  "));
    const name = this.#shown.get(sessionId)?.name ?? shortPath(cwd);
    return left + this.#rest({ id: sessionId, agent, name }, what);
  }

  /** Whose it is and what it is about, in the columns that are left. */
  #rest({ id, agent, name }: Whose, text: string): string {
    const { isTerminal, columns } = this.#screen;
    const wide = isTerminal && columns < 90 ? 12 : 20;
    const label = this.#isAlone({ id, agent, name })
      ? fit(escapeControls(name), wide)
      : `${fit(escapeControls(name), wide - 9)} ${fit(escapeControls(id.slice(0, 8)), 8)}`;
    return fit(`  ${fit(escapeControls(agent), 7)} ${label}  ${text}`, isTerminal ? columns - 20 : 200).trimEnd();
  }

  /** @param now undefined: it is open no more */
  #show(id: string, now: ({ readonly said: string } & Omit<Whose, "id">) | undefined): void {
    const before = this.#shown.get(id);
    if (before !== undefined) this.#count(before, -1);
    if (now === undefined) this.#shown.delete(id);
    else {
      this.#shown.set(id, now);
      this.#count(now, 1);
    }
  }

  #count(whose: Omit<Whose, "id">, change: 1 | -1): void {
    const count = (this.#called.get(calledKey(whose)) ?? 0) + change;
    if (count === 0) this.#called.delete(calledKey(whose));
    else this.#called.set(calledKey(whose), count);
  }

  /** Whether no other open session is called the same. */
  #isAlone(whose: Whose): boolean {
    const own = this.#shown.get(whose.id);
    const itself = own !== undefined && calledKey(own) === calledKey(whose) ? 1 : 0;
    return (this.#called.get(calledKey(whose)) ?? 0) === itself;
  }

  #at(time: string, line: string): string {
    return `${dim(`${fit(time, 8)}  `)}${line}`;
  }
}

function calledKey({ agent, name }: Omit<Whose, "id">): string {
  return `${agent}\0${name}`;
}

/** Longest mark, UTF-16 units: what is longer tells what a command does, and is in the list. */
const MAX_MARK = 60;

/** How a command would run, where its agent says it in a few words: outside the sandbox. Behind it, as in the list. */
function markOf(approval: Approval): readonly string[] {
  const { action, detail = "" } = approval;
  const isShort = action === "command" && detail !== "" && detail.length <= MAX_MARK && !detail.includes("\n");
  return [...(isShort ? [detail] : []), ...(hidesItsDialog(approval) ? [HIDDEN_DIALOG_MARK] : [])];
}
