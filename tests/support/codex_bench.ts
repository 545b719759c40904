/** The feed of Codex's app-server between a double of it and rows in memory. */
import { assertEquals } from "@std/assert";
import { codex } from "../../src/agents/codex/events.ts";
import { CodexAppServerFeed } from "../../src/agents/codex/feed.ts";
import type { FeedPort, RequestDecision } from "../../src/agents/shared/feed_port.ts";
import type { GivePrompt } from "../../src/domain/session_prompt.ts";
import { dialWebSocket } from "../../src/platform/web_socket.ts";
import { Replay, statusLine } from "../contract/replay.ts";
import { FakeCodex } from "./fake_app_server.ts";
import { eventually } from "./harness_wait.ts";

/** A sub-agent of the recorded session. */
export const CHILD = "01a1f972-dd98-7402-ae03-425b980a5224";
export const WAIT_MS = 5000;

/** Of a daemon that knows nothing. */
export const noSessions: FeedPort = {
  sessions: () => [],
  get: () => undefined,
  children: () => [],
  isSeenAlive: () => false,
  now: () => "",
  report: () => {},
};

export class CodexBench {
  readonly codex: FakeCodex;
  readonly replay = new Replay(codex);
  readonly seen: string[] = [];
  readonly #root = Deno.makeTempDirSync();
  readonly #feed: CodexAppServerFeed;

  constructor(request?: (replay: Replay) => RequestDecision) {
    const path = `${this.#root}/codex.sock`;
    this.codex = new FakeCodex(path);
    const now = () => new Date().toISOString();
    this.#feed = new CodexAppServerFeed({
      guarded: (_what, action) => action(),
      clientInfo: { name: "agent-console", version: "0" },
      ...(request === undefined ? {} : { requestDecision: request(this.replay) }),
      dial: (events) => dialWebSocket(path, "codex.invalid", events),
      port: {
        sessions: () => this.replay.sessions(),
        get: (id) => this.replay.get(id),
        isSeenAlive: () => false,
        children: (id) => this.replay.children(id),
        now,
        report: (report) => {
          for (const row of this.replay.report(report, now())) this.seen.push(statusLine(row));
        },
      },
    });
  }

  start(): void {
    this.#feed.start();
  }

  asks(id: string): boolean {
    return this.#feed.bringsRequests(id);
  }

  wayInto(id: string): GivePrompt | undefined {
    return this.#feed.wayInto(id);
  }

  async is(id: string, status: string): Promise<void> {
    await eventually(() => this.replay.get(id)?.status === status, WAIT_MS, `${id} that is ${status}: ${this.seen}`);
  }

  /** Plays a step and waits for exactly these states of the session's row. */
  async step(name: string, ...states: readonly string[]): Promise<void> {
    const from = this.seen.length;
    const made = () => this.seen.slice(from).map((line) => line.slice(9));
    this.codex.play(name);
    await eventually(() => made().length >= states.length, WAIT_MS, `${name}: ${states}`);
    assertEquals(made().slice(0, states.length), states, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#feed.stop();
    await eventually(() => this.codex.clients === 0, WAIT_MS, "the end of the connection");
    await this.codex.stop();
    Deno.removeSync(this.#root, { recursive: true });
  }
}
