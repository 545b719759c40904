/** The lines of `watch`: what changed, one line each, nothing twice. Pure but for what it remembers. */
import { dim } from "@std/fmt/colors";
import type { WireEvent } from "../client/wire_client.ts";
import type { Approval } from "../domain/approval.ts";
import type { SessionView } from "../domain/query.ts";
import { visible } from "../domain/text.ts";
import type { Screen } from "../platform/stdio.ts";
import { gist, outcome } from "./approval_text.ts";
import { about, clockTime, fit, folder, paint, statusWord, SYMBOLS } from "./format.ts";

/** An open question and one that is over; other shapes than those of the sessions' states. */
const ASKED = "◆";
const OVER = "◇";

export class WatchLines {
  readonly #screen: Pick<Screen, "isTerminal" | "columns">;
  /** Open session → its line as it was shown last, and the name that it has there. */
  readonly #shown = new Map<string, { readonly line: string; readonly name: string }>();

  constructor(screen: Pick<Screen, "isTerminal" | "columns">) {
    this.#screen = screen;
  }

  /** What is there when the watch begins. */
  snapshot(sessions: readonly SessionView[], approvals: readonly Approval[]): string[] {
    this.#shown.clear();
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
      this.#shown.delete(id);
      return dim(`deleted ${visible(id)}`);
    }
    if (type.startsWith("session.")) return this.#session(data["session"] as SessionView);
    if (type.startsWith("approval.") && "approval" in data) return this.#approval(data["approval"] as Approval);
    return type.startsWith("daemon.") ? dim(visible(type)) : undefined;
  }

  #session(session: SessionView): string | undefined {
    const { id, agent, status } = session;
    const word = statusWord(session);
    const name = `${agent} ${session.title ?? folder(session.cwd)}`;
    const label = [...this.#shown].some(([other, shown]) => other !== id && shown.name === name)
      ? `${session.title ?? folder(session.cwd)} ${id.slice(0, 8)}`
      : session.title ?? folder(session.cwd);
    const line = paint(word, fit(`${SYMBOLS[word]} ${word}`, 10)) + this.#rest(agent, label, about(session));
    if (this.#shown.get(id)?.line === line) return undefined;
    if (status === "closed") this.#shown.delete(id);
    else this.#shown.set(id, { line, name });
    return line;
  }

  /** What is asked with the id to answer it by, then how it went. */
  #approval(approval: Approval): string {
    const open = approval.status === "pending";
    const left = paint(open ? "waiting" : "idle", fit(`${open ? ASKED : OVER} ${visible(approval.id)}`, 10));
    const what = visible(`${open ? approval.risk : outcome(approval)}  ${gist(approval)}`);
    return left + this.#rest(approval.agent, folder(approval.cwd), what);
  }

  /** Whose it is and what it is about, in the columns that are left. */
  #rest(agent: string, name: string, text: string): string {
    const { isTerminal, columns } = this.#screen;
    const wide = isTerminal && columns < 90 ? 10 : 18;
    const rest = `  ${fit(visible(agent), 7)} ${fit(visible(name), wide)}  ${text}`;
    return fit(rest, isTerminal ? columns - 20 : 200).trimEnd();
  }

  #at(time: string, line: string): string {
    return `${dim(`${fit(time, 8)}  `)}${line}`;
  }
}
