/**
 * Reports from the threads of Codex's app-server. Hooks may report the same sessions in more detail (prompts, tools,
 * requests), and this feed adds what they do not say. So each rule looks at the row first.
 */
import type { AgentEvent, Report } from "../../domain/report.ts";
import type { Facts, Session } from "../../domain/session.ts";
import type { Thread, ThreadStatus, TurnError } from "./thread_codec.ts";
import type { FeedPort } from "../shared/feed_port.ts";

const AGENT = "codex";

export class CodexThreads {
  #port: FeedPort;
  #threads = new Map<string, Thread>();
  #waited = new Set<string>();

  constructor(port: FeedPort) {
    this.#port = port;
  }

  knows(id: string): boolean {
    return this.#threads.has(id);
  }

  /** Whether `id` is a session or a sub-agent: Codex's own threads need no human. */
  isOpen(id: string): boolean {
    const kind = this.#threads.get(id)?.kind;
    return kind !== undefined && kind !== "hidden";
  }

  /** Whether `id` is a session that has a window: a prompt may go there. */
  isSession(id: string): boolean {
    return this.#threads.get(id)?.kind === "session";
  }

  /** Whether a turn of it runs now. */
  isBusy(id: string): boolean {
    const status = this.#threads.get(id)?.status;
    return status !== undefined && status !== "idle" && status !== "error";
  }

  /** Whether its last turn failed. */
  hasFailed(id: string): boolean {
    return this.#threads.get(id)?.status === "error";
  }

  /** The folder that thread `id` works in; one of its commands may run in another. */
  cwdOf(id: string): string | undefined {
    return this.#threads.get(id)?.facts.cwd;
  }

  /** A thread that began just now. Of a new one the hooks may have told more already: that its first turn runs. */
  started(thread: Thread): void {
    this.#threads.set(thread.id, thread);
    if (thread.kind !== "session") return;
    const row = this.#port.get(thread.id);
    const isKnown = !thread.begun && row !== undefined && row.status !== "closed";
    const event: AgentEvent = isKnown ? { kind: "noted" } : { kind: "announced", resumed: thread.begun };
    this.#report(thread, event, thread.facts);
  }

  /** A thread that was there when we looked. @returns as {@link changed} */
  found(thread: Thread): boolean {
    this.#threads.set(thread.id, thread);
    if (thread.kind === "session") {
      const row = this.#port.get(thread.id);
      if (row === undefined) this.#report(thread, { kind: "announced", resumed: thread.begun }, thread.facts);
      else if (isNew(thread.facts, row)) this.#report(thread, { kind: "noted" }, thread.facts);
    }
    return thread.status === undefined ? false : this.changed(thread.id, thread.status);
  }

  named(id: string, title: string): void {
    const thread = this.#threads.get(id);
    if (thread?.kind === "session" && this.#port.get(id)?.title !== title) {
      this.#report(thread, { kind: "noted" }, { title });
    }
  }

  /** @returns whether the turn failed just now, for a reason that the state alone does not give */
  changed(id: string, status: ThreadStatus): boolean {
    const thread = this.#threads.get(id);
    if (thread === undefined || thread.kind === "hidden") return false;
    this.#threads.set(id, { ...thread, status });
    const row = this.#port.get(id);
    const waited = this.#waited.delete(id);
    if (status === "approval" || status === "input") this.#waited.add(id);
    if (status === "error" && thread.kind === "session") {
      if (row?.status === "error") return false;
      this.#report(thread, { kind: "failed", error: "unknown", text: "Codex could not go on" });
      return true;
    }
    const event = thread.kind === "session" ? sessionEvent(status, row, waited) : subagentEvent(status, row, waited);
    if (event !== undefined) this.#report(thread, event);
    return false;
  }

  /** Why the turn failed; too late where the session has gone on. */
  explained(id: string, why: TurnError): void {
    const thread = this.#threads.get(id);
    const row = this.#port.get(id);
    if (thread?.kind !== "session" || row?.status !== "error") return;
    if (row.error.kind !== why.error || row.error.text !== why.text) this.#report(thread, { kind: "failed", ...why });
  }

  closed(id: string): void {
    const thread = this.#threads.get(id);
    this.#threads.delete(id);
    this.#waited.delete(id);
    const row = this.#port.get(id);
    if (thread?.kind !== "session" || row === undefined || row.status === "closed") return;
    const { cwd } = row;
    this.#report(thread, {
      kind: "ended",
      reason: "unloaded",
      reopenable: { command: ["codex", "resume", id], ...(cwd === undefined ? {} : { cwd }) },
    });
  }

  /** The process that ran the threads is gone: no turn goes on. */
  gone(): void {
    for (const id of [...this.#threads.keys()]) this.changed(id, "idle");
    this.#threads.clear();
  }

  /** What happened to thread `id`, as a report; undefined where it is no session's. */
  reportOf(id: string, event: AgentEvent): Report | undefined {
    const thread = this.#threads.get(id);
    return thread !== undefined && this.isOpen(id) ? reportOn(thread, event, {}) : undefined;
  }

  #report(thread: Thread, event: AgentEvent, facts: Facts = {}): void {
    this.#port.report(reportOn(thread, event, facts));
  }
}

function reportOn({ id, parentId, name }: Thread, event: AgentEvent, facts: Facts): Report {
  const whose = parentId === undefined
    ? { sessionId: id }
    : { sessionId: parentId, subagent: { id, type: name ?? "" } };
  return { agent: AGENT, facts, event, ...whose };
}

function sessionEvent(status: ThreadStatus, row: Session | undefined, waited: boolean): AgentEvent | undefined {
  const is = row?.status;
  switch (status) {
    case "approval":
    case "input":
      return is === "waiting" ? undefined : reminderOf(status);
    case "active":
      // A row that waits while no dialog is open waits for a hook that waits for our decision.
      if (is === "waiting") return waited ? { kind: "progress" } : undefined;
      return is === "working" ? undefined : { kind: "prompt", byUser: false };
    case "idle":
      return is === "working" || is === "waiting" ? { kind: "finished" } : undefined;
    case "error":
      return undefined;
  }
}

/** A sub-agent has a row only since it made a request. */
function subagentEvent(status: ThreadStatus, row: Session | undefined, waited: boolean): AgentEvent | undefined {
  const open = row !== undefined && row.status !== "closed";
  switch (status) {
    case "approval":
    case "input":
      return row?.status === "waiting" ? undefined : reminderOf(status);
    case "active":
      return open && waited ? { kind: "progress" } : undefined;
    case "idle":
    case "error":
      return open ? { kind: "ended", reason: "finished" } : undefined;
  }
}

function reminderOf(status: "approval" | "input"): AgentEvent {
  return status === "approval"
    ? { kind: "reminded", for: "permission", text: "Codex asks for an approval" }
    : { kind: "reminded", for: "question", text: "Codex asks a question" };
}

function isNew(facts: Facts, row: Session): boolean {
  return Object.entries(facts).some(([name, value]) => row[name as keyof Facts] !== value);
}
