/** What reading the feeds takes of the sandbox. What is off adds nothing. Pure. */
import { AGENTS } from "../agents/registry.ts";
import type { AgentDescriptor } from "../agents/shared/descriptor.ts";
import type { AgentFeed } from "../agents/shared/feed_spec.ts";
import type { Permission } from "../platform/sandbox.ts";

/** Section feeds: whether the reader of each key is on. */
export type FeedSwitches = Readonly<Record<string, boolean>>;

type Publishing = AgentDescriptor & { readonly feed: AgentFeed };

/** The agents whose feed is on. */
export function publishing(on: FeedSwitches): readonly Publishing[] {
  return AGENTS.filter((agent): agent is Publishing => agent.feed !== undefined && on[agent.feed.configKey] === true);
}

export function feedPermissions(on: FeedSwitches, env: (name: string) => string | undefined): Permission[] {
  return publishing(on).flatMap(({ feed }) => {
    const place = feed.place(env);
    if (place === undefined) return [];
    return feed.permissions(place).map((permission) => ({ ...permission, configKey: `feeds.${feed.configKey}` }));
  });
}
