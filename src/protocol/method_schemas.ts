/** The shapes of each method's params and result, one row for each of the methods table. */
import type * as v from "valibot";
import type { MethodName } from "./methods.ts";
import * as s from "./schemas.ts";

// deno-lint-ignore no-explicit-any -- any schema at all: rows differ in input and output types
type AnySchema = v.GenericSchema<any, any>;

export interface MethodSchemas {
  readonly params: AnySchema;
  readonly result: AnySchema;
}

export const METHOD_SCHEMAS = {
  "approval.decide": { params: s.decideParams, result: s.decided },
  "approval.list": { params: s.approvalListParams, result: s.approvalsResult },
  "approval.request": { params: s.requestParams, result: s.waitResult },
  "approval.revoke": { params: s.revokeParams, result: s.committed },
  "approval.rules": { params: s.noParams, result: s.rulesResult },
  "approval.wait": { params: s.approvalId, result: s.waitResult },
  "config.get": { params: s.noParams, result: s.configResult },
  "config.reload": { params: s.noParams, result: s.reloadResult },
  disconnect: { params: s.noParams, result: s.empty },
  dump: { params: s.noParams, result: s.dumpResult },
  hello: { params: s.helloParams, result: s.helloResult },
  ping: { params: s.noParams, result: s.pong },
  shutdown: { params: s.shutdownParams, result: s.shutdownResult },
  status: { params: s.noParams, result: s.statusResult },
  subscribe: { params: s.subscribeParams, result: s.subscribeResult },
  unsubscribe: { params: s.unsubscribeParams, result: s.empty },
  "audit.head": { params: s.noParams, result: s.auditHead },
  "audit.tail": { params: s.tailParams, result: s.auditRecords },
  "session.close": { params: s.closeParams, result: s.committed },
  "session.delete": { params: s.sessionTarget, result: s.committed },
  "session.get": { params: s.sessionId, result: s.sessionResult },
  "session.history": { params: s.sessionId, result: s.historyResult },
  "session.list": { params: s.listParams, result: s.sessionsResult },
  "session.reopen": { params: s.sessionTarget, result: s.committed },
  "session.report": { params: s.reportParams, result: s.reported },
  "session.update": { params: s.updateParams, result: s.committed },
} as const satisfies Readonly<Record<MethodName, MethodSchemas>>;

/** What a handler gets: the params after the check. */
export type ParamsOf<M extends MethodName> = v.InferOutput<typeof METHOD_SCHEMAS[M]["params"]>;
export type ResultOf<M extends MethodName> = v.InferInput<typeof METHOD_SCHEMAS[M]["result"]>;
