/** What reading the feeds takes of the sandbox. What is off adds nothing. Pure. */
import { AGENT_FEEDS } from "../agents/feeds.ts";
import type { AgentFeed } from "../agents/shared/feed_spec.ts";
import type { Permission } from "../platform/sandbox.ts";
import type { FeedSettings } from "./section.ts";

export function feedsThatAreOn(on: FeedSettings): readonly AgentFeed[] {
  return AGENT_FEEDS.filter(({ configKey }) => on[configKey] === true);
}

export function feedPermissions(on: FeedSettings, env: (name: string) => string | undefined): Permission[] {
  return feedsThatAreOn(on).flatMap(({ configKey, place, permissions }) => {
    const at = place(env);
    if (at === undefined) return [];
    return permissions(at).map((permission) => ({ ...permission, configKey: `feeds.${configKey}` }));
  });
}
