/** Brings a session's terminal to the front, as far as its terminal can be told to. */
import type { Session } from "../domain/session.ts";
import { jumpTo } from "../domain/terminal_jump.ts";
import {
  attach,
  findPane,
  listClients,
  readClients,
  selectPane,
  socketOfTmux,
  switchClient,
  type TmuxPane,
} from "../domain/tmux.ts";
import { checkSocketFolder, checkSocketObject } from "../platform/path_safety.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { namedEnv, userEnv } from "../platform/environment.ts";
import { findProgram } from "../platform/find_program.ts";
import { ownUid, run } from "../platform/process.ts";

export type JumpOutcome =
  /** `how`: where it is now, for people. */
  | { readonly kind: "shown"; readonly how: string }
  /** A person can run this. */
  | { readonly kind: "command"; readonly argv: readonly string[] }
  /** `why`: where a jump was tried, what went wrong. */
  | { readonly kind: "unreachable"; readonly why?: string };

/** For each program, ms. */
const STEP_MS = 3000;

/** @param signal ends it */
export async function goToTerminal({ terminal }: Session, signal: AbortSignal): Promise<JumpOutcome> {
  const jump = jumpTo(terminal, ownUid());
  if (jump === undefined) {
    if (terminal?.tmuxSocket === undefined) return { kind: "unreachable" };
    return { kind: "unreachable", why: "its tmux server does not listen in tmux's own folder, so it is not spoken to" };
  }
  if (jump.kind === "tmux") return await goToPane(jump.at, signal);
  const done = await step(jump.program, jump.args, signal);
  if (done.ok) return { kind: "shown", how: `${terminal?.program ?? jump.program} shows it` };
  return jump.otherwise === undefined
    ? { kind: "unreachable", why: done.why }
    : { kind: "command", argv: jump.otherwise };
}

async function goToPane(at: TmuxPane, signal: AbortSignal): Promise<JumpOutcome> {
  const unsafe = socketProblem(at.socket);
  if (unsafe !== undefined) return { kind: "unreachable", why: unsafe };
  const tmux = (args: readonly string[]) => step("tmux", args, signal);
  const found = await tmux(findPane(at));
  if (!found.ok) return { kind: "unreachable", why: found.why };
  const [, session, window] = /^(\$\d+) (@\d+)\s*$/.exec(found.stdout) ?? [];
  // tmux answers for a pane that is gone as well, with nothing.
  if (session === undefined || window === undefined) return { kind: "unreachable", why: `tmux has no pane ${at.pane}` };
  for (const args of selectPane(at, session, window)) {
    const done = await tmux(args);
    if (!done.ok) return { kind: "unreachable", why: done.why };
  }
  const listed = await tmux(listClients(at.socket));
  const clients = listed.ok ? readClients(listed.stdout) : [];
  const client = await ownClient(at.socket, clients, tmux) ?? clients.find((one) => one.session === session) ??
    clients[0];
  if (client === undefined) return { kind: "command", argv: attach(at, session) };
  if (client.session !== session) {
    const done = await tmux(switchClient(at.socket, client.name, session));
    if (!done.ok) return { kind: "unreachable", why: done.why };
  }
  return { kind: "shown", how: `tmux shows it on ${client.name}` };
}

/** The client that we are called from, where that is one of this server: the one whose pane is ours. */
async function ownClient(
  socket: string,
  clients: ReturnType<typeof readClients>,
  tmux: (args: readonly string[]) => Promise<StepResult>,
): Promise<ReturnType<typeof readClients>[number] | undefined> {
  const { TMUX = "", TMUX_PANE = "" } = namedEnv(["TMUX", "TMUX_PANE"]);
  if (socketOfTmux(TMUX) !== socket || !/^%\d{1,9}$/.test(TMUX_PANE)) return undefined;
  const asked = await tmux(findPane({ socket, pane: TMUX_PANE }));
  const session = asked.ok ? asked.stdout.split(" ")[0] : undefined;
  return clients.find((one) => one.session === session);
}

/** A socket that others may replace could be anybody's server, and the tmux client does much of what its server says. */
function socketProblem(path: string): string | undefined {
  const uid = ownUid();
  const folder = path.slice(0, path.lastIndexOf("/"));
  const [socket, around] = [denoFiles.stat(path), denoFiles.stat(folder)];
  if (socket === undefined || around === undefined) return `no tmux server listens on ${path}`;
  const problem = checkSocketObject(socket, uid);
  if (problem !== undefined) return `${path} ${problem}`;
  const folderProblem = checkSocketFolder(around, uid);
  return folderProblem === undefined ? undefined : `${folder} ${folderProblem}`;
}

type StepResult =
  | { readonly ok: true; readonly stdout: string }
  | { readonly ok: false; readonly why: string };

async function step(name: string, args: readonly string[], signal: AbortSignal): Promise<StepResult> {
  const program = findProgram(name);
  if (program === undefined) return { ok: false, why: `${name} is in no folder of PATH` };
  try {
    const { code, stdout, stderr } = await run([program, ...args], {
      env: userEnv(),
      cwd: "/",
      signal: AbortSignal.any([signal, AbortSignal.timeout(STEP_MS)]),
    });
    return code === 0 ? { ok: true, stdout } : { ok: false, why: `${name}: ${stderr.trim() || `exit code ${code}`}` };
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, why: `${name}: ${error instanceof Error ? error.message : String(error)}` };
  }
}
