/** Valid messages that fuzz begins with: calls of most methods, and what agents gave to their hooks when they were recorded. */
import { REPOSITORY } from "./harness.ts";
import type { Json } from "./wire.ts";

interface HookEvent {
  readonly agent: string;
  readonly event: Json;
}

/** Events of three agents, as their hooks got them. */
export const HOOK_EVENTS: readonly HookEvent[] = [
  ["claude", "claude/full"],
  ["claude", "claude/decisions"],
  ["codex", "codex/permissions"],
  ["gemini", "gemini/full"],
].flatMap(([agent, file]) =>
  Deno.readTextFileSync(`${REPOSITORY}/tests/fixtures/${file}.jsonl`).split("\n").filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as { stdin?: Json }).stdin)
    .flatMap((event) => event === undefined ? [] : [{ agent: agent!, event }])
);

const CALLS: readonly (readonly [method: string, params: Json])[] = [
  ["approval.add_rule", { decision: "deny", tool: "Bash", pattern: "none *", expiresInSecs: 60 }],
  ["approval.decide", { id: "none", decision: "approve", scope: "once", message: "ok" }],
  ["approval.evaluate", { command: "rm -rf build && git push", cwd: "/", tool: "Bash", agent: "claude" }],
  ["approval.list", { status: "all", sessionId: "s1" }],
  ["approval.request", { sessionId: "s1", tool: "Deploy", input: "to prod", reasoning: "why", waitSecs: 1 }],
  ["approval.revoke", { id: "none" }],
  ["approval.rules", {}],
  ["approval.wait", { id: "none" }],
  ["audit.head", {}],
  ["audit.tail", { limit: 10 }],
  ["config.get", {}],
  ["dump", {}],
  ["ping", {}],
  ["session.close", { sessionId: "s2", reason: "done" }],
  ["session.delete", { sessionId: "s2" }],
  ["session.get", { sessionId: "s1" }],
  ["session.history", { sessionId: "s1" }],
  ["session.list", { status: "waiting", agent: "claude", limit: 10 }],
  ["session.reopen", { sessionId: "s2" }],
  ["session.update", {
    sessionId: "s3",
    agent: "mine",
    title: "t",
    status: "working",
    text: "x",
    tags: ["a"],
    priority: 1,
  }],
  ["status", {}],
  ["subscribe", { topics: ["session", "approval"], since: 1 }],
  ["unsubscribe", { subscription: "s1" }],
];

/** Calls, as JSON-RPC has them; none stops the daemon. */
export const REQUESTS: readonly Json[] = [
  ...CALLS.map(([method, params]) => ({ jsonrpc: "2.0", id: 1, method, params })),
  ...HOOK_EVENTS.filter((_, at) => at % 4 === 0).map(({ agent, event }) => ({
    jsonrpc: "2.0",
    id: 2,
    method: "session.report",
    params: { agent, event, env: { TERM: "xterm" } },
  })),
];
