/**
 * A client of the app-server that Codex keeps running for its windows (feeds.codex_app_server): a WebSocket over a unix
 * socket. Every client gets the states of all threads without attaching, and needs no hooks and no trust. Only to
 * receive Codex's requests does it attach to threads. Silent while no Codex runs.
 */
import type { GivePrompt } from "../../domain/session_prompt.ts";
import { type Fields, isFields, stringField } from "../../lib/json_fields.ts";
import { setTimer } from "../../platform/clock.ts";
import { CodexPrompts } from "./prompts.ts";
import { CodexRequests } from "./requests.ts";
import { readStatus, readThread, readTurnError, threadIdIn, type ThreadStatus, titleOf } from "./thread_codec.ts";
import { CodexThreads } from "./thread_rows.ts";
import { type Dial, Link, type RequestId } from "./json_rpc_link.ts";
import type { FeedPort, Guarded, RequestDecision } from "../shared/feed_port.ts";
import type { Feed } from "../shared/feed_spec.ts";

/** Between two tries to connect, ms: doubling. */
const RETRY_MS = { first: 250, longest: 5000 };
/** A new thread, or the error of a turn, is on Codex's disk only after a moment: delays of the retries, ms. */
const AGAIN_MS = [250, 750, 2000];

export interface CodexFeedOptions {
  readonly port: FeedPort;
  readonly dial: Dial;
  /** Absent: the feed is passive, and only Codex's own window decides. */
  readonly requestDecision?: RequestDecision;
  readonly clientInfo: { readonly name: string; readonly version: string };
  readonly guarded: Guarded;
}

export class CodexAppServerFeed implements Required<Omit<Feed, "look" | "rowChanged">> {
  #o: CodexFeedOptions;
  #link: Link | undefined;
  #threads: CodexThreads;
  #requests: CodexRequests | undefined;
  #prompts: CodexPrompts;
  /** The threads that were attached to; true: their requests come to us. */
  #attached = new Map<string, boolean>();
  /** The threads that are being read now, each with its newest state. */
  #learning = new Map<string, { status: ThreadStatus | undefined; readonly done: Promise<void> }>();
  #retryMs = RETRY_MS.first;
  #stopped = false;

  constructor(options: CodexFeedOptions) {
    this.#o = options;
    this.#threads = new CodexThreads(options.port);
    this.#prompts = new CodexPrompts(this.#threads);
    if (options.requestDecision !== undefined) {
      this.#requests = new CodexRequests(options.requestDecision, this.#threads);
    }
  }

  start(): void {
    if (this.#stopped) return;
    this.#o.guarded("the socket", () => this.#connect());
    if (this.#link === undefined) this.#lost();
  }

  #connect(): void {
    const link: Link = new Link(this.#o.dial, {
      onOpen: () => void this.#greet(link),
      onMessage: (method, params) => {
        this.#take(link, method, params);
        this.#requests?.take(method, params);
        this.#prompts.take(method, params);
      },
      onRequest: (id, method, params) => this.#question(link, id, method, params),
      onClose: () => this.#lost(),
    });
    this.#link = link;
  }

  /** Whether this thread's questions come to us as well as to Codex's own window. */
  bringsRequests(threadId: string): boolean {
    return this.#attached.get(threadId) === true;
  }

  /** Through the connection that is there when it is gone. */
  wayInto(threadId: string): GivePrompt | undefined {
    if (this.#link === undefined || !this.#threads.isSession(threadId)) return undefined;
    return async (text, listener, signal) => {
      const link = this.#link;
      if (link === undefined) throw new Error("the connection to Codex was lost before it was sent");
      return await this.#prompts.give(link, threadId, text, listener, signal);
    };
  }

  stop(): void {
    this.#stopped = true;
    this.#link?.close();
  }

  async #greet(link: Link): Promise<void> {
    // Its result is checked for presence alone: names and paths of the server are not needed.
    const { clientInfo } = this.#o;
    if (await link.call("initialize", { clientInfo: { ...clientInfo, title: clientInfo.name } }) === undefined) {
      return link.close();
    }
    this.#retryMs = RETRY_MS.first;
    link.tell("initialized");
    const loaded = await link.call("thread/loaded/list", {});
    const ids: unknown = isFields(loaded) ? loaded["data"] : undefined;
    if (!Array.isArray(ids)) return;
    for (const threadId of ids) {
      const id = threadIdIn({ threadId }, "threadId");
      if (id !== undefined) void this.#learn(link, id);
    }
  }

  /** The connection has ended, or none came about. */
  #lost(): void {
    this.#link = undefined;
    this.#learning = new Map(); // calls of the old connection end with it
    this.#attached.clear();
    this.#requests?.drop();
    this.#prompts.drop();
    if (this.#stopped) return;
    // The first retry shows whether only the connection broke, or the process that runs the threads ended.
    if (this.#retryMs > RETRY_MS.first) this.#threads.gone();
    const wait = this.#retryMs;
    this.#retryMs = Math.min(wait * 2, RETRY_MS.longest);
    setTimer(wait, () => this.start());
  }

  #take(link: Link, method: string, params: Fields): void {
    const id = threadIdIn(params, "threadId");
    switch (method) {
      case "thread/started": {
        const thread = readThread(params["thread"]);
        if (thread !== undefined) this.#threads.started(thread);
        return;
      }
      case "thread/status/changed": {
        const status = readStatus(params["status"]);
        if (id !== undefined && status !== undefined) this.#changed(link, id, status);
        return;
      }
      case "thread/name/updated": {
        const title = titleOf(stringField(params, "threadName"));
        if (id !== undefined && title !== undefined) this.#threads.named(id, title);
        return;
      }
      case "thread/closed":
        if (id === undefined) return;
        this.#attached.delete(id); // until it is loaded and attached again only its hooks make requests
        this.#threads.closed(id);
    }
  }

  #changed(link: Link, id: string, status: ThreadStatus): void {
    if (!this.#threads.knows(id)) void this.#learn(link, id, status);
    else if (this.#threads.changed(id, status)) void this.#explain(link, id);
    else void this.#attach(link, id);
  }

  /** From then on its questions come to us too. It fails until the first turn is on Codex's disk. */
  async #attach(link: Link, id: string): Promise<void> {
    if (this.#requests === undefined || this.#attached.has(id) || !this.#threads.isOpen(id)) return;
    this.#attached.set(id, false);
    for (const again of AGAIN_MS) {
      if (await link.call("thread/resume", { threadId: id, excludeTurns: true }) !== undefined) {
        if (this.#attached.has(id)) this.#attached.set(id, true); // else it was closed meanwhile
        return;
      }
      if (!await link.pause(again)) return;
    }
    this.#attached.delete(id); // its next state is the next chance
  }

  /** Reads what kind of thread `id` is. A state that arrives meanwhile is newer than the one in the reply. */
  #learn(link: Link, id: string, status?: ThreadStatus): Promise<void> {
    const begun = this.#learning.get(id);
    if (begun !== undefined) {
      begun.status = status ?? begun.status;
      return begun.done;
    }
    const learning = this.#learning;
    const done = this.#read(link, id).finally(() => learning.delete(id));
    learning.set(id, { status, done });
    return done;
  }

  async #read(link: Link, id: string): Promise<void> {
    for (const again of [...AGAIN_MS, undefined]) {
      const result = await link.call("thread/read", { threadId: id, includeTurns: false });
      if (this.#link !== link) return;
      const thread = isFields(result) ? readThread(result["thread"]) : undefined;
      if (thread?.id === id) {
        const status = this.#learning.get(id)?.status ?? thread.status;
        const failed = this.#threads.found({ ...thread, ...(status === undefined ? {} : { status }) });
        return void (failed ? this.#explain(link, id) : this.#attach(link, id));
      }
      if (again === undefined || !await link.pause(again)) return;
    }
  }

  /** A sub-agent may make a request before it was announced. */
  #question(link: Link, id: RequestId, method: string, params: Fields): void {
    const thread = threadIdIn(params, "threadId");
    if (this.#requests === undefined || thread === undefined) return;
    const known = this.#threads.knows(thread) ? Promise.resolve() : this.#learn(link, thread);
    void this.#requests.put(link, { id, method, params, known });
  }

  async #explain(link: Link, id: string): Promise<void> {
    for (const again of AGAIN_MS) {
      if (!await link.pause(again)) return;
      const why = readTurnError(await link.call("thread/turns/list", { threadId: id, limit: 1 }));
      if (why !== undefined) return this.#threads.explained(id, why);
    }
  }
}
