/** Where the feeds look: one answer for client and daemon. */
import { assertEquals } from "@std/assert";
import { AGENT_FEEDS } from "../../src/agents/feeds.ts";
import { feedPermissions, feedsThatAreOn } from "../../src/feeds/permissions.ts";
import { feedsSection } from "../../src/feeds/section.ts";

const ON = { claude_sessions: true, codex_app_server: true, gemini_chats: true, opencode_server: true };
const OFF = { claude_sessions: false, codex_app_server: false, gemini_chats: false, opencode_server: false };
const OPENCODE = "127.0.0.1:4096";
const SOCKET = "app-server-control/app-server-control.sock";

Deno.test("feeds: what is off has no place, and no variable is read for it", () => {
  const asked: string[] = [];
  const env = (name: string) => {
    asked.push(name);
    return name === "HOME" ? "/home/u" : undefined;
  };
  assertEquals(feedPermissions(OFF, env), []);
  assertEquals(asked, []);
  const [read] = feedPermissions({ ...OFF, claude_sessions: true }, env);
  assertEquals(read?.values, ["/home/u/.claude/sessions"]);
  assertEquals(asked, ["CLAUDE_CONFIG_DIR", "HOME"]);
});

Deno.test("feeds: the agents' own variables move them; relative values, and no HOME, count as absent", () => {
  const places = (env: Record<string, string>) => feedsThatAreOn(ON).map(({ place }) => place((name) => env[name]));
  assertEquals(places({ HOME: "/h/", CLAUDE_CONFIG_DIR: "/c//", CODEX_HOME: "/x", GEMINI_CLI_HOME: "/g" }), [
    "/c/sessions",
    `/x/${SOCKET}`,
    "/g/.gemini/tmp",
    OPENCODE,
  ]);
  assertEquals(places({ HOME: "/h/", CLAUDE_CONFIG_DIR: "c", CODEX_HOME: "", GEMINI_CLI_HOME: "./g" }), [
    "/h/.claude/sessions",
    `/h/.codex/${SOCKET}`,
    "/h/.gemini/tmp",
    OPENCODE,
  ]);
  assertEquals(places({}), [undefined, undefined, undefined, OPENCODE]);
});

Deno.test("feeds: OpenCode's server is one address of this machine, and no other", () => {
  const permissions = feedPermissions({ ...OFF, opencode_server: true }, () => undefined);
  assertEquals(permissions.map(({ kind, values }) => [kind, values]), [
    ["net", [OPENCODE]],
    ["env", ["OPENCODE_SERVER_PASSWORD", "OPENCODE_SERVER_USERNAME"]],
  ]);
});

Deno.test("feeds: the descriptors' keys are settings of section feeds", () => {
  const keys = AGENT_FEEDS.map(({ configKey }) => configKey);
  assertEquals(keys, Object.keys(ON));
  assertEquals(Object.keys(feedsSection.schema.entries), keys);
});
