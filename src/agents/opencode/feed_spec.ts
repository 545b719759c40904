/** OpenCode's own server, on the port that is OpenCode's default: a way for prompts. It tells nothing that the plugin does not. */
import type { AgentFeed } from "../shared/feed_spec.ts";
import { SERVER_ADDRESS } from "./server.ts";

const PASSWORD = "OPENCODE_SERVER_PASSWORD";
const USERNAME = "OPENCODE_SERVER_USERNAME";

export const opencodeFeed: AgentFeed = {
  agent: "opencode",
  configKey: "opencode_server",
  title: "OpenCode's server",
  means: `Brings prompts into sessions of an OpenCode that listens on ${SERVER_ADDRESS} (\`opencode --port 4096\`, ` +
    "`opencode serve`). The daemon may then connect to that address, and read the password that OpenCode takes from " +
    "the environment.",
  takesPrompts: true,
  tellsNothing: true,
  place: () => SERVER_ADDRESS,
  permissions: (address) => [
    { kind: "net", values: [address], reason: "OpenCode's server, on this machine" },
    { kind: "env", values: [PASSWORD, USERNAME], reason: "its password, where it has one" },
  ],
  load: async () => {
    const [{ OpenCodeServerFeed }, { OpenCodeServer }, { exchangeHttp, followHttpLines }, { env }] = await Promise.all([
      import("./feed.ts"),
      import("./server.ts"),
      import("../../platform/http_client.ts"),
      import("../../platform/process.ts"),
    ]);
    return ({ port }) => {
      const credentials = { username: env(USERNAME), password: env(PASSWORD) };
      const http = { exchange: exchangeHttp, follow: followHttpLines };
      return new OpenCodeServerFeed(port, new OpenCodeServer(http, credentials));
    };
  },
};
