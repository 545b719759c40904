/** The processes that are measured: the daemon in its own sandbox, as `daemon start` spawns it, and its counterpart. */
import { clientContext } from "../../src/client/endpoint.ts";
import { daemonProgram } from "../../src/client/prebuild.ts";
import { daemonLaunch } from "../../src/daemon/launch.ts";
import { BUILT } from "../../src/platform/prebuilt.ts";
import { thisProgram } from "../../src/platform/program.ts";
import { RUNTIME_ENV } from "../../src/platform/sandbox.ts";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import type { Running } from "../support/harness_process.ts";
import { ANSWERS, COMMANDS, nth, PROMPTS } from "./day_of_work.ts";
import { LineSocket } from "./line_socket.ts";

const encoder = new TextEncoder();

export const MAIN_URL = new URL(`file://${REPOSITORY}/main.ts`).href;
/** The URL of the client in the prebuilt form, whose daemon is what runs. */
export async function prebuiltMain(): Promise<string> {
  const given = { writable: [], auto: false };
  const { program, problem } = await daemonProgram(thisProgram(MAIN_URL), given);
  if (program.form !== "bundle") {
    throw new Error(`no prebuilt form to measure: ${problem ?? "AC_FROM_SOURCE is set"}`);
  }
  return new URL(BUILT.hook, `file://${program.entry.replaceAll("%", "%25")}`).href;
}

export const HELLO = line({ id: 1, method: "hello", params: { protocol: 1, client: "bench/1", kind: "bench" } });

export function line(message: Record<string, unknown>): Uint8Array {
  return encoder.encode(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\n");
}

/** Events of a turn: a prompt, calls before and after they ran, an answer. */
export const TURN_EVENTS = 12;

/** What Claude Code's hooks say while it works; each makes one event of one session. */
export function hookEvent(session: number, turn: number): Record<string, unknown> {
  return {
    session_id: `5f0f1f3e-7c0e-4a4b-9f6e-${String(session).padStart(12, "0")}`,
    transcript_path: `/home/u/.claude/projects/-home-u-project/bench-${session}.jsonl`,
    cwd: "/home/u/project",
    permission_mode: "default",
    ...eventOf(session + Math.floor((turn + 1) / 2), turn % TURN_EVENTS), // both events of a call name the same
  };
}

function eventOf(words: number, place: number): Record<string, unknown> {
  if (place === 0) return { hook_event_name: "UserPromptSubmit", prompt: nth(PROMPTS, words) };
  if (place === TURN_EVENTS - 1) {
    return { hook_event_name: "Stop", stop_hook_active: false, last_assistant_message: nth(ANSWERS, words) };
  }
  return {
    hook_event_name: place % 2 === 1 ? "PreToolUse" : "PostToolUse",
    tool_name: "Bash",
    tool_input: { command: nth(COMMANDS, words) },
    tool_use_id: `toolu_01${String(words).padStart(20, "0")}`,
    ...(place % 2 === 1 ? {} : { tool_response: { stdout: "ok", stderr: "", interrupted: false } }),
  };
}

export function report(session: number, turn: number, pid?: number): Uint8Array {
  const env = pid === undefined ? {} : { env: { CLAUDE_PID: String(pid) } };
  return line({
    id: 2,
    method: "session.report",
    params: { agent: "claude", event: hookEvent(session, turn), ...env },
  });
}

/** What a window says when its user changes a session; each makes one event. */
export function update(turn: number): Uint8Array {
  const params = { sessionId: "bench-updated", agent: "script", title: nth(PROMPTS, turn), priority: turn % 100 };
  return line({ id: 2, method: "session.update", params });
}

/** A process under measurement, ended by its pid. */
export interface Measured extends AsyncDisposable {
  readonly pid: number;
  readonly socketPath: string;
}

/** The words that start the daemon in `home`; `main` is the URL of the client that would spawn it. */
async function daemonArgv(home: TestHome, main = MAIN_URL): Promise<readonly string[]> {
  const context = clientContext({ program: thisProgram(main), home: home.dir, start: false });
  return (await daemonLaunch(context)).argv;
}

/** The words that start the counterpart. */
function echoArgv(socketPath: string): readonly string[] {
  return [Deno.execPath(), "run", "-A", `${REPOSITORY}/tests/bench/peers/echo.ts`, socketPath];
}

/** What is measured is more than clients without a token may add. */
const LIMITS = ["reportJournalBytes", "reportJournalBytesEach"].flatMap((name) => ["--limit", `${name}=${2 ** 31}`]);

/** Spawns the daemon in `home`, with further arguments, and waits for its answered hello. */
export async function startDaemon(home: TestHome, main = MAIN_URL, args: readonly string[] = []): Promise<Measured> {
  return await started(home, [...await daemonArgv(home, main), ...LIMITS, ...args], home.socketPath);
}

/** Spawns the counterpart and waits for its answer. */
export async function startEcho(home: TestHome): Promise<Measured> {
  const socketPath = `${home.root}/${crypto.randomUUID().slice(0, 8)}.sock`;
  return await started(home, echoArgv(socketPath), socketPath);
}

async function started(
  home: TestHome,
  argv: readonly string[],
  socketPath: string,
): Promise<Measured> {
  const process = home.spawnArgv(argv, { ...home.command([]).env, ...RUNTIME_ENV });
  try {
    const socket = await LineSocket.patiently(socketPath);
    await socket.write(HELLO);
    await socket.lines(1);
    socket.close();
  } catch (error) {
    await process[Symbol.asyncDispose]();
    throw new Error(`${error}; stderr ${process.stderr}`);
  }
  return { pid: process.pid, socketPath, [Symbol.asyncDispose]: () => end(process) };
}

/** Asks it to end, as a person would; a daemon then leaves a snapshot. */
async function end(process: Running): Promise<void> {
  process.kill("SIGTERM");
  await process.exit(15_000);
}

/** Reports `count` events, turn by turn over `sessions` sessions, as fast as the daemon takes them. */
export async function pour(
  socketPath: string,
  options: { readonly sessions: number; readonly count: number; readonly pids?: readonly number[] },
): Promise<void> {
  const { sessions, count, pids = [] } = options;
  const socket = await LineSocket.connect(socketPath);
  await socket.write(HELLO);
  await socket.lines(1);
  for (let sent = 0; sent < count;) {
    const batch: Uint8Array[] = [];
    for (; batch.length < 200 && sent < count; sent++) {
      batch.push(report(sent % sessions, Math.floor(sent / sessions), pids[sent % sessions]));
    }
    const writing = socket.write(encoder.encode(batch.map((bytes) => new TextDecoder().decode(bytes)).join("")));
    await socket.lines(batch.length);
    await writing;
  }
  socket.close();
}
