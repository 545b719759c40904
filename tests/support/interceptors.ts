/** Interceptors on the desk (desk.ts), and requests that are held for them. */
import { assert } from "@std/assert";
import type { InterceptedRequest, Interceptor, InterceptVerdict } from "../../src/core/interceptors.ts";
import type { Approval } from "../../src/domain/approval.ts";
import type { Desk, Report } from "./desk.ts";
import { FakeCaller } from "./desk.ts";

/** @param verdict thrown, rejected or returned as an interceptor of that name would. @returns takes it away */
export function interceptor(
  desk: Pick<Desk, "interceptors">,
  name: string,
  verdict: (
    request: InterceptedRequest,
    signal: AbortSignal,
  ) => InterceptVerdict | undefined | ReturnType<Interceptor["intercept"]>,
  priority = 0,
): () => void {
  return desk.interceptors.add({ name, priority, intercept: (...call) => Promise.resolve(verdict(...call)) });
}

/** A hook that waits with a request for which nobody is asked yet. */
export async function held(desk: Desk, report: Report, hook = new FakeCaller()) {
  const { approval, output } = await desk.report(report, hook);
  assert(approval !== undefined && output === undefined, "it is held");
  return { id: approval.id, waitMs: approval.waitMs, hook, result: desk.broker.wait(approval.id, hook) };
}

/** `allow` or `deny`, as Claude Code reads it. */
export function told(output: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const { decision, permissionDecision } = (output?.["hookSpecificOutput"] ?? {}) as {
    readonly decision?: { readonly behavior: string };
    readonly permissionDecision?: string;
  };
  return decision?.behavior ?? permissionDecision;
}

/** The one that was recorded last. */
export function lastApproval(desk: Desk): Approval {
  const approvals = desk.journal.records.flatMap(({ data }) => (data as { approval?: Approval }).approval ?? []);
  const last = approvals.at(-1);
  assert(last !== undefined);
  return last;
}
