/** Hook processes with the installed command line, fed with recorded events: agents as a daemon sees them. */
import { hookProgram } from "../../src/client/hook_program.ts";
import { clientContext } from "../../src/client/endpoint.ts";
import { thisProgram } from "../../src/platform/program.ts";
import { REPOSITORY, type TestHome } from "./harness.ts";
import { isForeign } from "./harness_program.ts";
import { type Line, readJournal } from "./harness_journal.ts";
import { Running } from "./harness_process.ts";
import { eventually } from "./harness_wait.ts";
import type { Json, RawClient } from "./wire.ts";

/** Claude's terminal UI: its dialog is on the screen while the hook runs. */
export const TUI = { CLAUDE_CODE_ENTRYPOINT: "cli" };
/** `claude -p`: nothing is on a screen, the hook blocks the agent. */
export const PRINT = { CLAUDE_CODE_ENTRYPOINT: "sdk-cli" };

/** The whole of what a hook prints for a plain yes or no. */
export const ALLOWED = '{"hookSpecificOutput":{"hookEventName":"PermissionRequest","decision":{"behavior":"allow"}}}\n';
export function deniedWith(message: string): string {
  return `{"hookSpecificOutput":{"hookEventName":"PermissionRequest","decision":${
    JSON.stringify({ behavior: "deny", message })
  }}}\n`;
}

interface Call {
  readonly session?: string;
  readonly command?: string;
  readonly description?: string;
  readonly tool?: string;
  readonly cwd?: string;
  /** Other members of the tool's input. */
  readonly more?: Json;
}

/** The first recorded event of that name, as another session's and about another call. */
export function recorded(agent: "claude" | "codex", name: string, call: Call = {}): Json {
  const file = agent === "claude" ? "claude/permission-waits" : "codex/permissions";
  const lines = Deno.readTextFileSync(`${REPOSITORY}/tests/fixtures/${file}.jsonl`).split("\n");
  const found = lines.filter((line) => line !== "").map((line) => JSON.parse(line) as { event?: string; stdin?: Json })
    .find(({ event }) => event === name)?.stdin;
  if (found === undefined) throw new Error(`${name} is not in the recording of ${agent}`);
  const { session = "s1", command = "touch a1", description, tool, cwd, more } = call;
  const input = {
    ...found["tool_input"] as Json,
    command,
    ...(description === undefined ? {} : { description }),
    ...more,
  };
  return {
    ...found,
    session_id: session,
    ...(cwd === undefined ? {} : { cwd }),
    ...("tool_input" in found ? { tool_input: input } : {}),
    ...("tool_name" in found && tool !== undefined ? { tool_name: tool } : {}),
    ...("tool_use_id" in found ? { tool_use_id: `id of ${command}` } : {}),
  };
}

/** The words that `hooks install` writes; those of the program under test where AC_PROGRAM names another. */
export function installedHook(home: TestHome): string[] {
  if (isForeign) return home.command([]).argv;
  const context = clientContext({ program: thisProgram(`file://${REPOSITORY}/main.ts`), home: home.dir, start: false });
  return hookProgram(context);
}

export interface HookOptions {
  readonly agent?: "claude" | "codex" | "custom";
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the hook with `event` on its stdin, in a folder of the agent's own. */
export function hook(home: TestHome, event: Json | string, { agent = "claude", env = TUI }: HookOptions = {}): Running {
  const cwd = `${home.root}/project`;
  Deno.mkdirSync(cwd, { recursive: true });
  const stdin = typeof event === "string" ? event : JSON.stringify(event);
  const { env: clean } = home.command([]);
  return new Running([...installedHook(home), "hook", agent], { env: { ...clean, ...env }, cwd, stdin });
}

/** A hook process that waits for its response. */
export interface Held extends AsyncDisposable {
  readonly hook: Running;
  readonly id: string;
}

/** Brings the session in mid-turn to the call, then starts the hook that asks, and waits until it is held. */
export async function held(
  home: TestHome,
  client: RawClient,
  call: Call & HookOptions & { readonly agent?: "claude" | "codex" } = {},
): Promise<Held> {
  const { agent = "claude", env = TUI } = call;
  const open = await pending(client);
  // A prompt in the same session would dismiss what it already asks: calls of one turn run side by side.
  const inTurn = open.some(({ sessionId }) => sessionId === (call.session ?? "s1"));
  for (const name of inTurn ? ["PreToolUse"] : ["UserPromptSubmit", "PreToolUse"]) {
    await client.request("session.report", { agent, event: recorded(agent, name, call), env });
  }
  const known = new Set(open.map(({ id }) => id));
  const process = hook(home, recorded(agent, "PermissionRequest", call), { agent, env });
  try {
    const sessionId = call.session ?? "s1";
    const id = await eventually(
      async () =>
        (await pending(client)).find((one) => one["sessionId"] === sessionId && !known.has(one["id"]))?.["id"],
      10_000,
      "the approval of a hook",
    );
    return { hook: process, id: String(id), [Symbol.asyncDispose]: () => process[Symbol.asyncDispose]() };
  } catch (error) {
    await process[Symbol.asyncDispose]();
    throw error;
  }
}

export async function pending(client: RawClient): Promise<Json[]> {
  return (await client.request("approval.list"))["approvals"] as Json[];
}

export async function approval(client: RawClient, id: string): Promise<Json> {
  const all = (await client.request("approval.list", { status: "all" }))["approvals"] as Json[];
  const found = all.find((one) => one["id"] === id);
  if (found === undefined) throw new Error(`approval ${id} is not in the list`);
  return found;
}

export async function row(client: RawClient, id = "s1"): Promise<Json> {
  return (await client.request("session.get", { sessionId: id }))["session"] as Json;
}

/** What the journal's files say became of an approval: its events, in their order. */
export function storyOf(home: TestHome, id: string): string[] {
  return readJournal(home).filter((line) => approvalIn(line)?.["id"] === id)
    .map((line) => `${line.type} ${approvalIn(line)?.["status"]}`);
}

/** The first record of that type about an approval. */
export function recordOf(home: TestHome, id: string, type: string): Line | undefined {
  return readJournal(home).find((line) => line.type === type && approvalIn(line)?.["id"] === id);
}

function approvalIn({ type, data }: Line): Json | undefined {
  return type.startsWith("approval.") ? data["approval"] as Json | undefined : undefined;
}

/** Windows that were just opened are among the clients: by their kind, which no connection of a test has. */
export async function watching(client: RawClient): Promise<void> {
  await eventually(
    async () => {
      const { byKind } = (await client.request("status"))["clients"] as { byKind: Readonly<Record<string, number>> };
      return (byKind["cli"] ?? 0) > 0;
    },
    20_000,
    "watch among the clients",
  );
}
