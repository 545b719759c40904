/** Handlers of the approval area: the inbox, read and answered. The broker does the work. */
import type { Handler } from "../handler.ts";

export const list: Handler<"approval.list"> = ({ status, sessionId }, { core }) => {
  const { inbox, seq } = core.store;
  const all = status === "all" ? [...inbox.settled(), ...inbox.pending()] : inbox.pending();
  const approvals = all.filter((approval) => sessionId === undefined || approval.sessionId === sessionId);
  return { seq, approvals: approvals as never };
};

export const decide: Handler<"approval.decide"> = (params, { core, caller }) =>
  core.approvals.decide(params, caller.actor);

export const request: Handler<"approval.request"> = (params, { core, caller }) =>
  core.approvals.request(params, caller);

export const revoke: Handler<"approval.revoke"> = (params, { core, caller }) =>
  core.approvals.revoke(params, caller.actor);

export const rules: Handler<"approval.rules"> = (_params, { core }) => ({ rules: core.approvals.rules() as never });

export const wait: Handler<"approval.wait"> = ({ id }, { core, caller }) => core.approvals.wait(id, caller);
