/** The optional readers of what agents publish about themselves (section feeds). Where all are off they are not loaded. */
import type { Feature, FeatureContext } from "../core/service.ts";
import { feedPermissions } from "./permissions.ts";

export const feeds: Feature = {
  name: "feeds",
  permissions: ({ config, env }) => feedPermissions(config.feeds, env),
  create: (context) => {
    const service = new LateFeeds(context);
    return { service: { tick: () => service.tick(), stop: () => service.stop() } };
  },
};

/** Loads the readers at the first tick, when the first hello was answered. */
class LateFeeds {
  #context: FeatureContext;
  #feeds: import("./feeds.ts").Feeds | undefined;
  #stopped = false;

  constructor(context: FeatureContext) {
    this.#context = context;
  }

  async tick(): Promise<void> {
    if (this.#feeds !== undefined) return this.#feeds.look();
    const { booted, approvals } = this.#context;
    if (!Object.values(booted.feeds).includes(true)) return;
    const { Feeds, loadReaders } = await import("./feeds.ts");
    const readers = await loadReaders(booted.feeds);
    if (this.#stopped) return;
    const feeds = this.#feeds = new Feeds(this.#context, readers);
    approvals.askedByFeed = (agent, sessionId) => feeds.asks(agent, sessionId);
    feeds.start();
  }

  stop(): void {
    this.#stopped = true;
    this.#feeds?.stop();
  }
}
