/**
 * The request of a script, which asks and waits in one call. One that names a call of its session asks about what a hook of
 * the agent asks too (a permission prompt by MCP): then both share the hook's request, of which rules can be made, and
 * its answer, each in its own form.
 */
import type { ReportDeps } from "../core/apply_report.ts";
import type { ApprovalRequest } from "../domain/approval.ts";
import { parseObject } from "../lib/json_fields.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ParamsOf } from "../protocol/method_schemas.ts";
import type { Peer } from "../rpc/peer.ts";
import { whereOf } from "./caller.ts";
import { onAllHungUp } from "./join_request.ts";
import { type OpenDeps, openRequest } from "./open_request.ts";
import { type PendingRequest, type Requester, requesterOfOne, type WaitResult } from "./pending_requests.ts";
import { classifyIncoming } from "./policy_engine.ts";
import type { ApprovalResolver } from "./resolver.ts";
import { requestFromScript } from "./script_request.ts";

/** So long a request for a call waits for the hook's, ms: an agent begins both at once. */
const HOOK_MS = 500;

export interface ScriptDeps {
  readonly options: OpenDeps & {
    readonly core: Pick<ReportDeps, "store" | "now">;
    readonly steady: () => number;
    readonly own: readonly string[];
    readonly waitMs: (request: Pick<ApprovalRequest, "holdSecs">) => number;
    readonly continuation: () => <T>(call: () => T) => T;
  };
  readonly resolver: ApprovalResolver;
  readonly wait: (id: string, requester: Requester) => Promise<WaitResult>;
  readonly stopping: AbortSignal;
}

/** @throws {ConsoleError} `not_found`, `conflict`, `invalid_params`, `busy`, `stopping` */
export async function awaitScriptRequest(
  { options, resolver, wait, stopping }: ScriptDeps,
  params: ParamsOf<"approval.request">,
  peer: Peer,
): Promise<WaitResult> {
  const { sessionId, waitSecs, callId } = params;
  const { core: { store }, steady } = options;
  const given = requestFromScript(params, store.get(sessionId));
  checkRuns(stopping);
  const waitMs = waitSecs === undefined ? options.waitMs(given.request) : waitSecs * 1000;
  const endsAt = steady() + waitMs;
  const asRequester = options.continuation();
  const { requester, end } = requesterOfOne(peer);
  try {
    const hooks = callId === undefined
      ? undefined
      : await hooksRequest({ options, resolver }, { ...params, callId }, requester);
    if (hooks !== undefined) {
      resolver.pending.join(hooks, requester);
      onAllHungUp(hooks, requester, () => resolver.hungUp(hooks));
      const result = await wait(hooks.id, requester);
      // The hook waits only while somebody could answer; the script as long as it was told.
      if (result.outcome !== "expired" || endsAt - steady() < HOOK_MS) {
        const output = hooks.decision && given.responseFor(hooks.decision);
        return output === undefined ? result : { ...result, output };
      }
    }
    checkRuns(stopping);
    if (requester.hungUp.aborted) return { id: "", outcome: "cancelled" }; // nobody reads it
    const leftMs = endsAt - steady();
    const incoming = classifyIncoming(given, whereOf(given, store, options.own));
    const { approval } = asRequester(() => openRequest(options, resolver, incoming, requester, leftMs));
    return await wait(approval?.id ?? "", requester);
  } finally {
    end();
  }
}

/**
 * What a hook asks about the call `callId` of the session, or begins to ask in a moment; undefined where no hook has told
 * of that call, where the hook shows another input than the script, or where another call runs that looks the same: one
 * yes is for what was shown, and for one call.
 */
async function hooksRequest(
  { options: { core: { store }, after }, resolver: { pending, calls } }: Pick<ScriptDeps, "options" | "resolver">,
  { sessionId, callId, tool: name, input }: ParamsOf<"approval.request"> & { readonly callId: string },
  { hungUp }: Requester,
): Promise<PendingRequest | undefined> {
  const call = calls.withId(callId, (rowId) => rowId === sessionId || store.get(rowId)?.parentId === sessionId);
  if (call === undefined) return undefined;
  const { rowId, tool, process } = call;
  const isIts = (one: PendingRequest): boolean =>
    one.rowId === rowId && !one.request.scripted && one.question.tool?.name === tool.name &&
    one.question.tool.text === tool.text && one.request.tool === name && isSameInput(input, one);
  const found = pending.open(rowId).find(isIts) ?? await new Promise<PendingRequest | undefined>((resolve) => {
    const done = (one?: PendingRequest) => {
      unlisten();
      callOff();
      hungUp.removeEventListener("abort", onHangUp);
      resolve(one);
    };
    const onHangUp = () => done();
    const unlisten = pending.listen((one) => isIts(one) && done(one));
    const callOff = after(HOOK_MS, () => done());
    hungUp.addEventListener("abort", onHangUp, { once: true });
  });
  return found?.isResolved || calls.count(rowId, tool, process) > 1 ? undefined : found;
}

/** What the script shows is the hook's subject, or all that the hook says the tool is given. */
function isSameInput(input: string, { request: { subject, toolInput, cut } }: PendingRequest): boolean {
  if (input === subject) return true;
  const given = toolInput === undefined || cut ? undefined : parseObject(input);
  return given !== undefined && JSON.stringify(given) === JSON.stringify(toolInput);
}

function checkRuns(stopping: AbortSignal): void {
  if (stopping.aborted) throw new ConsoleError("stopping", "the daemon is stopping and asks nobody any more");
}
