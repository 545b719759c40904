/** The app-server that Codex keeps running for its windows, behind a unix socket or the link to it. */
import { type AgentFeed, agentFolder } from "../shared/feed_spec.ts";

/**
 * The name in the URL of the WebSocket: Deno wants net access to it although nothing is sent there. Names under .invalid
 * never resolve (RFC 6761), so that the permission opens no way into the network.
 */
const HOST = "codex.invalid";

export const codexFeed: AgentFeed = {
  agent: "codex",
  configKey: "codex_app_server",
  title: "Codex's app-server",
  means: "Listens to the daemon that Codex starts: sessions and their states without hooks and without trust, and " +
    "errors that no hook tells; and brings prompts into them. The daemon may then use that socket.",
  takesPrompts: true,
  place: (env) => {
    const folder = agentFolder(env, "CODEX_HOME", ".codex");
    return folder === undefined ? undefined : `${folder}/app-server-control/app-server-control.sock`;
  },
  permissions: (socket) => [
    { kind: "net", values: [`unix:${socket}`], reason: "Codex's control socket" },
    // Measured with Deno 2.9.6: an HTTP client over a unix socket wants all three, its WebSocket the URL's host as well.
    { kind: "net", values: [`${HOST}:80`], reason: "a name that leads nowhere" },
    { kind: "read", values: [socket], reason: "Deno wants it for the socket" },
    { kind: "write", values: [socket], reason: "Deno wants it for the socket" },
    { kind: "env", values: ["CODEX_HOME"], reason: "where it is" },
  ],
  load: async () => {
    const { CodexAppServerFeed } = await import("./feed.ts");
    return ({ port, requestDecision, guarded, dial, clientInfo }) =>
      new CodexAppServerFeed({
        port,
        requestDecision,
        guarded,
        dial: (events) => dial(HOST, events),
        clientInfo,
      });
  },
};
