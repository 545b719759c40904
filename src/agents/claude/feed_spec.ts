/** Claude Code's status files: one for each of its processes. */
import { type AgentFeed, agentFolder } from "../shared/feed_spec.ts";

export const claudeFeed: AgentFeed = {
  agent: "claude",
  configKey: "claude_sessions",
  place: (env) => {
    const folder = agentFolder(env, "CLAUDE_CONFIG_DIR", ".claude");
    return folder === undefined ? undefined : `${folder}/sessions`;
  },
  permissions: (folder) => [
    { kind: "read", values: [folder], reason: "Claude Code's status files" },
    { kind: "env", values: ["CLAUDE_CONFIG_DIR"], reason: "where they are" },
  ],
  load: async () => {
    const { ClaudeSessionsFeed } = await import("./feed.ts");
    return ({ place, files, port, guarded }) => new ClaudeSessionsFeed({ folder: place, files, port, guarded });
  },
};
