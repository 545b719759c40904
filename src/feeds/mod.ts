/** The optional readers of what agents publish about themselves (section feeds). Where all are off they are not loaded. */
import type { Projection } from "../core/projection.ts";
import type { Feature } from "../core/service.ts";
import type { FeedsContext } from "./feeds.ts";
import { agentsWithWays, feedPermissions, keyOfWays } from "./permissions.ts";
import { feedsSection } from "./section.ts";

export const feeds: Feature<never, Projection, typeof feedsSection> = {
  name: "feeds",
  config: feedsSection,
  permissions: ({ settings, env }) => feedPermissions(settings, env),
  create: (context) => {
    const service = new LateFeeds(context);
    context.promptWays.openedBy = (agent) => keyOfWays(agent, context.settings.booted);
    const prompts = agentsWithWays(context.settings.booted);
    const status = () => prompts.length === 0 ? undefined : { prompts };
    return { service: { tick: () => service.tick(), status, stop: () => service.stop() } };
  },
};

declare module "../protocol/method_schemas.ts" {
  interface FeatureStatus {
    /** Absent where no feed that is on has ways into sessions. */
    readonly feeds?: {
      /** The agents whose sessions take prompts also where the daemon does not run them. */
      readonly prompts: readonly string[];
    };
  }
}

/** Loads the readers at the first tick, after the first hello had its reply. */
class LateFeeds {
  #context: FeedsContext;
  #feeds: import("./feeds.ts").Feeds | undefined;
  #stopped = false;

  constructor(context: FeedsContext) {
    this.#context = context;
  }

  async tick(): Promise<void> {
    if (this.#feeds !== undefined) return this.#feeds.look();
    const { settings, approvals, promptWays } = this.#context;
    if (!Object.values(settings.booted).includes(true)) return;
    const { Feeds, loadReaders } = await import("./feeds.ts");
    const readers = await loadReaders(settings.booted);
    if (this.#stopped) return;
    const feeds = this.#feeds = new Feeds(this.#context, readers);
    approvals.requestedByFeed = (agent, sessionId) => feeds.bringsRequests(agent, sessionId);
    promptWays.into = (agent, sessionId) => feeds.wayInto(agent, sessionId);
    feeds.start();
  }

  stop(): void {
    this.#stopped = true;
    this.#feeds?.stop();
  }
}
