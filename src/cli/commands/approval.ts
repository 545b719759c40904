/** `approvals`, `approve`, `deny`, `rules …`: the inbox on the command line. */
import { stripAnsiCode } from "@std/fmt/colors";
import { type Approval, riskNamed } from "../../domain/approval.ts";

import { escapeControls, headAndTail } from "../../domain/sanitize.ts";
import { confirm } from "../../platform/stdio.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { ParamsOf } from "../../protocol/method_schemas.ts";
import { approvalSummary } from "../../view/approval_words.ts";
import { answerHint, answerLine, approvalLines } from "../approval_text.ts";
import { call, type CommandContext, read } from "../context.ts";
import { seconds } from "../time_span.ts";
import { type ApprovalListOptions, listApprovals } from "./approval_list.ts";
import { resolveSession } from "./session.ts";

async function inbox(
  run: CommandContext,
  options: Pick<ApprovalListOptions, "all" | "session">,
): Promise<readonly Approval[]> {
  const sessionId = options.session === undefined ? {} : { sessionId: await resolveSession(run, options.session) };
  const { approvals } = await read(run, "approval.list", { status: options.all ? "all" : "pending", ...sessionId });
  return approvals;
}

export async function approvals(
  run: CommandContext,
  id: string | undefined,
  options: ApprovalListOptions,
): Promise<void> {
  if (id !== undefined) return await showWhole(run, id, options);
  await listApprovals(run, options);
}

/** One approval with all of what it asks, so that it can be decided. */
async function showWhole(run: CommandContext, id: string, options: ApprovalListOptions): Promise<void> {
  const approval = await resolve(run, id);
  const { missing: _, ...shown } = approval;
  const whole = { ...shown, ...await call(run, "approval.text", { id: approval.id }) };
  if (options.json) return run.out.json({ approvals: [whole] });
  for (const line of approvalLines(whole, approval.sessionId.slice(0, 8), Date.now())) run.out.line(line);
  run.out.note(`answer with: ${answerHint(approval)}`);
}

export interface ApproveOptions {
  readonly scope?: "once" | "session" | "workspace" | "always";
  readonly answer?: string[];
  readonly expires?: string;
  readonly remember?: boolean;
  readonly all?: boolean;
  readonly session?: string;
  readonly yes?: boolean;
}

export async function approve(run: CommandContext, id: string | undefined, options: ApproveOptions): Promise<void> {
  if (options.all) return await approveAll(run, id, options);
  if (id === undefined) throw new ConsoleError("usage", "no approval is named", { hint: "agent-console approvals" });
  if (options.session !== undefined || options.yes) {
    throw new ConsoleError("usage", "--session and --yes go with --all, not with an id");
  }
  if (options.expires !== undefined && (options.scope === undefined || options.scope === "once")) {
    throw new ConsoleError("usage", "--expires needs a --scope of session, workspace or always");
  }
  if (options.remember && (options.scope === undefined || options.scope === "once")) {
    throw new ConsoleError("usage", "--remember needs a --scope of session, workspace or always");
  }
  const approval = await resolve(run, id);
  await decide(run, approval, {
    id: approval.id,
    decision: "approve",
    ...(options.remember ? { remember: true as const } : {}),
    ...(options.scope === undefined ? {} : { scope: options.scope }),
    ...(options.expires === undefined ? {} : { expiresInSecs: seconds(options.expires) }),
    ...(options.answer === undefined ? {} : { answers: answersTo(approval, options.answer) }),
  });
}

async function approveAll(run: CommandContext, id: string | undefined, options: ApproveOptions): Promise<void> {
  if (id !== undefined || options.session === undefined || options.answer !== undefined) {
    throw new ConsoleError("usage", "--all needs --session and goes with neither an id nor --answer", {
      hint: "agent-console approve --all --session ID",
    });
  }
  const all = await inbox(run, { session: options.session });
  // A question cannot be approved without an answer.
  const open = all.filter((one) => one.for !== "question");
  for (const one of all.filter(({ for: kind }) => kind === "question")) {
    run.out.note(`${one.id}: a question, left out; answer it with: ${answerHint(one)}`);
  }
  if (open.length === 0) return run.out.note("Nothing waits for an approval.");
  if (!options.yes) {
    const now = Date.now();
    for (const one of open) run.out.note(stripAnsiCode(approvalLines(one, one.sessionId.slice(0, 8), now).join("\n")));
    const confirmed = confirm(`Approve ${open.length === 1 ? "this" : `these ${open.length}`}? [y/N] `);
    if (confirmed === undefined) {
      throw new ConsoleError("usage", "stdin is no terminal, so nobody can confirm", { hint: "give --yes" });
    }
    if (!confirmed) throw new ConsoleError("failed", "nothing was approved, because it was not confirmed");
  }
  const scope = {
    ...(options.scope === undefined ? {} : { scope: options.scope }),
    ...(options.expires === undefined ? {} : { expiresInSecs: seconds(options.expires) }),
  };
  const refused: string[] = [];
  // One by one: a decision made elsewhere in between does not keep the others from theirs.
  for (const one of open) {
    try {
      await decide(run, one, { id: one.id, decision: "approve", ...scope });
    } catch (error) {
      if (!(error instanceof ConsoleError)) throw error;
      refused.push(error.message);
    }
  }
  if (refused.length > 0) throw new ConsoleError("failed", refused.join("\n"));
}

export async function deny(run: CommandContext, id: string, options: { readonly message?: string }): Promise<void> {
  const approval = await resolve(run, id);
  const message = options.message === undefined ? {} : { message: options.message };
  await decide(run, approval, { id: approval.id, decision: "deny", ...message });
}

/** Of the text of what was decided: it was read before, and its two ends say which one it is. UTF-16 units. */
const SHOWN = 120;

async function decide(run: CommandContext, approval: Approval, params: ParamsOf<"approval.decide">): Promise<void> {
  const { ruleId, delivered, messageSent, remembered } = await call(run, "approval.decide", params);
  const word = params.decision === "deny" ? "denied" : `approved ${params.scope ?? "once"}`;
  const text = params.answers === undefined ? approvalSummary(approval) : answerLine(approval, params.answers);
  const what = headAndTail(escapeControls(text), SHOWN);
  const danger = params.decision !== "deny" && riskNamed(approval.risk) === "destroys" ? ", it destroys" : "";
  const said = `${approval.id}: ${word}${danger}${delivered === false ? ", not delivered" : ""}`;
  if (delivered !== false) run.out.note(`${said} (${what})`);
  if (messageSent === false) {
    run.out.note(`${approval.id}: the message was not sent, because ${approval.agent} takes none with this answer`);
  }
  if (ruleId !== undefined) run.out.note(`rule ${ruleId}; take it back with: agent-console rules revoke ${ruleId}`);
  if (remembered !== undefined) {
    run.out.note(`${approval.agent} keeps it too, in ${remembered.map(escapeControls).join(" and ")}`);
  }
  if (delivered !== false) return;
  throw new ConsoleError("failed", `${said}: the agent's hook did not pass it on (${what})`, {
    hint: "answer it in the agent's own terminal",
  });
}

/** Shorter beginnings are too easily those of another. */
const SHORTEST = 3;

/** The approval whose id is `given`, or begins with it where that is unambiguous. */
async function resolve(run: CommandContext, given: string): Promise<Approval> {
  const all = await inbox(run, { all: true });
  const exact = all.find(({ id }) => id === given);
  if (exact !== undefined) return exact;
  const open = all.filter(({ status }) => status === "pending");
  const matches = open.filter(({ id }) => given !== "" && id.startsWith(given));
  const named = `"${escapeControls(given)}"`;
  const list = (some: readonly Approval[]) => some.map(({ id }) => id).join(", ");
  if (matches.length > 1 || (matches.length === 1 && given.length < SHORTEST)) {
    throw new ConsoleError("usage", `${named} does not name one approval: it begins ${list(matches)}`, {
      hint: `give more of the id, at least ${SHORTEST} letters`,
    });
  }
  if (matches[0] !== undefined) return matches[0];
  const ofSession = given.length < SHORTEST ? [] : open.filter(({ sessionId }) => sessionId.startsWith(given));
  if (ofSession.length === 0) {
    throw new ConsoleError("not_found", `no approval matches ${named}`, { hint: "agent-console approvals" });
  }
  throw new ConsoleError("not_found", `${named} is a session, not an approval`, {
    hint: `name what it asks: ${list(ofSession)}`,
  });
}

/** In the order of the questions. */
function answersTo({ id, choices = [] }: Approval, answers: readonly string[]): Record<string, string> {
  if (choices.length === 0) {
    throw new ConsoleError("usage", `approval "${id}" asks no question, so it takes no --answer`);
  }
  if (answers.length !== choices.length) {
    throw new ConsoleError(
      "usage",
      `approval "${id}" needs --answer ${choices.length} times, not ${answers.length}`,
    );
  }
  const given = new Map(choices.map(({ question }, i) => [question, answers[i] ?? ""]));
  if (given.size < choices.length) {
    throw new ConsoleError("failed", `two questions of approval "${id}" read the same`, {
      hint: "answer them in the agent's own terminal",
    });
  }
  return Object.fromEntries(given);
}
