/**
 * What the agents publish about themselves. A list of its own and not the registry: whoever starts a daemon asks it for the
 * sandbox, and needs no adapter for that.
 */
import { claudeFeed } from "./claude/feed_spec.ts";
import { codexFeed } from "./codex/feed_spec.ts";
import { geminiFeed } from "./gemini/feed_spec.ts";
import type { AgentFeed } from "./shared/feed_spec.ts";

export const AGENT_FEEDS: readonly AgentFeed[] = [claudeFeed, codexFeed, geminiFeed];
