/** Hook processes with the installed command line, fed with recorded events: agents as a daemon sees them. */
import { HOOK_BUDGETS } from "../../src/client/hook.ts";
import { hookProgram } from "../../src/client/hook_program.ts";
import { clientContext } from "../../src/client/endpoint.ts";
import { thisProgram } from "../../src/platform/program.ts";
import { REPOSITORY, type TestHome } from "./harness.ts";
import { isForeign } from "./harness_program.ts";
import { type Line, readJournal } from "./harness_journal.ts";
import { exists } from "./exists.ts";
import { isAsleep, Running } from "./harness_process.ts";
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

/** What a pipe holds at once: of more, the hook's second for its stdin would be the test's, which is busy. */
const PIPE_BYTES = 65_536;

/** Starts the hook with `event` on its stdin, in a folder of the agent's own. */
export function hook(home: TestHome, event: Json | string, { agent = "claude", env = TUI }: HookOptions = {}): Running {
  const cwd = `${home.root}/project`;
  Deno.mkdirSync(cwd, { recursive: true });
  const stdin = typeof event === "string" ? event : JSON.stringify(event);
  const argv = [...installedHook(home), "hook", agent];
  const options = { env: { ...home.command([]).env, ...env }, cwd };
  if (stdin.length <= PIPE_BYTES) return new Running(argv, { ...options, stdin });
  const file = `${home.root}/event-${crypto.randomUUID()}.json`;
  Deno.writeTextFileSync(file, stdin);
  return new Running(["sh", "-c", 'exec "$@" < "$0"', file, ...argv], options);
}

/** A hook process that waits for its response. */
export interface Held extends AsyncDisposable {
  readonly hook: Running;
  readonly id: string;
}

/** What a busy machine may take for a hook's process, or for a daemon that looks again into its spool, ms. */
const BUSY_MS = 30_000;

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
  return await heldWith(home, client, recorded(agent, "PermissionRequest", call), { agent, env });
}

/** Starts a hook with an event that asks, and waits until it is held. */
export async function heldWith(home: TestHome, client: RawClient, event: Json, options?: HookOptions): Promise<Held> {
  const sessionId = event["agent_id"] ?? event["session_id"];
  const known = new Set((await everAsked(client)).map(({ id }) => id));
  // Where it is held for a second only, that may be over before it was looked for.
  const isHeld = (one: Json) => one["status"] === "pending" || one["status"] === "expired";
  const isNew = (one: Json) => one["sessionId"] === sessionId && !known.has(one["id"]) && isHeld(one);
  for (;;) {
    const process = hook(home, event, options);
    try {
      const idOf = async () => (await everAsked(client)).find(isNew)?.["id"] ?? process.ended;
      const id = await eventually(idOf, BUSY_MS, "the approval of a hook");
      if (id !== true) {
        await untilItWaits(process);
        return { hook: process, id: String(id), [Symbol.asyncDispose]: () => process[Symbol.asyncDispose]() };
      }
      const ended = await process.exit(BUSY_MS);
      const hadTime = ended.ms >= HOOK_BUDGETS.deliverMs;
      if (!await hasGivenUp(home) && !hadTime) throw new Error(`the hook is not held: ${JSON.stringify(ended)}`);
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
  }
}

/**
 * Whether a hook has ended because the daemon did not reply within the hook's 0.6 s, which a busy machine may take. So
 * will the next hooks, until the daemon has looked into its spool: that is waited for.
 */
export async function hasGivenUp(home: TestHome): Promise<boolean> {
  const marker = home.path("spool/daemon-hung");
  if (!exists(marker)) return false;
  await eventually(() => !exists(marker), BUSY_MS, "a daemon that replies to hooks again");
  return true;
}

/**
 * Until a hook whose approval is there has read that, and waits for the answer: a signal that comes before ends a hook
 * that has never been held. What the daemon has replied is there with the approval, so a hook that sleeps has read it.
 */
async function untilItWaits(process: Running): Promise<void> {
  let looks = 0;
  const isWaiting = () => (looks = isAsleep(process.pid) ? looks + 1 : 0) === 3;
  await eventually(() => isWaiting() || process.ended, BUSY_MS, "a hook that waits");
}

export async function pending(client: RawClient): Promise<Json[]> {
  return (await client.request("approval.list"))["approvals"] as Json[];
}

async function everAsked(client: RawClient): Promise<Json[]> {
  return (await client.request("approval.list", { status: "all" }))["approvals"] as Json[];
}

export async function approval(client: RawClient, id: string): Promise<Json> {
  const found = (await everAsked(client)).find((one) => one["id"] === id);
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

/** Until a window that was just opened hears what happens: to be among the clients it needs less. */
export async function watching(client: RawClient, watch: Running): Promise<void> {
  const sessionId = "heard"; // short: the window cuts names
  await client.request("session.update", { sessionId, agent: "custom", status: "working" });
  await watch.says(sessionId, BUSY_MS);
  await client.request("session.delete", { sessionId });
}
