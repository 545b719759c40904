/** Agents whose hooks have Claude Code's format, each with a name of its own. */
import { FAMILY } from "../shared/agent_name.ts";
import type { AgentDescriptor } from "../shared/descriptor.ts";
import { CLAUDE_LIKE_TOOLS, claudeLike } from "./events.ts";
import { CLAUDE_LIKE_FILES } from "./files.ts";

export const claudeLikeAgents: AgentDescriptor = {
  name: FAMILY,
  adapter: claudeLike,
  files: CLAUDE_LIKE_FILES,
  tools: CLAUDE_LIKE_TOOLS,
};
