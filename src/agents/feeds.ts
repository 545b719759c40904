/**
 * The feeds of the agents. A list of its own and not the registry: a client that starts a daemon needs it for the
 * sandbox, and no adapter.
 */
import { claudeFeed } from "./claude/feed_spec.ts";
import { codexFeed } from "./codex/feed_spec.ts";
import { geminiFeed } from "./gemini/feed_spec.ts";
import { opencodeFeed } from "./opencode/feed_spec.ts";
import type { AgentFeed } from "./shared/feed_spec.ts";

export const AGENT_FEEDS: readonly AgentFeed[] = [claudeFeed, codexFeed, geminiFeed, opencodeFeed];
