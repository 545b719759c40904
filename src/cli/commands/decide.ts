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
import { requestLines } from "../request_lines.ts";
import { loadBoard, resolveOpen, resolveSession } from "../resolve.ts";
import { seconds } from "../time_span.ts";

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

export async function approve(run: CommandContext, id: string | undefined, options: ApproveOptions): Promise<void> {
  if (options.interactive) return await interactively(run, id, options);
  if (options.all) return await approveAll(run, id, options);
  if (options.session !== undefined) {
    throw new ConsoleError("usage", "--session goes with --all", {
      hint: "agent-console approve --all --session ID; one request of a session: agent-console approve ID",
    });
  }
  checkScope(options);
  const approval = await resolveOpen(run, id);
  const answers = await answersOf(run, approval, options.answer);
  if (id !== approval.id && !options.yes) await confirmRisk(run, approval);
  await decide(run, approval, {
    id: approval.id,
    decision: "approve",
    ...(options.remember ? { remember: true as const } : {}),
    ...scopeOf(options),
    ...(answers === undefined ? {} : { answers }),
  });
}

/** Risks that a person must have seen: what was listed under a name may be another request by now. */
const TO_BE_SEEN: readonly string[] = ["destroys", "unknown"];

/** An id says which request was read; a name does not. @throws {ConsoleError} `failed`; {CommandEnded} 130 */
async function confirmRisk(run: CommandContext, approval: Approval): Promise<void> {
  if (approval.for !== "permission" || !TO_BE_SEEN.includes(riskNamed(approval.risk))) return;
  const lines = await requestLines(run, approval, await loadBoard(run), { isAsked: true });
  for (const line of lines) run.out.line(line);
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
  throw new ConsoleError("usage", `request "${id}" needs --answer:\n${choiceLines(approval).join("\n")}`, {
    hint: `agent-console ${approveWords(approval, id)}; give a number, the text or its beginning`,
  });
}

async function interactively(run: CommandContext, id: string | undefined, options: ApproveOptions): Promise<void> {
  const others = Object.keys(options).filter((name) => name !== "interactive");
  if (id !== undefined || others.length > 0) {
    const what = id !== undefined ? "an id" : `--${others[0]}`;
    throw new ConsoleError("usage", `-i goes through the whole inbox, so it does not go with ${what}`, {
      hint: "agent-console approve -i",
    });
  }
  const { answerInbox } = await import("./interactive.ts");
  await answerInbox(run);
}

async function approveAll(run: CommandContext, id: string | undefined, options: ApproveOptions): Promise<void> {
  if (id !== undefined || options.session === undefined || options.answer !== undefined) {
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
    const board = await loadBoard(run);
    for (const one of open) {
      run.out.note(stripAnsiCode((await requestLines(run, one, board, { isAsked: true })).join("\n")));
    }
    if (!await ask(run, `Approve ${open.length === 1 ? "this" : `these ${open.length}`}?`)) {
      throw new ConsoleError("failed", "nothing was approved, because it was not confirmed");
    }
  }
  const refused: string[] = [];
  // One by one: a decision made elsewhere in between does not keep the others from theirs.
  for (const one of open) {
    try {
      await decide(run, one, { id: one.id, decision: "approve", ...scopeOf(options) });
    } catch (error) {
      if (!(error instanceof ConsoleError)) throw error;
      refused.push(error.message);
    }
  }
  if (refused.length > 0) throw new ConsoleError("failed", refused.join("\n"));
}

export async function deny(
  run: CommandContext,
  id: string | undefined,
  options: { readonly message?: string },
): Promise<void> {
  const approval = await resolveOpen(run, id);
  const message = options.message === undefined ? {} : { message: options.message };
  await decide(run, approval, { id: approval.id, decision: "deny", ...message });
}
