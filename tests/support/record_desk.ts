/**
 * The desk that is shown in the README's pictures: invented events in the shape of the agents' own, put into a journal at
 * chosen times by the program's own store, so that the daemon that recovers it shows the same to everybody.
 */
import { testBus } from "./bus.ts";
import { adapterOf } from "../../src/agents/registry.ts";
import { Store } from "../../src/core/store.ts";
import { decideReport } from "../../src/domain/decide.ts";
import { routeReport } from "../../src/domain/report_routing.ts";
import { openJournal } from "../../src/journal/journal.ts";
import { systemTimers } from "../../src/platform/delay.ts";
import { denoFiles } from "../../src/platform/deno_files.ts";
import { sha256OfJournal } from "../../src/platform/hash.ts";

/** Seconds from the first event, the session's folder, the event's name and its other fields. */
type Act = readonly [number, string, string, Readonly<Record<string, unknown>>];

const bash = (command: string) => ({ tool_name: "Bash", tool_input: { command } });
const ask = (question: string) => ({
  tool_name: "AskUserQuestion",
  tool_input: { questions: [{ question, header: "", options: [{ label: "Yes" }, { label: "No" }] }] },
});

/** Whose session is in which folder; the others are Claude Code's. */
const AGENTS: Readonly<Record<string, string>> = { shop: "codex", docs: "gemini" };

const ACTS: readonly Act[] = [
  [0, "infra", "UserPromptSubmit", { prompt: "update the base images" }],
  [24, "infra", "StopFailure", { error: "rate_limit", last_assistant_message: "try again at 14:00" }],
  [131, "notes", "UserPromptSubmit", { prompt: "fix the links in the archive" }],
  [162, "notes", "PreToolUse", bash("lychee archive")],
  [214, "shop", "SessionStart", { source: "startup" }],
  [221, "shop", "UserPromptSubmit", { prompt: "add the orders table" }],
  [315, "notes", "Stop", { last_assistant_message: "All 31 links answer." }],
  [340, "parser", "UserPromptSubmit", { prompt: "find out why the fuzz test is slow" }],
  [352, "parser", "SubagentStart", { agent_id: "a1", agent_type: "general-purpose" }],
  [353, "parser", "SubagentStart", { agent_id: "a2", agent_type: "general-purpose" }],
  [425, "shop", "PreToolUse", bash("npx prisma migrate deploy")],
  [426, "shop", "PermissionRequest", bash("npx prisma migrate deploy")],
  [489, "web", "UserPromptSubmit", { prompt: "move the blog to /articles" }],
  [517, "web", "PermissionRequest", ask("Keep the old URLs as redirects?")],
  [565, "spike", "SessionStart", { source: "startup" }],
  [571, "docs", "BeforeAgent", { prompt: "describe the setup" }],
  [590, "docs", "BeforeTool", { tool_name: "write_file", tool_input: { file_path: "docs/setup.md", content: "" } }],
  [604, "parser", "PreToolUse", bash("deno test --filter fuzz")],
];

/** From the first event to the picture, ms. Each state is then at most 35 s older than whole minutes: a slow start shows the same. */
const UNTIL_PICTURE_MS = 640_000;

/** When the first event must have been for a picture that is taken at `now`, ms since the epoch. */
export function beginFor(now: number): number {
  return now - UNTIL_PICTURE_MS;
}

/** Writes the journal in `dir`, its first event at `begin` (ms since the epoch); gives the number of events. */
export async function writeDesk(dir: string, begin: number): Promise<number> {
  let now = begin;
  const clock = { now: () => now, steady: () => now };
  const store = new Store({ clock, bus: testBus(), idempotencyKeys: 1, staleAfterMs: () => 1_800_000 });
  const { journal } = openJournal({
    dir,
    files: denoFiles,
    sha256: sha256OfJournal,
    clock,
    timers: systemTimers,
    actor: "daemon",
    segmentBytes: 1_048_576,
    fsync: "never",
  }, { restore: (state) => store.restore(state), record: (record) => store.replay(record) });
  store.attach(journal);
  for (const [at, folder, hook_event_name, fields] of ACTS) {
    now = begin + at * 1000;
    const event = { session_id: idOf(folder), cwd: `/home/u/${folder}`, hook_event_name, ...fields };
    const agent = AGENTS[folder] ?? "claude";
    const understood = adapterOf(agent)?.understand(event, {}) ??
      { ok: false, problem: `the adapter ${agent} is missing` };
    if (!understood.ok) throw new Error(`Cannot set the desk: ${understood.problem}`);
    for (const report of routeReport(understood.report, store)) {
      store.commit(decideReport(store.get(report.sessionId), report, new Date(now).toISOString()), "hook:report");
    }
  }
  await journal.close();
  return ACTS.length;
}

/** An id that looks like one and is always the same. */
function idOf(folder: string): string {
  const hex = [...new TextEncoder().encode(folder.padEnd(16, "-"))]
    .map((byte) => (byte * 37 % 256).toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-9${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** What two agents ask while the picture of `approvals` is taken: params of `session.report`. */
export const ASKING: readonly {
  readonly agent: string;
  readonly event: unknown;
  readonly env: Record<string, string>;
}[] = [
  {
    agent: "codex",
    env: {},
    event: {
      session_id: idOf("shop"),
      transcript_path: "/home/u/.codex/sessions/shop.jsonl",
      cwd: "/home/u/shop",
      hook_event_name: "PermissionRequest",
      tool_name: "Bash",
      tool_input: {
        command: "npx prisma migrate deploy",
        description: "The new table must be there before the tests run.",
      },
    },
  },
  {
    agent: "claude",
    env: { CLAUDE_CODE_ENTRYPOINT: "cli" },
    event: {
      session_id: idOf("web"),
      cwd: "/home/u/web",
      hook_event_name: "PermissionRequest",
      ...bash("git push --force origin main"),
    },
  },
  {
    agent: "claude",
    env: { CLAUDE_CODE_ENTRYPOINT: "cli" },
    event: {
      session_id: idOf("notes"),
      cwd: "/home/u/notes",
      hook_event_name: "PermissionRequest",
      ...ask("Drop the 2019 posts?"),
    },
  },
];

/** Params of a `session.report` for each session that change nothing: after a restart a row is unproven until its agent speaks. */
export const SIGNS_OF_LIFE = [...new Set(ACTS.map(([, folder]) => folder))].map((folder) => ({
  agent: AGENTS[folder] ?? "claude",
  event: { session_id: idOf(folder), cwd: `/home/u/${folder}`, hook_event_name: "SignOfLife" },
}));
