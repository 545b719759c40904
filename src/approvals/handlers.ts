/** Handlers of the approval area: the inbox, read and answered. The broker does the work. */
import type { Handlers } from "../rpc/handler.ts";
import type { Broker } from "./broker.ts";
import type { Inbox } from "./inbox.ts";

type Methods = `approval.${"decide" | "list" | "request" | "revoke" | "rules" | "wait"}`;

export interface ApprovalDeps {
  readonly broker: Broker;
  readonly inbox: Inbox;
  readonly seq: () => number;
}

export function approvalHandlers({ broker, inbox, seq }: ApprovalDeps): Handlers<Methods> {
  return {
    "approval.list": ({ status, sessionId }) => {
      const all = status === "all" ? [...inbox.settled(), ...inbox.pending()] : inbox.pending();
      const approvals = all.filter((approval) => sessionId === undefined || approval.sessionId === sessionId);
      return { seq: seq(), approvals: approvals as never };
    },
    "approval.decide": (params, { peer }) => broker.decide(params, peer.actor),
    "approval.request": (params, { peer }) => broker.request(params, peer),
    "approval.revoke": (params, { peer }) => broker.revoke(params, peer.actor),
    "approval.rules": () => ({ rules: broker.rules() as never }),
    "approval.wait": ({ id }, { peer }) => broker.wait(id, peer),
  };
}
