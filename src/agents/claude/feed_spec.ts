/** Claude Code's status files: one for each of its processes. */
import { type AgentFeed, agentFolder } from "../shared/feed_spec.ts";

export const claudeFeed: AgentFeed = {
  agent: "claude",
  configKey: "claude_sessions",
  title: "Claude's status files",
  means: "Reads the status that Claude Code writes down for each of its processes: it tells at once of Esc, of No " +
    "and of dialogs for which no hook runs. The daemon may then read that folder.",
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
