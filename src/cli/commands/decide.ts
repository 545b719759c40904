/** `approve` and `deny`: what a person answers, and what became of it. */
import { stripAnsiCode } from "@std/fmt/colors";
import { type Approval, type ApprovalScope, riskNamed } from "../../domain/approval.ts";
import { stdinKeyboard } from "../../platform/keyboard.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { answersTo, choiceLines, type GivenAnswer } from "../answers.ts";
import { approveWords } from "../../view/approval_words.ts";
import { ask } from "../ask.ts";
import { askAnswers } from "../ask_answers.ts";
import { type CommandContext, read } from "../context.ts";
import { decide } from "../decide_one.ts";
import { exitCodeOf } from "../exit_code.ts";
import { printPaged } from "../pager.ts";
import { headOfLong, requestLines } from "../request_lines.ts";
import { loadBoard, resolveOpen, resolveSession } from "../resolve.ts";
import { seconds } from "../time_span.ts";
import { CommandEnded } from "../tree/shared.ts";

export interface ApproveOptions {
  readonly scope?: ApprovalScope;
  /** In the order in which they were given, `--say` among them. */
  readonly answer?: readonly GivenAnswer[];
  readonly expires?: string;
  readonly remember?: boolean;
  readonly all?: boolean;
  readonly session?: string;
  readonly yes?: boolean;
  readonly interactive?: boolean;
}

/** @param given what names each of them; none: the only one that is asked */
export async function approve(run: CommandContext, given: readonly string[], options: ApproveOptions): Promise<void> {
  if (options.interactive) return await interactively(run, given, options);
  if (options.all) return await approveAll(run, given, options);
  if (options.session !== undefined) {
    throw new ConsoleError("usage", "--session goes with --all", {
      hint: "agent-console approve --all --session ID; one request of a session: agent-console approve ID",
    });
  }
  checkScope(options);
  if (given.length > 1 && options.answer !== undefined) {
    const flag = options.answer[0]?.own ? "--say" : "--answer";
    throw new ConsoleError("usage", `${flag} answers one request, and ${given.length} are named`, {
      hint: "agent-console approve ID, once for each question",
    });
  }
  await each(await resolveOpen(run, given), async ({ approval, isById }) => {
    const answers = await answersOf(run, approval, options.answer);
    if (!isById && !options.yes) await confirmRisk(run, approval);
    await decide(run, approval, {
      id: approval.id,
      decision: "approve",
      ...(options.remember ? { remember: true as const } : {}),
      ...scopeOf(options),
      ...(answers === undefined ? {} : { answers }),
    });
  });
}

/**
 * One by one: one that fails, or was decided elsewhere in between, does not keep the others from theirs.
 *
 * @throws {ConsoleError} of the only one; {CommandEnded} with the worst exit code of several, each of which was told
 */
async function each<T>(some: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  let worst = 0;
  for (const one of some) {
    try {
      await work(one);
    } catch (error) {
      if (some.length === 1 || !(error instanceof ConsoleError)) throw error;
      worst = Math.max(worst, exitCodeOf(error));
    }
  }
  if (worst > 0) throw new CommandEnded(worst);
}

/** Risks that a person must have seen: what was listed under a name may be another request by now. */
const TO_BE_SEEN: readonly string[] = ["destroys", "unknown"];

/** An id says which request was read; a name does not. @throws {ConsoleError} `failed`; {CommandEnded} 130 */
async function confirmRisk(run: CommandContext, approval: Approval): Promise<void> {
  if (approval.for !== "permission" || !TO_BE_SEEN.includes(riskNamed(approval.risk))) return;
  const lines = await requestLines(run, approval, await loadBoard(run), { isAsked: true });
  await printPaged(run, lines, {});
  for (const line of headOfLong(lines, run.out.screen)) run.out.line(line);
  if (await ask(run, "Approve it?", { flag: `its id, ${approval.id}, or --yes` })) return;
  throw new ConsoleError("failed", "nothing was approved, because it was not confirmed");
}

function checkScope({ scope, expires, remember }: ApproveOptions): void {
  if (scope !== undefined && scope !== "once") return;
  const flag = expires !== undefined ? "--expires" : remember ? "--remember" : undefined;
  if (flag === undefined) return;
  throw new ConsoleError("usage", `${flag} needs a --scope of session, workspace or always`);
}

function scopeOf({ scope, expires }: ApproveOptions): { scope?: ApprovalScope; expiresInSecs?: number } {
  return {
    ...(scope === undefined ? {} : { scope }),
    ...(expires === undefined ? {} : { expiresInSecs: seconds(expires) }),
  };
}

/** What was given, else, of a question, what the person at the terminal chooses. Undefined: it takes none. */
async function answersOf(
  run: CommandContext,
  approval: Approval,
  given: readonly GivenAnswer[] | undefined,
): Promise<Record<string, string> | undefined> {
  if (given !== undefined) return answersTo(approval, given);
  const { id, choices = [], status } = approval;
  if (choices.length === 0 || status !== "pending") return undefined;
  if (stdinKeyboard.isTerminal) return await askAnswers(run, approval);
  const flag = choices.some(({ options }) => options.length > 0) ? "--answer" : "--say";
  throw new ConsoleError("usage", `request "${id}" needs ${flag}:\n${choiceLines(approval).join("\n")}`, {
    hint: `agent-console ${approveWords(approval, id)}${
      flag === "--say" ? "" : "; give a number, the text or its beginning"
    }`,
  });
}

async function interactively(
  run: CommandContext,
  given: readonly string[],
  options: ApproveOptions,
): Promise<void> {
  const others = Object.keys(options).filter((name) => name !== "interactive");
  if (given.length > 0 || others.length > 0) {
    const what = given.length > 0 ? "an id" : `--${others[0]}`;
    throw new ConsoleError("usage", `-i goes through the whole inbox, so it does not go with ${what}`, {
      hint: "agent-console approve -i",
    });
  }
  const { answerInbox } = await import("./interactive.ts");
  await answerInbox(run);
}

async function approveAll(run: CommandContext, given: readonly string[], options: ApproveOptions): Promise<void> {
  if (given.length > 0 || options.session === undefined || options.answer !== undefined) {
    throw new ConsoleError("usage", "--all needs --session and goes with neither an id nor --answer", {
      hint: "agent-console approve --all --session ID",
    });
  }
  checkScope(options);
  const sessionId = await resolveSession(run, options.session);
  const { approvals: all } = await read(run, "approval.list", { status: "pending", sessionId });
  // A question cannot be approved without an answer.
  const open = all.filter((one) => one.for !== "question");
  for (const one of all.filter(({ for: kind }) => kind === "question")) {
    run.out.note(`${one.id}: a question, left out; answer it with: agent-console ${approveWords(one, one.id)}`);
  }
  if (open.length === 0) return run.out.note("No request of this session waits for an approval.");
  if (!options.yes) {
    run.screen?.shows(open.map(({ id }) => id));
    const board = await loadBoard(run);
    for (const one of open) {
      run.out.note(stripAnsiCode((await requestLines(run, one, board, { isAsked: true })).join("\n")));
    }
    if (!await ask(run, `Approve ${open.length === 1 ? "this" : `these ${open.length}`}?`)) {
      throw new ConsoleError("failed", "nothing was approved, because it was not confirmed");
    }
  }
  for (const { id } of open) run.screen?.mayAnswer(id, options.yes ? "in its line" : "at a question");
  await each(open, (one) => decide(run, one, { id: one.id, decision: "approve", ...scopeOf(options) }));
}

export async function deny(
  run: CommandContext,
  given: readonly string[],
  options: { readonly message?: string },
): Promise<void> {
  const message = options.message === undefined ? {} : { message: options.message };
  await each(
    await resolveOpen(run, given),
    ({ approval }) => decide(run, approval, { id: approval.id, decision: "deny", ...message }),
  );
}
