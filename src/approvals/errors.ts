/** The errors of approvals, with their messages and hints. */
import type { Approval, Decision } from "../domain/approval.ts";
import type { Session } from "../domain/session.ts";
import { answerThere, type TerminalQuestion } from "../domain/terminal_question.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { ConsoleError } from "../protocol/errors.ts";

export function noSuchApproval(id: string): ConsoleError {
  return new ConsoleError(
    "not_found",
    `no request has the id "${escapeControls(id)}"`,
    { hint: "agent-console approvals" },
  );
}

/** @param open what its row still asks in the agent's own terminal */
export function alreadyDecided(approval: Approval, open?: TerminalQuestion): ConsoleError {
  const { id, status } = approval;
  const isOpen = status === "expired" || status === "cancelled";
  const hint = open === undefined || !isOpen ? {} : { hint: answerThere(open) };
  return new ConsoleError("already_decided", `request "${id}" ${endText(approval)}`, { outcome: status, ...hint });
}

function endText(approval: Approval): string {
  switch (approval.status) {
    case "approved":
      return "was already approved";
    case "denied":
      return "was already denied";
    case "elsewhere":
      return "was already answered in the agent's terminal";
    case "dismissed":
      return "was already dismissed in the agent's terminal";
    case "expired":
      return approval.noDialog
        ? "has ended: nobody answered in time, so its call was cancelled"
        : "has ended: nobody answered in time, so the agent asks in its own terminal";
    case "cancelled":
      return `has ended: ${escapeControls(approval.cancelled.reason)}`;
    case "pending": // resolved, but the journal could not record it yet (the disk is full)
      return "is already over";
  }
}

const NAMES: Readonly<Record<Approval["for"], string>> = {
  permission: "a permission",
  question: "a question",
  plan: "a plan",
  elicitation: "a form",
};

const IN_TERMINAL = "answer it in the agent's own terminal";

function formHint(id: string): string {
  return `agent-console approve ${id} with --answer NUMBER for a choice or --say VALUE, one for each field`;
}

/** The agent's protocol has no response for this decision. */
export function messageNotSupported({ id, for: kind, agent }: Approval, decision: Decision): ConsoleError {
  const [problem, hint] = decision.kind === "approve" && kind === "question"
    ? ["an approval alone does not answer it", `agent-console approve ${id} --answer NUMBER, or --say TEXT`]
    : decision.kind === "approve" && kind === "elicitation"
    ? ["each of its fields needs a value that it takes: true or false, a number, one of its options", formHint(id)]
    : [`${agent} does not take this decision`, IN_TERMINAL];
  const message = `request "${id}" is ${NAMES[kind]} and ${problem}`;
  return new ConsoleError("invalid_params", message, { param: "decision", hint });
}

/** Texts that are shown masked or cut may look the same. */
export function answerRequired(id: string): ConsoleError {
  const why = "is no single option or question as they are shown";
  return new ConsoleError("invalid_params", `an answer to request "${id}" ${why}`, {
    param: "answers",
    hint: IN_TERMINAL,
  });
}

/** @param cut it is nowhere whole: it came shortened, so that nobody here can see what would run */
export function notShown({ id, missing = 0 }: Approval, cut: boolean): ConsoleError {
  const what = `request "${escapeControls(id)}" shows not all of what it asks: ${missing} characters are missing`;
  return cut
    ? new ConsoleError("conflict", `${what}, which never arrived`, {
      hint: `agent-console deny ${id}, or ${IN_TERMINAL}`,
    })
    : new ConsoleError("conflict", what, { hint: `agent-console show ${id}, which shows all of it` });
}

export function notRequester(id: string): ConsoleError {
  return new ConsoleError(
    "not_found",
    `request "${escapeControls(id)}" was not requested by this connection`,
    { hint: "wait on the connection that requested it" },
  );
}

export function unknownSession(id: string): ConsoleError {
  return new ConsoleError(
    "not_found",
    `no session has the id "${escapeControls(id)}"`,
    { hint: "name its agent as well, then the session is opened" },
  );
}

export function anotherAgents({ id, agent }: Session, named: string): ConsoleError {
  return new ConsoleError(
    "conflict",
    `session "${escapeControls(id)}" is of ${escapeControls(agent)}, not of ${named}`,
    { sessionId: id, hint: "leave the agent out, or ask under another id" },
  );
}

export function nameTaken(agent: string): ConsoleError {
  return new ConsoleError("invalid_params", `agent is ${agent}, the name of an agent that reports for itself`, {
    param: "agent",
    hint: "give the script a name of its own",
  });
}

export function noSuchRule(id: string): ConsoleError {
  return new ConsoleError(
    "not_found",
    `no rule that an answer made has the id "${escapeControls(id)}"`,
    { hint: "agent-console rules list" },
  );
}
