/** `run`, `submit`, `cancel`, `context`: prompts for the agents that the daemon runs, and what became of them. */
import { bold, dim } from "@std/fmt/colors";
import { type Prompt, submitTurn, type TurnRecord, withWorkspace } from "../../client/follow_turn.ts";
import { escapeControls, escapeControlsKeepLines } from "../../domain/sanitize.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { resolveFrom } from "../../platform/home_paths.ts";
import { currentFolder } from "../../platform/process.ts";
import { shellQuote } from "../../lib/shell_quote.ts";
import { stderrScreen, writeStderr, writeStdout } from "../../platform/stdio.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { MAX_RECENT_TURNS as MAX_RECENT } from "../../protocol/limits.ts";
import type { Tone } from "../../view/states.ts";
import { clockTime } from "../../view/times.ts";
import { ToldLines } from "../../view/told_lines.ts";
import { askedText, earlyEnd, planLine, RESUMED, toolLine } from "../../view/turn_words.ts";
import { withSetup } from "../agent_setup.ts";
import { call, type CommandContext, read } from "../context.ts";
import { resolveSession, resolveSessionOf } from "../resolve.ts";
import { stdinText } from "../stdin_text.ts";
import { withTilde } from "../tilde.ts";
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
  const prompt = { agent, cwd, folder: cwd, text: await promptOf(words) };
  await submitted(run, prompt, options).catch((error) => {
    throw withSetup(error, agent);
  });
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
  const { sessionId, folder } = await sessionOf(run, id);
  await submitted(run, { sessionId, folder, text: await promptOf(words) }, options);
}

/** @param id of a turn, or names a session: all turns of it then */
export async function cancelTurn(run: CommandContext, id: string): Promise<void> {
  const whose = await turnOrSession(run, id);
  const { cancelled } = await call(run, "turn.cancel", whose).catch((error) => {
    if (!("sessionId" in whose) || !(error instanceof ConsoleError) || error.kind !== "conflict") throw error;
    throw new ConsoleError("conflict", "no turn of the session runs", {
      hint: `agent-console session close ${whose.sessionId} ends the session itself`,
    });
  });
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
  if (turns.length === 0) run.out.note(noTurns(whose));
  for (const turn of turns) for (const line of turnLines(turn)) run.out.line(line);
}

/** Of sessions that agents run in terminals the daemon keeps no conversation. */
function noTurns(whose: { readonly sessionId?: string }): string {
  const { sessionId } = whose;
  if (sessionId === undefined) return "The daemon has run no turn yet.";
  return `The daemon keeps no turn of this session.\nhint: agent-console show ${shellQuote([sessionId])}`;
}

/** Told as it comes, until the turn is over; interrupted, it is cancelled. */
async function submitted(run: CommandContext, prompt: Prompt, { json, detach }: PromptOptions): Promise<void> {
  const { context, signal, out } = run;
  if (detach) {
    const { folder, ...params } = prompt;
    const { turnId } = await call(run, "turn.submit", withWorkspace(context, params, folder));
    return json ? out.json({ turnId }) : out.plain(turnId);
  }
  const lines = new ToldLines();
  const breakLine = () => void writeStdout(lines.broken());
  // A message and the text are one picture only in a terminal: in a pipe nothing is put into the text.
  const note = (text: string, tone?: Tone) => {
    if (out.screen.isTerminal) breakLine();
    out.note(text, tone);
  };
  const aside = (line: string) => {
    if (json || !stderrScreen().isTerminal) return;
    if (out.screen.isTerminal) breakLine();
    writeStderr(dim(line) + "\n");
  };
  let opened: string | undefined;
  for await (const told of submitTurn(context, prompt, signal)) {
    switch (told.kind) {
      case "started":
        if (prompt.sessionId === undefined) opened = told.sessionId;
        break;
      case "text":
        if (json) break;
        writeStdout(lines.said(told.text));
        break;
      case "asked":
        if (!json) {
          const [what = "", ...how] = askedText(told.approval).split("\n");
          note(what, "attention");
          note(how.join("\n"));
        }
        break;
      case "resumed":
        if (!json) note(RESUMED);
        break;
      case "tool":
      case "plan":
        for (const line of lines.asides(told)) aside(line);
        break;
      case "ended":
        breakLine();
        ended(run, told.turn, json);
        if (opened !== undefined) aside(`agent-console submit ${opened.slice(0, 8)} … goes on in its session`);
    }
  }
  if (!signal.aborted) return;
  breakLine();
  if (!json) out.note("cancelled");
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

/** As {@link turnOrSession}, of a turn its session. @throws {ConsoleError} `conflict` where it has none yet */
async function sessionOf(run: CommandContext, id: string): Promise<{ sessionId: string; folder: string | undefined }> {
  if (UUID.test(id)) {
    const { turns: [turn] } = await read(run, "turn.recent", { turnId: id });
    if (turn?.sessionId === null) {
      throw new ConsoleError("conflict", "the turn has no session yet", { hint: `agent-console context ${id}` });
    }
    if (turn !== undefined) return { sessionId: turn.sessionId, folder: turn.cwd };
  }
  const { session } = await resolveSessionOf(run, id);
  return { sessionId: session.id, folder: session.cwd };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function turnLines(turn: TurnRecord): string[] {
  const { agent, prompt, reply, submittedAt, status, error, tools, plan = [] } = turn;
  const { sessionId, cwd, source, resumed } = turn;
  const head = [
    `${clockTime(submittedAt)} ${agent}${status === "finished" ? "" : `, ${status}`}`,
    ...(sessionId === null ? [] : [`session ${sessionId.slice(0, 8)}`]),
    withTilde(cwd),
    `from ${source}`,
    ...(resumed ? ["went on behind a daemon's end"] : []),
  ];
  const did = tools.map((tool) => dim(toolLine(tool)));
  return [
    dim(escapeControls(head.join(" · "))),
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
