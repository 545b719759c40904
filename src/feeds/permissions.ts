/** What reading the feeds takes of the sandbox. What is off adds nothing. Pure. */
import type { Config } from "../config/schema.ts";
import { type Permission, UNIX_WEB_SOCKET_HOST } from "../platform/sandbox.ts";
import { feedPaths } from "./places.ts";

export function feedPermissions(on: Config["feeds"], env: (name: string) => string | undefined): Permission[] {
  const { claudeSessions, codexSocket, geminiChats } = feedPaths(on, env);
  return [
    ...(claudeSessions === undefined ? [] : of("feeds.claude_sessions", [
      { kind: "read", values: [claudeSessions], reason: "Claude Code's status files" },
      { kind: "env", values: ["CLAUDE_CONFIG_DIR"], reason: "where they are" },
    ])),
    ...(codexSocket === undefined ? [] : of("feeds.codex_app_server", [
      { kind: "net", values: [`unix:${codexSocket}`], reason: "Codex's control socket" },
      // Measured with Deno 2.9.6: an HTTP client over a unix socket wants all three, its WebSocket the URL's host as well.
      { kind: "net", values: [`${UNIX_WEB_SOCKET_HOST}:80`], reason: "a name that leads nowhere" },
      { kind: "read", values: [codexSocket], reason: "Deno wants it for the socket" },
      { kind: "write", values: [codexSocket], reason: "Deno wants it for the socket" },
      { kind: "env", values: ["CODEX_HOME"], reason: "where it is" },
    ])),
    ...(geminiChats === undefined ? [] : of("feeds.gemini_chats", [
      { kind: "read", values: [geminiChats], reason: "Gemini CLI's conversations" },
      { kind: "env", values: ["GEMINI_CLI_HOME"], reason: "where they are" },
    ])),
  ];
}

function of(configKey: string, permissions: readonly Permission[]): Permission[] {
  return permissions.map((permission) => ({ ...permission, configKey }));
}
