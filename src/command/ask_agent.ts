/** A prompt to the default agent, or in a session that the daemon runs: submitted, waited for, and answered by its reply. */
import type { MethodCaller } from "../core/methods_door.ts";
import { turnById, type TurnState, waitForTurn } from "../core/turn_end.ts";
import type { Approval } from "../domain/approval.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ParamsOf } from "../protocol/method_schemas.ts";
import { approvalSummary } from "../view/approval_words.ts";
import { earlyEnd } from "../view/turn_words.ts";
import type { ConsoleContext, Executed } from "./console_context.ts";

type Asked = Omit<ParamsOf<"command.execute">, "command"> & { readonly text: string };

/** Where nobody says how long, s. */
const USUAL_SECS = 300;

/** A turn that outlasts the wait goes on. @throws {ConsoleError} why it was not submitted, or the caller's signal has fired */
export async function askAgent(
  context: ConsoleContext,
  { text, sessionId, cwd, timeoutSecs = USUAL_SECS, idempotencyKey }: Asked,
  caller: MethodCaller,
  signal: AbortSignal,
): Promise<Executed> {
  const { default_agent } = context.settings.current;
  const agent = sessionId !== undefined || default_agent === null ? {} : { agent: default_agent };
  const { turnId } = await caller.call("turn.submit", {
    text,
    ...agent,
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  }).catch((error) => {
    throw helped(error, default_agent);
  });
  const late = AbortSignal.timeout(timeoutSecs * 1000);
  const both = AbortSignal.any([signal, late]);
  const open = await waitForTurn(context, caller, turnId, { signal: both, untilAsked: true }).catch((error) => {
    if (late.aborted && !signal.aborted) return "late" as const;
    throw error;
  });
  const turn = await turnById(caller, turnId);
  const about = { sessionId: turn?.sessionId ?? sessionId ?? null, turnId };
  if (open === "late") return { success: false, ...goesOn(turn, timeoutSecs), ...about };
  if (open === undefined) return { ...ended(turn), ...about };
  const approvalId = open.id;
  return { success: false, response: asks(open), needsConfirmation: true, approvalId, ...about };
}

function ended(turn: TurnState | undefined): Pick<Executed, "success" | "response" | "reply"> {
  if (turn === undefined) return { success: false, response: "the turn is not known any more" };
  const { status, reply, error = "", stopReason } = turn;
  const why = status === "finished" ? earlyEnd(stopReason) : status === "cancelled" ? "the turn was cancelled" : error;
  const success = status === "finished";
  const said = reply.trim();
  const parts = [said, why ?? ""].filter((part) => part !== "");
  return { success, response: parts.join("\n"), ...(success || said === "" ? {} : { reply: said }) };
}

function asks(approval: Approval): string {
  const { id, agent } = approval;
  return `${agent} asks: ${
    approvalSummary(approval)
  }\nhint: /approve ${id}, or /deny ${id}; /context shows the reply then`;
}

function goesOn(turn: TurnState | undefined, secs: number): Pick<Executed, "response" | "reply"> {
  const said = turn?.reply.trim() ?? "";
  const id = turn?.sessionId ?? undefined;
  const hint = id === undefined
    ? "/context shows what becomes of it"
    : `/context ${id} shows what becomes of it, /cancel ${id} ends it`;
  const lines = [
    ...(said === "" ? [] : [said]),
    `the turn has not ended within ${secs} s, and goes on`,
    `hint: ${hint}`,
  ];
  return { response: lines.join("\n"), ...(said === "" ? {} : { reply: said }) };
}

/** Of several agents one may be the default. */
function helped(error: unknown, named: string | null): unknown {
  if (!(error instanceof ConsoleError) || error.kind !== "not_found" || error.details["agents"] === 0) return error;
  if (error.details["agents"] === undefined) return error;
  const what = named === null
    ? "no agent is the default"
    : `command.default_agent is "${named}", which is not configured`;
  const hint = `agent-console config set command.default_agent NAME, ${error.hint ?? ""}`;
  return new ConsoleError("not_found", what, { hint });
}
