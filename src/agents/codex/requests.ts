/** The open requests of Codex's threads, each until a decision, ours or that of somebody else. */
import { type Fields, optional, stringField } from "../../lib/json_fields.ts";
import { decisionOf, FileItems, readCodexRequest } from "./request_codec.ts";
import type { CodexThreads } from "./thread_rows.ts";
import type { RequestDecision } from "../shared/feed_port.ts";
import type { Link, RequestId } from "./json_rpc_link.ts";

interface Put {
  readonly id: RequestId;
  readonly method: string;
  readonly params: Fields;
  /** Resolves when it is known whose thread makes the request. */
  readonly known: Promise<void>;
}

export class CodexRequests {
  #requestDecision: RequestDecision;
  #threads: CodexThreads;
  #files = new FileItems();
  #open = new Map<RequestId, AbortController>();

  constructor(requestDecision: RequestDecision, threads: CodexThreads) {
    this.#requestDecision = requestDecision;
    this.#threads = threads;
  }

  /** A notification of the server. */
  take(method: string, params: Fields): void {
    if (method === "item/started" || method === "item/completed") return this.#files.take(method, params);
    if (method !== "serverRequest/resolved") return;
    const id = params["requestId"];
    if (typeof id === "number" || typeof id === "string") this.#open.get(id)?.abort();
  }

  /** An error is no decision: then only Codex's own window decides. */
  async put(link: Link, { id, method, params, known }: Put): Promise<void> {
    const incoming = readCodexRequest(method, params, this.#files.of(params));
    if (incoming === undefined || this.#open.has(id)) return;
    const controller = new AbortController();
    const { signal } = controller;
    this.#open.set(id, controller);
    try {
      await known;
      const threadId = stringField(params, "threadId") ?? "";
      const report = this.#threads.reportOf(threadId, incoming.event);
      if (report === undefined || signal.aborted) return;
      const request = { ...optional("cwd", this.#threads.cwdOf(threadId)), ...incoming.request };
      const decision = await this.#requestDecision(report, request, signal);
      if (decision !== undefined && !signal.aborted) link.reply(id, { decision: decisionOf(decision, params) });
    } catch {
      // as without a decision
    } finally {
      if (this.#open.get(id) === controller) this.#open.delete(id);
    }
  }

  /** The connection is gone: no reply would arrive, and no event reports that an item is done. */
  drop(): void {
    for (const controller of this.#open.values()) controller.abort();
    this.#open.clear();
    this.#files.clear();
  }
}
