/** The conversations that Gemini CLI keeps on the disk. */
import { type AgentFeed, agentFolder } from "../shared/feed_spec.ts";

export const geminiFeed: AgentFeed = {
  agent: "gemini",
  configKey: "gemini_chats",
  place: (env) => {
    const home = agentFolder(env, "GEMINI_CLI_HOME", ""); // in the place of the home folder
    return home === undefined ? undefined : `${home}/.gemini/tmp`;
  },
  permissions: (folder) => [
    { kind: "read", values: [folder], reason: "Gemini CLI's conversations" },
    { kind: "env", values: ["GEMINI_CLI_HOME"], reason: "where they are" },
  ],
  load: async () => {
    const { GeminiChatsFeed } = await import("./feed.ts");
    return ({ place, files, port, guarded }) => new GeminiChatsFeed({ folder: place, files, port, guarded });
  },
};
