/** The optional readers of what agents publish about themselves (section feeds): started late, looked after by the ticks. */
import { feedPlaces } from "../config/feed_places.ts";
import { commitReport } from "../core/report.ts";
import type { Core } from "../core/handler.ts";
import { ClaudeSessionsFeed } from "../feeds/claude_sessions.ts";
import { CodexAppServerFeed } from "../feeds/codex_app_server.ts";
import type { AskHuman } from "../feeds/codex_questions.ts";
import { GeminiChatsFeed } from "../feeds/gemini_chats.ts";
import type { FeedPort } from "../feeds/ports.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { env } from "../platform/process.ts";
import type { Log } from "../platform/system.ts";
import { dialWebSocket } from "../platform/web_socket.ts";
import { VERSION } from "../protocol/version.ts";
import type { Settings } from "./settings.ts";

/** As whom a feed reports. */
const ACTOR = "feed:report";

export interface FeedsOptions {
  readonly core: Core;
  readonly settings: Pick<Settings, "booted">;
  readonly log: Log;
  /** Who answers Codex's questions, beside Codex's own window. */
  readonly ask: AskHuman;
}

export class Feeds {
  #log: Log;
  #claude: ClaudeSessionsFeed | undefined;
  #codex: CodexAppServerFeed | undefined;
  #gemini: GeminiChatsFeed | undefined;

  /** What is off, or what this daemon's sandbox does not let it read, is left out. */
  constructor({ core, settings, log, ask }: FeedsOptions) {
    this.#log = log;
    const port = portOf(core, log);
    this.#guarded(() => {
      const { claudeSessions, codexSocket, geminiChats } = feedPlaces(settings.booted.feeds, env);
      if (claudeSessions !== undefined) this.#claude = new ClaudeSessionsFeed(claudeSessions, denoFiles, port);
      if (codexSocket !== undefined) {
        this.#codex = new CodexAppServerFeed({
          port,
          ask,
          dial: (events) => dialWebSocket(codexSocket, events),
          clientInfo: { name: "agent-console", version: VERSION },
        });
      }
      if (geminiChats !== undefined) {
        const guarded = (action: () => void) => this.#guarded(action);
        this.#gemini = new GeminiChatsFeed({ folder: geminiChats, files: denoFiles, port, guarded });
        core.hub.onEvent = ({ sessionId }) => {
          if (sessionId !== null) this.#gemini?.rowChanged(sessionId);
        };
      }
    });
  }

  start(): void {
    this.#guarded(() => this.#codex?.start());
    this.look();
  }

  /** What is looked at although nobody told of a change. */
  look(): void {
    this.#guarded(() => {
      this.#claude?.look();
      this.#gemini?.look();
    });
  }

  /** Whether a feed puts this session's questions to the human, beside the agent's own dialog. */
  asks(agent: string, sessionId: string): boolean {
    return agent === "codex" && this.#codex?.asks(sessionId) === true;
  }

  stop(): void {
    this.#claude?.stop();
    this.#codex?.stop();
    this.#gemini?.stop();
  }

  /** A daemon whose sandbox was made without the feeds goes on without them. */
  #guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.stop();
      this.#claude = this.#codex = this.#gemini = undefined;
      this.#log.warn("the feeds are off: this daemon was started or built without their permissions", {
        error: String(error),
      });
    }
  }
}

function portOf(core: Core, log: Log): FeedPort {
  const { store } = core;
  return {
    sessions: () => store.sessions(),
    get: (id) => store.get(id),
    children: (id) => store.children(id),
    now: core.now,
    report: (report) => {
      try {
        commitReport(core, report, { actor: ACTOR });
      } catch (error) {
        log.debug("a feed's report was not taken", { error: String(error) }); // read-only: hooks say so aloud
      }
    },
  };
}
