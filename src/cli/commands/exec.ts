/** `exec`, `command list`, `command run`: the daemon's console without a terminal, as scripts call it. */
import { bold } from "@std/fmt/colors";
import { escapeControls } from "../../domain/sanitize.ts";
import { shellQuote } from "../../lib/shell_quote.ts";
import { MAX_EXEC_SECS } from "../../protocol/limits.ts";
import { fit, textWidth } from "../../view/text_fit.ts";
import { capsuleWordHint } from "../capsule_word.ts";
import { callFor, type CommandContext, read } from "../context.ts";
import { resolveSession } from "../resolve.ts";
import { CommandEnded } from "../tree/shared.ts";
import { wholeNumber } from "../whole_number.ts";
import { promptOf, workFolder } from "./turn.ts";

interface ExecOptions {
  readonly session?: string;
  readonly cwd?: string;
  readonly timeout?: string;
  readonly json?: boolean;
}

/** What the daemon has to say is waited for so much longer than the turn, ms. */
const GRACE_MS = 30_000;

/** @throws {CommandEnded} 1 where it did not succeed @throws {ConsoleError} */
export async function execCommand(run: CommandContext, words: readonly string[], options: ExecOptions): Promise<void> {
  const { session, timeout, json } = options;
  const secs = timeout === undefined ? undefined : wholeNumber(timeout, "--timeout", MAX_EXEC_SECS);
  // Words that a shell has parted are to stay so in the console.
  const isCommand = words.length > 1 && words[0]?.startsWith("/");
  const command = isCommand ? shellQuote(words) : await promptOf(words, "agent-console exec COMMAND");
  const where = session === undefined
    ? { cwd: workFolder(options.cwd) }
    : { sessionId: await resolveSession(run, session) };
  const done = await callFor(run, (secs ?? MAX_EXEC_SECS) * 1000 + GRACE_MS, "command.execute", {
    command,
    ...where,
    ...(secs === undefined ? {} : { timeoutSecs: secs }),
  });
  if (json) run.out.json({ ...done });
  else if (done.success) run.out.plain(done.response.trimEnd());
  else {
    const { reply = "", response } = done;
    if (reply !== "") run.out.plain(reply.trimEnd());
    const why = response.slice(reply.length).trim();
    const [word = ""] = command.trim().split(/\s+/);
    // A prompt that reached no agent, and may have been meant as a command.
    const isMeant = done.turnId === undefined && !word.startsWith("/");
    const meant = isMeant ? await capsuleWordHint(run, word) : undefined;
    const told = meant === undefined ? asShell(why) : `${why.replace(/\nhint: .*$/s, "")}\nhint: ${meant}`;
    if (why !== "") run.out.note(`error: ${told}`);
  }
  if (!done.success) throw new CommandEnded(1);
}

/** @throws {CommandEnded} 1 where it did not succeed @throws {ConsoleError} */
export async function runConsoleCommand(
  run: CommandContext,
  name: string,
  words: readonly string[],
  options: ExecOptions,
): Promise<void> {
  await execCommand(run, [`/${shellQuote([name.replace(/^\//, ""), ...words])}`], options);
}

export async function listConsoleCommands(run: CommandContext, { json }: Pick<ExecOptions, "json">): Promise<void> {
  const { commands } = await read(run, "command.list", {});
  if (json) return run.out.json({ commands });
  const titles = commands.map(({ name, usage }) => escapeControls(`/${name}${usage === "" ? "" : ` ${usage}`}`));
  const wide = Math.max(...titles.map((title) => textWidth(title)));
  for (const [at, { summary }] of commands.entries()) {
    run.out.line(`${bold(fit(titles[at] ?? "", wide))}  ${escapeControls(summary)}`);
  }
}

/** A hint names lines of the console: here each is a command of a shell. */
function asShell(text: string): string {
  return text.replace(/^hint: .*/gm, (hint) => hint.replace(/(?<=^|[\s,])\/(?=[a-z])/g, "agent-console exec /"));
}
