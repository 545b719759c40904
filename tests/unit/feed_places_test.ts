/** Where the feeds look: one answer for client and daemon. */
import { assertEquals } from "@std/assert";
import { feedPaths } from "../../src/feeds/places.ts";

const ON = { claude_sessions: true, codex_app_server: true, gemini_chats: true };
const OFF = { claude_sessions: false, codex_app_server: false, gemini_chats: false };
const SOCKET = "app-server-control/app-server-control.sock";

Deno.test("feedPlaces: what is off has no place, and no variable is read for it", () => {
  const asked: string[] = [];
  const env = (name: string) => {
    asked.push(name);
    return name === "HOME" ? "/home/u" : undefined;
  };
  assertEquals(feedPaths(OFF, env), {});
  assertEquals(asked, []);
  assertEquals(feedPaths({ ...OFF, claude_sessions: true }, env), { claudeSessions: "/home/u/.claude/sessions" });
  assertEquals(asked, ["CLAUDE_CONFIG_DIR", "HOME"]);
});

Deno.test("feedPlaces: the agents' own variables move them; relative values, and no HOME, count as absent", () => {
  const places = (env: Record<string, string>) => feedPaths(ON, (name) => env[name]);
  assertEquals(places({ HOME: "/h/", CLAUDE_CONFIG_DIR: "/c//", CODEX_HOME: "/x", GEMINI_CLI_HOME: "/g" }), {
    claudeSessions: "/c/sessions",
    codexSocket: `/x/${SOCKET}`,
    geminiChats: "/g/.gemini/tmp",
  });
  assertEquals(places({ HOME: "/h/", CLAUDE_CONFIG_DIR: "c", CODEX_HOME: "", GEMINI_CLI_HOME: "./g" }), {
    claudeSessions: "/h/.claude/sessions",
    codexSocket: `/h/.codex/${SOCKET}`,
    geminiChats: "/h/.gemini/tmp",
  });
  assertEquals(places({}), {});
});
