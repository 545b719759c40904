/** `run`, `submit`, `cancel`, `context`: prompts for the agents that the daemon runs, and what became of them. */
import { bold, dim } from "@std/fmt/colors";
import { type Prompt, submitTurn, type TurnRecord, withWorkspace } from "../../client/follow_turn.ts";
import { escapeControls, escapeControlsKeepLines } from "../../domain/sanitize.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { resolveFrom } from "../../platform/home_paths.ts";
import { currentFolder } from "../../platform/process.ts";
import { writeStdout } from "../../platform/stdio.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { MAX_RECENT_TURNS as MAX_RECENT } from "../../protocol/limits.ts";
import { clockTime } from "../../view/times.ts";
import { askedText, earlyEnd, planLine } from "../../view/turn_words.ts";
import { call, type CommandContext, read } from "../context.ts";
import { resolveSession, resolveSessionOf } from "../resolve.ts";
import { stdinText } from "../stdin_text.ts";
import { wholeNumber } from "../whole_number.ts";
import { CommandEnded } from "../tree/shared.ts";

export interface PromptOptions {
  readonly cwd?: string;
  readonly json?: boolean;
  /** Answers once it is queued. */
  readonly detach?: boolean;
}

/** A prompt for `agent` in a new session, told as it comes. @throws {CommandEnded} 1 where the turn did not finish */
export async function runAgent(
  run: CommandContext,
  agent: string,
  words: readonly string[],
  options: PromptOptions,
): Promise<void> {
  const cwd = workFolder(options.cwd);
  await submitted(run, { agent, cwd, folder: cwd, text: await promptOf(words) }, options);
}

/** @param given by --cwd @throws {ConsoleError} `usage` */
export function workFolder(given: string | undefined): string {
  const cwd = given === undefined ? currentFolder() : resolveFrom(given, currentFolder());
  if (["directory", "symlink"].includes(denoFiles.stat(cwd)?.kind ?? "")) return cwd;
  throw new ConsoleError("usage", `--cwd is "${escapeControls(cwd)}", which is no folder`);
}

/** A prompt for a session that is there. @throws {CommandEnded} as {@link runAgent} */
export async function submitPrompt(
  run: CommandContext,
  id: string,
  words: readonly string[],
  options: PromptOptions,
): Promise<void> {
  const { session: { id: sessionId, cwd: folder } } = await resolveSessionOf(run, id);
  await submitted(run, { sessionId, folder, text: await promptOf(words) }, options);
}

/** @param id of a turn, or names a session: all turns of it then */
export async function cancelTurn(run: CommandContext, id: string): Promise<void> {
  const { cancelled } = await call(run, "turn.cancel", await turnOrSession(run, id));
  run.out.note(cancelled.length === 1 ? "the turn is told to end" : `${cancelled.length} turns are told to end`);
}

export interface RecentOptions {
  readonly n: string;
  readonly json?: boolean;
}

export async function showContext(
  run: CommandContext,
  id: string | undefined,
  { n, json }: RecentOptions,
): Promise<void> {
  const limit = wholeNumber(n, "-n", MAX_RECENT);
  const whose = id === undefined ? {} : await turnOrSession(run, id);
  const { turns } = await read(run, "turn.recent", { ...whose, limit });
  if (json) return run.out.json({ turns });
  for (const turn of turns) for (const line of turnLines(turn)) run.out.line(line);
}

/** Told as it comes, until the turn is over; interrupted, it is cancelled. */
async function submitted(run: CommandContext, prompt: Prompt, { json, detach }: PromptOptions): Promise<void> {
  const { context, signal, out } = run;
  if (detach) {
    const { folder, ...params } = prompt;
    const { turnId } = await call(run, "turn.submit", withWorkspace(context, params, folder));
    return json ? out.json({ turnId }) : out.plain(turnId);
  }
  let isInLine = false;
  for await (const told of submitTurn(context, prompt, signal)) {
    if (told.kind === "text" && json !== true) {
      isInLine = !told.text.endsWith("\n");
      writeStdout(escapeControlsKeepLines(told.text));
    }
    if (told.kind === "asked" && json !== true) out.note(askedText(told.approval));
    if (told.kind !== "ended") continue;
    if (isInLine) writeStdout("\n");
    ended(run, told.turn, json);
  }
}

/** @throws {CommandEnded} 1 where it was cancelled @throws {ConsoleError} `failed` */
function ended({ out }: CommandContext, turn: TurnRecord | undefined, json?: boolean): void {
  if (json && turn !== undefined) out.json({ turn });
  if (turn?.status === "finished") {
    const early = earlyEnd(turn.stopReason);
    if (early !== undefined) out.note(early);
    return;
  }
  if (turn?.status !== "cancelled") {
    throw new ConsoleError("failed", escapeControlsKeepLines(turn?.error ?? "the turn is not known any more"));
  }
  out.note("the turn was cancelled");
  throw new CommandEnded(1);
}

/** `run -d` prints a whole id of a turn; anything else is a session. @throws {ConsoleError} as resolveSession */
async function turnOrSession(run: CommandContext, id: string): Promise<{ turnId: string } | { sessionId: string }> {
  if (UUID.test(id)) {
    const { turns } = await read(run, "turn.recent", { turnId: id });
    if (turns.length > 0) return { turnId: id };
  }
  return { sessionId: await resolveSession(run, id) };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function turnLines({ agent, prompt, reply, submittedAt, status, error, tools, plan = [] }: TurnRecord): string[] {
  const head = `${clockTime(submittedAt)} ${agent}${status === "finished" ? "" : `, ${status}`}`;
  const did = tools.map(({ name, text = "", status }) => dim(escapeControls(`  ${name} ${text} (${status})`)));
  return [
    dim(head),
    bold(escapeControls(prompt)),
    ...plan.map((step) => dim(planLine(step))),
    ...did,
    ...escapeControlsKeepLines(reply).split("\n").filter((line) => line !== ""),
    ...(error === undefined ? [] : escapeControlsKeepLines(`error: ${error}`).split("\n")),
  ];
}

/** The words, or stdin for `-`. @throws {ConsoleError} `usage` */
export async function promptOf(words: readonly string[], instead = "agent-console run AGENT PROMPT"): Promise<string> {
  const text = words.length === 1 && words[0] === "-" ? await stdinText(instead) : words.join(" ");
  if (text.trim() === "") throw new ConsoleError("usage", "the prompt is empty");
  return text;
}
