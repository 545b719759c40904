/** The shapes of each method's params and result, one row for each of the methods table. */
import type * as v from "valibot";
import type { MethodName, METHODS } from "./methods.ts";
import * as r from "./approval_schemas.ts";
import * as s from "./schemas.ts";

// deno-lint-ignore no-explicit-any -- any schema at all: rows differ in input and output types
type AnySchema = v.GenericSchema<any, any>;

export interface MethodSchemas {
  readonly params: AnySchema;
  readonly result: AnySchema;
}

/** Readers take more members than the shape names: those of features. */
const statusResult: v.GenericSchema<v.InferInput<typeof s.statusResult> & Partial<FeatureStatus>> = s.statusResult;
const subscribeResult: v.GenericSchema<
  Omit<Subscribed, "snapshot"> & { snapshot?: NonNullable<Subscribed["snapshot"]> & Partial<FeatureSnapshot> }
> = s.subscribeResult;
type Subscribed = v.InferInput<typeof s.subscribeResult>;

export const METHOD_SCHEMAS = {
  "approval.add_rule": { params: r.newRuleParams, result: r.ruleAdded },
  "approval.decide": { params: s.decideParams, result: s.decided },
  "approval.delivered": { params: s.deliveredParams, result: s.empty },
  "approval.evaluate": { params: r.evaluateParams, result: r.evaluated },
  "approval.list": { params: r.approvalListParams, result: r.approvalsResult },
  "approval.request": { params: s.requestParams, result: s.waitResult },
  "approval.revoke": { params: s.revokeParams, result: s.committed },
  "approval.rules": { params: s.noParams, result: s.rulesResult },
  "approval.text": { params: s.approvalId, result: r.approvalText },
  "approval.wait": { params: s.approvalId, result: s.waitResult },
  "audit.head": { params: s.noParams, result: s.auditHead },
  "audit.tail": { params: s.tailParams, result: s.auditRecords },
  "audit.verify": { params: s.noParams, result: s.auditVerified },
  "config.get": { params: s.noParams, result: s.configResult },
  "config.reload": { params: s.noParams, result: s.reloadResult },
  disconnect: { params: s.noParams, result: s.empty },
  dump: { params: s.noParams, result: s.dumpResult },
  hello: { params: s.helloParams, result: s.helloResult },
  ping: { params: s.noParams, result: s.pong },
  shutdown: { params: s.shutdownParams, result: s.shutdownResult },
  status: { params: s.noParams, result: statusResult },
  subscribe: { params: s.subscribeParams, result: subscribeResult },
  unsubscribe: { params: s.unsubscribeParams, result: s.empty },
  "session.close": { params: s.closeParams, result: s.committed },
  "session.delete": { params: s.sessionTarget, result: s.committed },
  "session.get": { params: s.sessionId, result: s.sessionResult },
  "session.history": { params: s.sessionId, result: s.historyResult },
  "session.list": { params: s.listParams, result: s.sessionsResult },
  "session.reopen": { params: s.sessionTarget, result: s.committed },
  "session.report": { params: s.reportParams, result: s.reported },
  "session.update": { params: s.updateParams, result: s.committed },
} as const satisfies Readonly<Record<MethodName, MethodSchemas>>;

/**
 * The methods of features, name → {@link MethodSchemas}. Each feature declares its own in its folder, so that handlers and
 * callers know their types: `declare module ".../method_schemas.ts" { interface FeatureMethods { … } }`.
 */
// deno-lint-ignore no-empty-interface -- open: features fill it
export interface FeatureMethods {}

/** What features add to the result of `status`, by their names, declared as {@link FeatureMethods} are. */
// deno-lint-ignore no-empty-interface -- open: features fill it
export interface FeatureStatus {}

/** What features add to a snapshot, by their names, declared as {@link FeatureMethods} are. */
// deno-lint-ignore no-empty-interface -- open: features fill it
export interface FeatureSnapshot {}

type AllSchemas = typeof METHOD_SCHEMAS & FeatureMethods;

/** The methods of the table and those of features. */
export type AnyMethodName = keyof AllSchemas & string;

export type FeatureMethodName = keyof FeatureMethods & string;

/** The methods that only read, which may be called twice: those of the scope `read`, and `status`, which all may call. */
export type ReadMethodName =
  | "status"
  | Exclude<
    {
      [M in AnyMethodName]: (typeof METHODS & FeatureMethods)[M] extends { scope: "read"; mutates: false } ? M : never;
    }[AnyMethodName],
    "subscribe" | "unsubscribe"
  >;

/** What a handler gets: the params after the check. */
export type ParamsOf<M extends AnyMethodName> = v.InferOutput<AllSchemas[M]["params"]>;
export type ResultOf<M extends AnyMethodName> = v.InferInput<AllSchemas[M]["result"]>;
