/** `approvals`: what the agents ask, a block each. */
import type { Approval } from "../../domain/approval.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { env } from "../../platform/process.ts";
import type { WaitingFor } from "../../domain/session.ts";
import { kindOf } from "../../domain/state_words.ts";
import { approvalItems, requestNames } from "../../view/approval_items.ts";
import { APPROVAL_FIELDS } from "../../view/template.ts";
import { terminalPlace } from "../../domain/terminal_place.ts";
import { approvalBlocks } from "../approval_blocks.ts";
import { allSessions, type CommandContext, read } from "../context.ts";
import { listWidth, templateOf } from "../list_options.ts";
import { paneNames } from "../pane_names.ts";
import { resolveSession } from "../resolve.ts";
import { terminalQuestionLines } from "../terminal_question_text.ts";

export interface ApprovalListOptions {
  readonly all?: boolean;
  readonly session?: string;
  readonly agent?: string;
  readonly for?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly format?: string;
}

export async function listApprovals(run: CommandContext, options: ApprovalListOptions): Promise<void> {
  const template = templateOf(options, APPROVAL_FIELDS);
  const sessionId = options.session === undefined ? {} : { sessionId: await resolveSession(run, options.session) };
  const { approvals, terminalQuestions = [] } = await read(run, "approval.list", {
    status: options.all ? "all" : "pending",
    ...sessionId,
  });
  const isWanted = (one: { readonly agent: string; readonly for: WaitingFor }) =>
    (options.agent === undefined || one.agent === options.agent) &&
    (options.for === undefined || one.for === kindOf(options.for));
  const found = approvals.filter(isWanted);
  run.screen?.shows(found.filter(({ status }) => status === "pending").map(({ id }) => id));
  const elsewhere = terminalQuestions.filter(isWanted);
  if (options.json) return run.out.json({ approvals: found, terminalQuestions: elsewhere });
  if (options.quiet) return found.forEach(({ id }) => run.out.plain(id));
  const sessions = await allSessions(run);
  const now = Date.now();
  if (template !== undefined) {
    const names = requestNames(found, sessions);
    const rows = new Map(sessions.map((session) => [session.id, session]));
    for (const approval of found) {
      const terminal = terminalPlace(rows.get(approval.sessionId) ?? {});
      const name = names.get(approval.sessionId) ?? "";
      run.out.line(template({ approval, name, now, ...(terminal === undefined ? {} : { terminal }) }));
    }
    return;
  }
  if (found.length + elsewhere.length === 0) return run.out.note("Nothing waits for an answer.");
  // Those that only their own terminals can answer come first: the prompt is below those that can be answered here.
  const names = requestNames(found, sessions);
  const there = elsewhere.flatMap((one) => {
    const name = names.get(one.sessionId) ?? escapeControls(one.sessionId);
    return ["", ...terminalQuestionLines(one, name, now, listWidth(run))];
  }).slice(1);
  for (const line of there) run.out.line(line);
  if (there.length > 0 && found.length > 0) run.out.line("");
  printBlocks(run, found, { sessions, now, home: env("HOME"), panes: await paneNames(sessions) });
}

/**
 * Oldest first; where that would scroll off the screen, oldest last, so that what waits longest stands at the prompt.
 */
function printBlocks(
  run: CommandContext,
  found: readonly Approval[],
  surroundings: Parameters<typeof approvalItems>[1],
): void {
  const { isTerminal, rows } = run.out.screen;
  const lines = (some: readonly Approval[]) => approvalBlocks(approvalItems(some, surroundings), listWidth(run));
  const oldestFirst = lines(found);
  // One row is the prompt's.
  const scrolls = isTerminal && oldestFirst.length >= rows;
  for (const line of scrolls ? lines(found.toReversed()) : oldestFirst) run.out.line(line);
}
