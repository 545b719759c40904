/** What reading the feeds takes of the sandbox. What is off adds nothing. Pure. */
import { AGENT_FEEDS } from "../agents/feeds.ts";
import type { AgentFeed } from "../agents/shared/feed_spec.ts";
import type { Permission } from "../platform/sandbox.ts";

/** Section feeds: whether the reader of each key is on. */
export type FeedSwitches = Readonly<Record<string, boolean>>;

export function feedsThatAreOn(on: FeedSwitches): readonly AgentFeed[] {
  return AGENT_FEEDS.filter(({ configKey }) => on[configKey] === true);
}

export function feedPermissions(on: FeedSwitches, env: (name: string) => string | undefined): Permission[] {
  return feedsThatAreOn(on).flatMap(({ configKey, place, permissions }) => {
    const at = place(env);
    if (at === undefined) return [];
    return permissions(at).map((permission) => ({ ...permission, configKey: `feeds.${configKey}` }));
  });
}
