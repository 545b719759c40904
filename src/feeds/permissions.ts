/** What reading the feeds takes of the sandbox, and which open ways into sessions. What is off adds nothing. Pure. */
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

/** What opens ways into sessions of this agent, and whether it is on; undefined: nothing does. */
export function keyOfWays(
  agent: string,
  on: FeedSettings,
): { readonly key: string; readonly isOn: boolean } | undefined {
  const feed = AGENT_FEEDS.find((one) => one.agent === agent && one.takesPrompts);
  return feed === undefined ? undefined : { key: `feeds.${feed.configKey}`, isOn: on[feed.configKey] === true };
}

export function agentsWithWays(on: FeedSettings): readonly string[] {
  return feedsThatAreOn(on).flatMap(({ agent, takesPrompts }) => takesPrompts ? [agent] : []);
}
