/** The conversations that Gemini CLI keeps on the disk. */
import { type AgentFeed, agentFolder } from "../shared/feed_spec.ts";

export const geminiFeed: AgentFeed = {
  agent: "gemini",
  configKey: "gemini_chats",
  title: "Gemini CLI's conversations",
  means: "Reads on in the file of each conversation that works or waits: it tells at once of Esc, of No and of API " +
    "errors, which no hook tells. The daemon may then read `tmp` in Gemini CLI's folder.",
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
