/**
 * Runs that call the daemon itself: a prompt, a command of the console, maintenance. They call with the scope of who added
 * the job, and as `cron`. Loaded with the first of them.
 */
import type { MethodCaller } from "../core/methods_door.ts";
import type { FeatureContext } from "../core/service.ts";
import { turnById, type TurnState, waitForTurn } from "../core/turn_end.ts";
import { maskSecrets } from "../domain/mask.ts";
import { clip } from "../domain/sanitize.ts";
import { CRON } from "../protocol/actor.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { timeSpan } from "../lib/time_span.ts";
import { earlyEnd } from "../view/turn_words.ts";
import type { Job, PromptAction, RunEnd } from "./job.ts";
import { said } from "./said.ts";

type Context = Pick<FeatureContext, "bus" | "methods" | "store">;

/** Which turn a run of a prompt is. */
export interface RunTurn {
  /** Undefined: it is to be submitted. */
  readonly id: string | undefined;
  /** By this one. */
  readonly key: string;
}

/** A turn of a job where nobody says how long it may take, s. */
const USUAL_SECS = 3600;
/** So long the end of a turn that was cancelled is waited for, ms. */
const CANCEL_MS = 10_000;

/** @param signal ends it. Never throws for what the daemon refuses. */
export async function runCalls(
  context: Context,
  { action, scope = "report" }: Job,
  signal: AbortSignal,
  turn: RunTurn,
): Promise<RunEnd> {
  // It was ended before it began. A turn of an earlier daemon has begun, and is cancelled below.
  if (signal.aborted && turn.id === undefined) return { outcome: "cancelled" };
  // A turn is to be cancelled, and its words are to be read, after the signal has fired.
  const principal = { kind: CRON, scope, signal: action.kind === "prompt" ? new AbortController().signal : signal };
  const caller = context.methods.as(principal);
  try {
    switch (action.kind) {
      case "prompt":
        return await runPrompt(context, action, caller, { signal, turn });
      case "command": {
        const { success, response } = await caller.call("command.execute", { command: action.command });
        const why = success ? {} : { problem: problemText(response.split("\n", 1)[0] ?? "") };
        return { outcome: success ? "succeeded" : "failed", ...why, ...said("stdout", response) };
      }
      case "maintenance": {
        const { records = 0, problem } = await caller.call("audit.verify", {});
        return problem === undefined
          ? { outcome: "succeeded", ...said("stdout", `${records} records of the journal verify`) }
          : { outcome: "failed", problem: problemText(`record ${problem.seq} in ${problem.segment} ${problem.what}`) };
      }
      case "program":
        throw new TypeError("programs are run, not called");
    }
  } catch (error) {
    if (!(error instanceof ConsoleError)) throw error;
    return { outcome: "failed", problem: problemText(error.message) };
  }
}

async function runPrompt(
  context: Context,
  action: PromptAction,
  caller: MethodCaller,
  { signal, turn: { id, key } }: { readonly signal: AbortSignal; readonly turn: RunTurn },
): Promise<RunEnd> {
  const { timeoutSecs = USUAL_SECS } = action;
  const turnId = id ?? await submit(action, caller, key);
  const late = AbortSignal.timeout(timeoutSecs * 1000);
  const either = AbortSignal.any([signal, late]);
  try {
    await waitForTurn(context, caller, turnId, { signal: either, untilAsked: false });
  } catch (error) {
    if (!either.aborted) throw error;
    if (!isStopping(signal)) await cancel(context, caller, turnId);
  }
  const turn = await turnById(caller, turnId);
  const about = {
    ...(turn?.sessionId ? { sessionId: turn.sessionId } : {}),
    ...said("stdout", turn?.reply ?? ""),
  };
  if (late.aborted && turn?.status !== "finished") {
    return { outcome: "timed_out", problem: `its turn did not end within ${timeSpan(timeoutSecs)}`, ...about };
  }
  return { ...endOf(turn), ...about };
}

async function submit(
  { text, agent, sessionId, cwd }: PromptAction,
  caller: MethodCaller,
  idempotencyKey: string,
): Promise<string> {
  const { turnId } = await caller.call("turn.submit", {
    text,
    idempotencyKey,
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(agent === undefined ? {} : { agent }),
    ...(cwd === undefined ? {} : { cwd }),
  });
  return turnId;
}

/** A daemon that stops ends its turns by itself, or leaves them to the next one. */
function isStopping({ reason }: AbortSignal): boolean {
  return reason instanceof ConsoleError && reason.kind === "stopping";
}

/** Waits for its end, so that no run begins beside it. */
async function cancel(context: Context, caller: MethodCaller, turnId: string): Promise<void> {
  try {
    await caller.call("turn.cancel", { turnId });
    await waitForTurn(context, caller, turnId, { signal: AbortSignal.timeout(CANCEL_MS), untilAsked: false });
  } catch {
    // It has ended meanwhile, or does not: its own record says which.
  }
}

function endOf(turn: TurnState | undefined): Pick<RunEnd, "outcome" | "problem"> {
  if (turn === undefined) return { outcome: "failed", problem: "its turn is not known any more" };
  const { status, stopReason, error = "" } = turn;
  if (status === "cancelled") return { outcome: "cancelled", problem: "its turn was cancelled" };
  const problem = status === "finished" ? earlyEnd(stopReason) : error || "its turn did not end";
  return problem === undefined ? { outcome: "succeeded" } : { outcome: "failed", problem: problemText(problem) };
}

function problemText(text: string): string {
  return clip(maskSecrets(text), 400);
}
