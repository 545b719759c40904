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

const PUSH_REQUEST = act(656, "shop", "PermissionRequest", bash("git push", "toolu_push"));

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
  PUSH_REQUEST,
];

/** The answer to a request of the story. */
export interface StoryAnswer {
  readonly allowed: boolean;
  /** What was chosen, where it asked a question. */
  readonly chosen?: string | undefined;
}

/** How the session of a request goes on once it is answered; of the last one where no other is named. */
export function ending({ allowed, chosen }: StoryAnswer, request: Act = PUSH_REQUEST): readonly Act[] {
  const { at, session, fields } = request;
  const turn = session === "api" ? { turn_id: "turn-1" } : {};
  const said = act(at + (allowed ? 15 : 11), session, "Stop", {
    ...turn,
    last_assistant_message: lastWords(session, allowed, chosen),
  });
  if (!allowed) return [said];
  return [
    act(at + 11, session, "PostToolUse", { ...turn, ...fields, tool_response: { stdout: "", interrupted: false } }),
    said,
  ];
}

function lastWords(session: string, allowed: boolean, chosen: string | undefined): string {
  if (session === "api") return allowed ? "The HTTP client is upgraded." : "Not upgraded: its packages are missing.";
  if (session === "app") return allowed ? `Moved. Old links: ${chosen ?? "Yes"}.` : "Moved; old links as before.";
  return allowed ? "Fixed, tested and pushed." : "Fixed, not pushed.";
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
