/**
 * One morning of seven agents, invented, in the shape of the agents' own hook events. The demo plays it, and the
 * pictures of the documentation are taken from it, so that they show the same sessions.
 */

/** One hook event. */
export interface Act {
  /** Seconds from the beginning of the story. */
  readonly at: number;
  /** The session's folder, which is also what it is called. */
  readonly session: string;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The params of a `session.report`. */
export interface StoryReport {
  readonly agent: string;
  readonly event: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string>>;
}

const act = (at: number, session: string, event: string, fields: Act["fields"] = {}): Act => ({
  at,
  session,
  event,
  fields,
});
const prompt = (text: string, turn?: string) => ({ prompt: text, ...(turn === undefined ? {} : { turn_id: turn }) });
const tool = (name: string, input: Act["fields"], call?: string) => ({
  tool_name: name,
  tool_input: input,
  ...(call === undefined ? {} : { tool_use_id: call }),
});
const bash = (command: string, call?: string) => tool("Bash", { command }, call);

const PUSH = bash("git push", "toolu_push");

/** What happens before the first of the requests that are open at the end. */
export const MORNING: readonly Act[] = [
  act(0, "blog", "UserPromptSubmit", prompt("fix the dead links in the archive")),
  act(12, "blog", "PreToolUse", bash("lychee archive")),
  act(18, "infra", "UserPromptSubmit", prompt("update the base images")),
  act(30, "infra", "PreToolUse", bash("docker build .")),
  act(48, "infra", "StopFailure", { error: "rate_limit", last_assistant_message: "again at 14:00" }),
  act(70, "shop", "SessionStart", { source: "startup" }),
  act(76, "shop", "UserPromptSubmit", prompt("fix the flaky cart test")),
  act(96, "shop", "PreToolUse", tool("Read", { file_path: `${folderOf("shop")}/cart_test.ts` })),
  act(151, "api", "UserPromptSubmit", prompt("upgrade the HTTP client", "turn-1")),
  act(190, "api", "PreToolUse", bash("npm outdated")),
  act(330, "shop", "PreToolUse", tool("Edit", { file_path: `${folderOf("shop")}/cart.ts` })),
  act(354, "blog", "Stop", { last_assistant_message: "All 31 links answer." }),
  act(470, "parser", "UserPromptSubmit", prompt("why is the fuzz test slow?")),
  act(482, "parser", "SubagentStart", { agent_id: "a1", agent_type: "Explore" }),
  act(500, "parser", "PreToolUse", bash("pytest")),
  act(540, "app", "UserPromptSubmit", prompt("move the app to the new router")),
  act(588, "docs", "BeforeAgent", prompt("describe the new login")),
  act(600, "docs", "BeforeTool", tool("write_file", { file_path: "docs/login.md", content: "# Login\n" })),
  act(618, "shop", "PreToolUse", bash("npm test")),
];

/** The requests that are open at the end, oldest first. Their agents wait for an answer. */
export const REQUESTS: readonly Act[] = [
  act(629, "api", "PermissionRequest", tool("Bash", { command: "npm ci", description: "Tests need the new client." })),
  act(
    640,
    "app",
    "PermissionRequest",
    tool("AskUserQuestion", {
      questions: [{ question: "Keep old links?", header: "", options: [{ label: "Yes" }, { label: "No" }] }],
    }),
  ),
  act(656, "shop", "PermissionRequest", PUSH),
];

/** How the session of the last request goes on: after a yes, and after a no. */
export function ending(allowed: boolean): readonly Act[] {
  return allowed
    ? [
      act(667, "shop", "PostToolUse", { ...PUSH, tool_response: { stdout: "", interrupted: false } }),
      act(671, "shop", "Stop", { last_assistant_message: "Fixed, tested and pushed." }),
    ]
    : [act(667, "shop", "Stop", { last_assistant_message: "Fixed, not pushed." })];
}

/** When the pictures are taken, seconds from the beginning of the story. */
export const PICTURE_AT = 660;

/** The agents of the sessions; the others are Claude Code's, in its terminal. */
const AGENTS: Readonly<Record<string, string>> = { api: "codex", docs: "gemini" };

export function reportOf({ session, event, fields }: Act): StoryReport {
  const agent = AGENTS[session] ?? "claude";
  return {
    agent,
    env: agent === "claude" ? { CLAUDE_CODE_ENTRYPOINT: "cli" } : {},
    event: { session_id: idOf(session), cwd: folderOf(session), hook_event_name: event, ...fields },
  };
}

function folderOf(session: string): string {
  return `/home/you/${session}`;
}

/** An id that looks like one and is always the same. */
function idOf(session: string): string {
  let mixed = [...session].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 65_521, 7);
  const hex = Array.from({ length: 16 }, () => {
    mixed = mixed * 75 % 65_537;
    return (mixed % 256).toString(16).padStart(2, "0");
  }).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-9${hex.slice(17, 20)}-${hex.slice(20)}`;
}
