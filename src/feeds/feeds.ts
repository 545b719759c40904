/** The readers that are on, each behind a guard of its own. */
import { isSessionEvent } from "../domain/event.ts";
import { commitReport } from "../core/apply_report.ts";
import type { FeatureContext } from "../core/service.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { env } from "../platform/process.ts";
import { dialWebSocket } from "../platform/web_socket.ts";
import { FEED } from "../protocol/actor.ts";
import { VERSION } from "../protocol/version.ts";
import { ClaudeSessionsFeed } from "../agents/claude/feed.ts";
import { CodexAppServerFeed } from "../agents/codex/feed.ts";
import { GeminiChatsFeed } from "../agents/gemini/feed.ts";
import { errorBoundary } from "../agents/shared/error_boundary.ts";
import { type FeedPaths, feedPaths } from "./places.ts";
import type { FeedPort, Guarded } from "../agents/shared/feed_port.ts";

const ALL_OFF = Object.freeze({ claude_sessions: false, codex_app_server: false, gemini_chats: false });

/** The keys of section feeds. */
type Name = keyof FeatureContext["booted"]["feeds"];

interface Feed {
  start?(): void;
  /** What is looked at although nobody told of a change. */
  look?(): void;
  stop(): void;
}

export class Feeds {
  #context: FeatureContext;
  #running = new Map<Name, Feed>();
  #codex: CodexAppServerFeed | undefined;

  /** What is off, or what this daemon's sandbox does not let it read, is left out. */
  constructor(context: FeatureContext) {
    this.#context = context;
    const { approvals, bus, store } = context;
    const port = portOf(context);
    this.#add("claude_sessions", ({ claudeSessions: folder }, guarded) => {
      return folder === undefined ? undefined : new ClaudeSessionsFeed({ folder, files: denoFiles, port, guarded });
    });
    this.#add("codex_app_server", ({ codexSocket }, guarded) => {
      if (codexSocket === undefined) return undefined;
      return this.#codex = new CodexAppServerFeed({
        port,
        ask: (report, ask, signal) => approvals.requestDecision(report, ask, signal),
        guarded,
        dial: (events) => dialWebSocket(codexSocket, events),
        clientInfo: { name: "agent-console", version: VERSION },
      });
    });
    this.#add("gemini_chats", ({ geminiChats: folder }, guarded) => {
      if (folder === undefined) return undefined;
      const gemini = new GeminiChatsFeed({ folder, files: denoFiles, port, guarded });
      bus.listen(store.seq, new Set(["session"]), ({ event }) => {
        if (isSessionEvent(event)) gemini.rowChanged(event.data.session.id);
      });
      return gemini;
    });
  }

  /** Each on its own: where one may not even ask for its place, the others are made all the same. */
  #add(name: Name, make: (places: FeedPaths, guarded: Guarded) => Feed | undefined): void {
    const { log, booted: { feeds } } = this.#context;
    const guarded = errorBoundary({ log, feed: name, off: () => this.#off(name) });
    guarded("the place", () => {
      const feed = make(feedPaths({ ...ALL_OFF, [name]: feeds[name] }, env), guarded);
      if (feed !== undefined) this.#running.set(name, feed);
    });
  }

  start(): void {
    for (const feed of [...this.#running.values()]) feed.start?.();
    this.look();
  }

  look(): void {
    for (const feed of [...this.#running.values()]) feed.look?.();
  }

  /** Whether a feed puts this session's questions to the human, beside the agent's own dialog. */
  asks(agent: string, sessionId: string): boolean {
    return agent === "codex" && this.#codex?.asks(sessionId) === true;
  }

  stop(): void {
    for (const feed of this.#running.values()) feed.stop();
  }

  /** A daemon whose sandbox was made without a feed goes on without it. */
  #off(name: Name): void {
    this.#running.get(name)?.stop();
    this.#running.delete(name);
  }
}

function portOf(context: FeatureContext): FeedPort {
  const { store, now, log } = context;
  return {
    sessions: () => store.sessions(),
    get: (id) => store.get(id),
    children: (id) => store.children(id),
    now,
    report: (report) => {
      try {
        commitReport(context, report, { actor: FEED });
      } catch (error) {
        log.debug("a feed's report was not taken", { error: String(error) }); // read-only: hooks say so aloud
      }
    },
  };
}
