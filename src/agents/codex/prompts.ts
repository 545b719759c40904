/**
 * Prompts that go into Codex's threads, as if they were typed in its window, which shows them. One at a time in each
 * thread, and only where no turn runs: `turn/start` would add the prompt to a turn that does.
 */
import type { PromptListener } from "../../domain/session_prompt.ts";
import { type Fields, isFields, objectArrayField, objectField, stringField } from "../../lib/json_fields.ts";
import { setTimer } from "../../platform/clock.ts";
import type { Link } from "./json_rpc_link.ts";
import { turnError } from "./thread_codec.ts";
import type { CodexThreads } from "./thread_rows.ts";
import { TurnItems } from "./turn_items.ts";

type Ended = "finished" | "cancelled";

interface OpenPrompt {
  readonly link: Link;
  readonly threadId: string;
  readonly items: TurnItems;
  readonly settle: (end: Ended) => void;
  readonly fail: (why: unknown) => void;
  /** The thread is free. */
  readonly free: () => void;
  isSent: boolean;
  /** Codex's id of its turn. */
  turnId?: string;
  isInterrupted: boolean;
}

/** So long a thread may be busy before it, ms: nobody waits longer. */
const BUSY_MS = 86_400_000;
/** Codex says that it has taken it, ms. */
const START_MS = 30_000;
/** After so long a turn that was interrupted is over, whatever Codex says, ms. */
const CANCEL_MS = 10_000;
/** The end of a turn is told to those who are attached; who is not reads it, ms between the tries. */
const END_MS = [500, 1000, 3000];
/** Turns in which ours is looked for: the thread may go on at once. */
const LAST_TURNS = 5;

export class CodexPrompts {
  #threads: CodexThreads;
  /** By thread. */
  #open = new Map<string, OpenPrompt>();

  constructor(threads: CodexThreads) {
    this.#threads = threads;
  }

  async give(
    link: Link,
    threadId: string,
    text: string,
    listener: PromptListener,
    signal: AbortSignal,
  ): Promise<Ended> {
    signal.throwIfAborted();
    if (this.#open.has(threadId)) throw new Error("another prompt goes into this session now");
    const ended = Promise.withResolvers<Ended>();
    const free = Promise.withResolvers<void>();
    const prompt: OpenPrompt = {
      link,
      threadId,
      items: new TurnItems(listener),
      settle: ended.resolve,
      fail: ended.reject,
      free: free.resolve,
      isSent: false,
      isInterrupted: false,
    };
    this.#open.set(threadId, prompt);
    const onAbort = () => this.#cancel(prompt, signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    const noWait = setTimer(BUSY_MS, () => prompt.isSent || prompt.fail(new Error("it was busy for a day")));
    try {
      if (this.#threads.isBusy(threadId)) await Promise.race([free.promise, ended.promise]);
      listener.sending();
      prompt.isSent = true;
      await Promise.race([this.#start(prompt, text), ended.promise]);
      return await ended.promise;
    } finally {
      noWait();
      signal.removeEventListener("abort", onAbort);
      this.#open.delete(threadId);
      ended.promise.catch(() => {}); // where `sending` throws, nobody waits for it
    }
  }

  /** A notification of the server, behind those who keep the threads' states. */
  take(method: string, params: Fields): void {
    const prompt = this.#open.get(stringField(params, "threadId") ?? "");
    if (prompt === undefined) return;
    if (method === "thread/closed") return prompt.fail(new Error("Codex has closed the session"));
    if (method === "thread/status/changed") {
      if (this.#threads.isBusy(prompt.threadId)) return;
      return prompt.isSent ? void this.#readEnd(prompt) : prompt.free();
    }
    const turn = objectField(params, "turn");
    const turnId = turn === undefined ? stringField(params, "turnId") : stringField(turn, "id");
    if (prompt.turnId === undefined || turnId !== prompt.turnId) return;
    if (method === "turn/completed" && turn !== undefined) this.#completed(prompt, turn);
    else prompt.items.take(method, params);
  }

  /** The connection is gone, and is not waited for: what Codex does meanwhile is not told again. */
  drop(): void {
    for (const { isSent, fail } of this.#open.values()) {
      fail(new Error(`the connection to Codex was lost${isSent ? "" : " before it was sent"}`));
    }
  }

  async #start(prompt: OpenPrompt, text: string): Promise<void> {
    const { link, threadId } = prompt;
    // No settings of ours go along: the thread keeps its folder, its model and its permissions.
    const input = [{ type: "text", text, text_elements: [] }];
    const result = await link.request("turn/start", { threadId, input }, START_MS).catch((error: unknown) => {
      if (!(error instanceof DOMException)) throw error;
      throw new Error("Codex did not say whether it has taken the prompt");
    });
    const turn = isFields(result) ? objectField(result, "turn") : undefined;
    const turnId = turn && stringField(turn, "id");
    if (turnId === undefined) throw new Error("Codex did not say which turn it has begun");
    prompt.turnId = turnId;
    if (prompt.isInterrupted) this.#interrupt(prompt);
  }

  #cancel(prompt: OpenPrompt, why: unknown): void {
    if (!prompt.isSent) return prompt.fail(why);
    prompt.isInterrupted = true;
    this.#interrupt(prompt);
    setTimer(CANCEL_MS, () => prompt.fail(why));
  }

  #interrupt({ link, threadId, turnId }: OpenPrompt): void {
    if (turnId !== undefined) void link.call("turn/interrupt", { threadId, turnId });
  }

  async #readEnd(prompt: OpenPrompt): Promise<void> {
    const { link, threadId } = prompt;
    for (const wait of END_MS) {
      if (!await link.pause(wait) || this.#open.get(threadId) !== prompt) return;
      const result = await link.call("thread/turns/list", { threadId, limit: LAST_TURNS });
      const turns = isFields(result) ? objectArrayField(result, "data") ?? [] : [];
      const turn = turns.find(({ id }) => id === prompt.turnId);
      if (turn === undefined || turn["status"] === "inProgress") continue;
      // A turn that has just failed counts as interrupted until its error is on the disk.
      if (turn["status"] === "interrupted" && this.#threads.hasFailed(threadId)) continue;
      return this.#completed(prompt, turn);
    }
    if (this.#open.get(threadId) === prompt) prompt.fail(new Error("Codex does not say how its turn ended"));
  }

  #completed({ items, settle, fail }: OpenPrompt, turn: Fields): void {
    items.rest(turn);
    const status = stringField(turn, "status");
    if (status === "completed") settle("finished");
    else if (status === "interrupted") settle("cancelled");
    else fail(new Error(turnError(turn)?.text ?? "Codex could not go on"));
  }
}
