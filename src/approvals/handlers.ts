/** Handlers of the approval area: list and decide. The broker does the work. */
import type { SessionLists } from "../core/session_lists.ts";
import type { Store } from "../core/store.ts";
import type { Rule } from "../domain/approval.ts";
import { encodeResult } from "../rpc/encoded_result.ts";
import type { Handlers } from "../rpc/handler.ts";
import { commitNewRule } from "./add_rule.ts";
import type { Broker } from "./broker.ts";
import { evaluateCommand } from "./evaluate_command.ts";
import { questionInTerminal, questionsInSlices, questionsInTerminals } from "./terminal_questions.ts";
import type { Inbox } from "./inbox.ts";
import type { PolicyEngine } from "./policy_engine.ts";
import { commitRevocation, type RevokeDeps } from "./revoke_rule.ts";

type Methods = `approval.${
  | "add_rule"
  | "decide"
  | "delivered"
  | "evaluate"
  | "list"
  | "request"
  | "revoke"
  | "rules"
  | "text"
  | "wait"}`;

export interface ApprovalDeps {
  readonly broker: Broker;
  readonly inbox: Inbox;
  /** Those in force, including those of the configuration. */
  readonly rules: () => readonly Rule[];
  readonly store: Store;
  /** Whose line a list of many stands in. */
  readonly lists: Pick<SessionLists, "inTurn">;
  readonly journal: RevokeDeps["journal"];
  readonly policy: PolicyEngine;
  readonly own: readonly string[];
  readonly newId: () => string;
  /** ISO 8601 UTC. */
  readonly now: () => string;
}

/** So many questions of terminals are told in a few ms. */
const AT_ONCE = 256;

export function approvalHandlers(deps: ApprovalDeps): Handlers<Methods> {
  const { broker, inbox, store, rules, lists } = deps;
  return {
    "approval.list": ({ status, sessionId }, call) => {
      const listed = () => {
        const all = status === "all" ? [...inbox.resolved(), ...inbox.pending()] : inbox.pending();
        return {
          seq: store.seq,
          approvals: all.filter((one) => sessionId === undefined || one.sessionId === sessionId),
        };
      };
      if (sessionId !== undefined) {
        const question = questionInTerminal(store, inbox, sessionId);
        return { ...listed(), terminalQuestions: question === undefined ? [] : [question] };
      }
      if (store.waiting().size <= AT_ONCE) {
        return { ...listed(), terminalQuestions: questionsInTerminals(store, inbox) };
      }
      return lists.inTurn(call, async (slices) => {
        const now = listed(); // of the instant of the questions
        return await encodeResult({ ...now, terminalQuestions: await questionsInSlices(store, inbox, slices) }, slices);
      });
    },
    "approval.add_rule": (params, { peer }) => commitNewRule(deps, params, peer.actor),
    "approval.evaluate": (params) => evaluateCommand(deps.policy, params, deps.own),
    "approval.decide": (params, { peer }) => broker.decide(params, peer.actor),
    "approval.delivered": ({ id, written }, { peer }) => {
      broker.acknowledge(id, peer, written);
      return {};
    },
    "approval.request": (params, { peer }) => broker.request(params, peer),
    "approval.revoke": (params, { peer }) => commitRevocation(deps, params, peer.actor),
    "approval.rules": () => ({ rules: [...rules()] }),
    "approval.text": ({ id }, { peer }) => broker.text(id, peer.actor),
    "approval.wait": ({ id }, { peer }) => broker.wait(id, peer),
  };
}
