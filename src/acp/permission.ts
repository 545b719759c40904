/**
 * `session/request_permission` of ACP: what it asks, and how our decision is said. Options are chosen by their kind, never by
 * their id or name, which each agent writes as it likes. Pure.
 */
import type { Decision } from "../domain/approval.ts";
import { type Fields, isFields, objectArrayField, objectField, stringField } from "../lib/json_fields.ts";

export interface PermissionAsked {
  readonly sessionId: string;
  /** Of the call that would run. */
  readonly toolCall: Fields;
  readonly options: readonly PermissionOption[];
}

export interface PermissionOption {
  readonly id: string;
  readonly kind: string;
}

export type PermissionOutcome = {
  readonly outcome: { readonly outcome: "selected"; readonly optionId: string } | { readonly outcome: "cancelled" };
};

export const CANCELLED: PermissionOutcome = { outcome: { outcome: "cancelled" } };

/** Undefined where it is none that could be answered. */
export function readPermission(params: unknown): PermissionAsked | undefined {
  if (!isFields(params)) return undefined;
  const sessionId = stringField(params, "sessionId");
  const toolCall = objectField(params, "toolCall");
  if (sessionId === undefined || toolCall === undefined) return undefined;
  const all = (objectArrayField(params, "options") ?? []).flatMap((option): readonly PermissionOption[] => {
    const id = stringField(option, "optionId");
    return id === undefined ? [] : [{ id, kind: stringField(option, "kind") ?? "" }];
  });
  // Of two with one id nobody knows which one an answer would choose.
  const options = all.filter(({ id }) => all.filter((one) => one.id === id).length === 1);
  return { sessionId, toolCall, options };
}

/** Whether this one call can be allowed: an option that allows more than was asked is not taken for it. */
export function canAllowOnce(options: readonly PermissionOption[]): boolean {
  return options.some(({ kind }) => kind === "allow_once");
}

/**
 * How `decision` is said. A decision that lasts is kept by a rule of ours: the agent is told of this one call, so that
 * nothing stays allowed in it that is revoked here. Without an option for it the call is cancelled, which allows nothing.
 */
export function outcomeOf(decision: Decision | undefined, options: readonly PermissionOption[]): PermissionOutcome {
  const kinds = decision === undefined
    ? []
    : decision.kind === "approve"
    ? ["allow_once"]
    : ["reject_once", "reject_always"];
  const chosen = kinds.flatMap((kind) => options.find((option) => option.kind === kind) ?? [])[0];
  return chosen === undefined ? CANCELLED : { outcome: { outcome: "selected", optionId: chosen.id } };
}
