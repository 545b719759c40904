/** The readers that are on, each behind a guard of its own. */
import { errorBoundary } from "../agents/shared/error_boundary.ts";
import type { FeedPort } from "../agents/shared/feed_port.ts";
import type { AgentFeed, Feed, FeedContext } from "../agents/shared/feed_spec.ts";
import { commitReport } from "../core/apply_report.ts";
import type { FeatureContext } from "../core/service.ts";
import type { GivePrompt } from "../domain/session_prompt.ts";
import { rowForFeed } from "../domain/row_id.ts";
import { isSessionEvent } from "../domain/event.ts";
import { ownFiles } from "../platform/own_files.ts";
import { env, ownUid } from "../platform/process.ts";
import { dialWebSocket } from "../platform/web_socket.ts";
import { FEED } from "../protocol/actor.ts";
import { VERSION } from "../protocol/version.ts";
import { feedsThatAreOn } from "./permissions.ts";
import type { FeedSettings } from "./section.ts";

export type FeedsContext = FeatureContext<FeedSettings>;

/** An agent's reader, loaded and not yet made. */
interface Loaded {
  readonly spec: AgentFeed;
  readonly make: (context: FeedContext) => Feed;
}

/** Loads the readers that are on, and nothing of the others. */
export async function loadReaders(on: FeedSettings): Promise<readonly Loaded[]> {
  return await Promise.all(feedsThatAreOn(on).map(async (spec) => ({ spec, make: await spec.load() })));
}

export class Feeds {
  #context: FeedsContext;
  /** By the agent's name. */
  #running = new Map<string, Feed>();
  #endListening: () => void = () => {};

  /** What this daemon's sandbox does not let it read is left out. */
  constructor(context: FeedsContext, loaded: readonly Loaded[]) {
    this.#context = context;
    for (const each of loaded) this.#add(each, portOf(context, each.spec.agent));
    if (![...this.#running.values()].some((feed) => feed.rowChanged !== undefined)) return;
    const { bus, store } = context;
    this.#endListening = bus.listen(store.seq, new Set(["session"]), ({ event }) => {
      if (!isSessionEvent(event)) return;
      for (const feed of this.#running.values()) feed.rowChanged?.(event.data.session.id);
    });
  }

  /** Each on its own: where the place of one may not even be looked up, the others are created all the same. */
  #add({ spec, make }: Loaded, port: FeedPort): void {
    const { log, approvals, store } = this.#context;
    const guarded = errorBoundary({ log, feed: spec.configKey, off: () => this.#off(spec.agent) });
    guarded("the place", () => {
      const place = spec.place(env);
      if (place === undefined) return;
      const feed = make({
        place,
        port,
        files: ownFiles(ownUid()),
        guarded,
        requestDecision: (report, request, signal) =>
          approvals.requestDecision(rowForFeed(report, store), request, signal),
        dial: (host, events) => dialWebSocket(place, host, events),
        clientInfo: { name: "agent-console", version: VERSION },
      });
      this.#running.set(spec.agent, feed);
    });
  }

  start(): void {
    for (const feed of [...this.#running.values()]) feed.start?.();
    this.look();
  }

  look(): void {
    for (const feed of [...this.#running.values()]) feed.look?.();
  }

  /** Whether a feed brings this session's requests while the agent's own dialog is open. */
  bringsRequests(agent: string, sessionId: string): boolean {
    return this.#running.get(agent)?.bringsRequests?.(sessionId) === true;
  }

  /** The way into a session, where its feed offers one. */
  wayInto(agent: string, sessionId: string): GivePrompt | undefined {
    return this.#running.get(agent)?.wayInto?.(sessionId);
  }

  stop(): void {
    this.#endListening();
    for (const feed of this.#running.values()) feed.stop();
  }

  /** A daemon whose sandbox was made without a feed runs without it. */
  #off(agent: string): void {
    this.#running.get(agent)?.stop();
    this.#running.delete(agent);
  }
}

function portOf(context: FeedsContext, agent: string): FeedPort {
  const { store, now, log } = context;
  return {
    sessions: () => store.sessions(),
    get: (sessionId) => store.get(rowForFeed({ agent, sessionId }, store).sessionId),
    isSeenAlive: (pid) => store.processes.isSeenAlive(pid),
    children: (id) => store.children(id),
    now,
    report: (report) => {
      try {
        commitReport(context, rowForFeed(report, store), { actor: FEED });
      } catch (error) {
        log.debug("a feed's report was not taken", { error: String(error) }); // read-only: `status` says so, and hooks keep their events
      }
    },
  };
}
