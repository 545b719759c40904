/** `run`, `submit`, `cancel`, `context`: prompts for the agents that the daemon runs, and what became of them. */
import { bold, dim } from "@std/fmt/colors";
import { follow } from "../../client/follow.ts";
import type { WireEvent } from "../../client/wire_client.ts";
import { escapeControls, escapeControlsKeepLines } from "../../domain/sanitize.ts";
import { currentFolder } from "../../platform/process.ts";
import { stdinChunks, writeStdout } from "../../platform/stdio.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { ParamsOf, ResultOf } from "../../protocol/method_schemas.ts";
import { clockTime } from "../../view/times.ts";
import { call, type CommandContext, read } from "../context.ts";
import { resolveSession } from "../resolve.ts";
import { CommandEnded } from "../tree/shared.ts";

type Turn = ResultOf<"turn.recent">["turns"][number];
type Submitted = ParamsOf<"turn.submit">;

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
  const cwd = options.cwd === undefined ? currentFolder() : absolute(options.cwd);
  await submitted(run, { agent, cwd, text: await promptOf(words) }, options);
}

/** A prompt for a session that the daemon runs. @throws {CommandEnded} as {@link runAgent} */
export async function submitPrompt(
  run: CommandContext,
  id: string,
  words: readonly string[],
  options: PromptOptions,
): Promise<void> {
  const sessionId = await resolveSession(run, id);
  await submitted(run, { sessionId, text: await promptOf(words) }, options);
}

export async function cancelTurn(run: CommandContext, id: string): Promise<void> {
  const sessionId = await resolveSession(run, id);
  const { cancelled } = await call(run, "turn.cancel", { sessionId });
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
  const limit = Number(n);
  if (!Number.isInteger(limit) || limit < 1) throw new ConsoleError("usage", `-n is "${n}", expected a number from 1`);
  const session = id === undefined ? {} : { sessionId: await resolveSession(run, id) };
  const { turns } = await read(run, "turn.recent", { ...session, limit });
  if (json) return run.out.json({ turns });
  for (const turn of turns) for (const line of turnLines(turn)) run.out.line(line);
}

/** Told as it comes, until the turn is over; interrupted, it is cancelled. */
async function submitted(run: CommandContext, params: Submitted, { json, detach }: PromptOptions): Promise<void> {
  const { context, signal, out } = run;
  if (detach) {
    const { turnId } = await call(run, "turn.submit", params);
    return json ? out.json({ turnId }) : out.plain(turnId);
  }
  const told = new TurnOutput(json === true);
  let turnId: string | undefined;
  for await (const one of follow({ context, signal, topics: ["turn"] })) {
    if (one.kind === "snapshot" && turnId === undefined) turnId = (await call(run, "turn.submit", params)).turnId;
    // What was missed meanwhile is in the record.
    if (one.kind === "snapshot" && one.resync && turnId !== undefined) return await ended(run, turnId, told, json);
    if (one.kind !== "event" || turnOf(one.event) !== turnId) continue;
    told.hear(one.event);
    if (one.event.type === "turn.ended") return await ended(run, turnId, told, json);
  }
  // A context of its own: this one was interrupted.
  if (turnId !== undefined) await call({ ...run, signal: new AbortController().signal }, "turn.cancel", { turnId });
}

async function ended(run: CommandContext, turnId: string | undefined, told: TurnOutput, json?: boolean): Promise<void> {
  const { turns } = await read(run, "turn.recent", turnId === undefined ? {} : { turnId });
  const turn = turns.find(({ id }) => id === turnId);
  told.end();
  if (json && turn !== undefined) run.out.json({ turn });
  if (turn?.status === "finished") return;
  if (turn?.status === "cancelled") run.out.note("the turn was cancelled");
  else throw new ConsoleError("failed", escapeControlsKeepLines(turn?.error ?? "the turn is not known any more"));
  throw new CommandEnded(1);
}

function turnOf({ data }: WireEvent): unknown {
  return data["turnId"];
}

/** Writes what an agent says to stdout, and what it does to stderr. */
class TurnOutput {
  readonly #isSilent: boolean;
  #isInLine = false;

  constructor(isSilent: boolean) {
    this.#isSilent = isSilent;
  }

  hear({ type, data }: WireEvent): void {
    if (this.#isSilent || type !== "turn.chunk" || data["kind"] !== "text") return;
    const text = escapeControlsKeepLines(String(data["text"]));
    this.#isInLine = !text.endsWith("\n");
    writeStdout(text);
  }

  end(): void {
    if (this.#isInLine) writeStdout("\n");
  }
}

function turnLines({ agent, prompt, reply, submittedAt, status, error, tools }: Turn): string[] {
  const head = `${clockTime(submittedAt)} ${agent}${status === "finished" ? "" : `, ${status}`}`;
  const did = tools.map(({ name, text = "", status }) => dim(escapeControls(`  ${name} ${text} (${status})`)));
  return [
    dim(head),
    bold(escapeControls(prompt)),
    ...did,
    ...escapeControlsKeepLines(reply).split("\n").filter((line) => line !== ""),
    ...(error === undefined ? [] : escapeControlsKeepLines(`error: ${error}`).split("\n")),
  ];
}

/** What the daemon takes. */
const MAX_PROMPT = 500_000;

/** The words, or stdin for `-`. @throws {ConsoleError} `usage` */
async function promptOf(words: readonly string[]): Promise<string> {
  const text = words.length === 1 && words[0] === "-" ? await stdinText() : words.join(" ");
  if (text.trim() === "") throw new ConsoleError("usage", "the prompt is empty");
  return text;
}

async function stdinText(): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stdinChunks()) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_PROMPT) {
      throw new ConsoleError("too_large", `the prompt is longer than ${MAX_PROMPT} characters`);
    }
  }
  return text;
}

function absolute(folder: string): string {
  return folder.startsWith("/") ? folder : `${currentFolder()}/${folder}`;
}
