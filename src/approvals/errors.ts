/** The broker's errors, in words. */
import type { Approval, Decision } from "../domain/approval.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { ConsoleError } from "../protocol/errors.ts";

export function noSuchApproval(id: string): ConsoleError {
  return new ConsoleError(
    "not_found",
    `Cannot decide ${escapeControls(id)}: is unknown, must be one of those in "approvals"`,
  );
}

export function alreadyDecided({ id, status }: Approval): ConsoleError {
  // Its end could not be written yet: the disk is full.
  const is = status === "pending" ? "over" : status;
  return new ConsoleError("already_decided", `Cannot decide ${id}: is ${is}, must be pending`, { outcome: status });
}

/** @param what was to be done, with the id */
export function idempotencyKeyReused(what: string): ConsoleError {
  return new ConsoleError("conflict", `Cannot ${what}: idempotencyKey is used, must be new`, {
    param: "idempotencyKey",
  });
}

const NAMES: Readonly<Record<Approval["for"], string>> = {
  permission: "a permission",
  question: "a question",
  plan: "a plan",
  elicitation: "a form",
};

/** The agent has no words for this answer. */
export function messageNotSupported({ id, for: kind, agent }: Approval, decision: Decision): ConsoleError {
  const must = decision.yes && kind === "question"
    ? "must come with answers"
    : decision.yes && kind === "elicitation"
    ? "must come with an answer that its field takes for each: true or false, a number, one of its options"
    : `must be one that ${agent} takes from us`;
  return new ConsoleError("invalid_params", `Cannot decide ${id}: is ${NAMES[kind]}, ${must}`, { param: "decision" });
}

/** Texts that are shown masked or cut may read the same. */
export function answerRequired(id: string): ConsoleError {
  const why = "an answer is no single option or question as they are shown, must be given in the agent's own terminal";
  return new ConsoleError("invalid_params", `Cannot decide ${id}: ${why}`, { param: "answers" });
}

export function notRequester(id: string): ConsoleError {
  return new ConsoleError(
    "not_found",
    `Cannot wait for ${escapeControls(id)}: is not yours, must be what this connection asked`,
  );
}

export function unknownSession(id: string): ConsoleError {
  return new ConsoleError(
    "not_found",
    `Cannot ask for ${escapeControls(id)}: is unknown, must be a session, or name its agent`,
  );
}

export function noSuchRule(id: string): ConsoleError {
  return new ConsoleError(
    "not_found",
    `Cannot revoke rule ${escapeControls(id)}: is unknown, must be one of "rules list" that was given by an answer`,
  );
}
