/** A prompt for an agent that the daemon runs, and all that its turn says: for every window that waits for the answer. */
import type { Approval } from "../domain/approval.ts";
import { workspaceText } from "../config/workspace_file.ts";
import { turnChange } from "../domain/turn_change.ts";
import { optional } from "../lib/json_fields.ts";
import { denoFiles } from "../platform/deno_files.ts";
import type { ParamsOf, ResultOf } from "../protocol/method_schemas.ts";
import { connectOrStart } from "./reach.ts";
import type { ClientContext } from "./endpoint.ts";
import { follow } from "./follow.ts";
import type { WireEvent } from "./wire_client.ts";
import { ConsoleError } from "../protocol/errors.ts";

export type TurnRecord = ResultOf<"turn.recent">["turns"][number];

export type ToldTurn =
  /** The agent has it, in that session. */
  | { readonly kind: "started"; readonly sessionId: string }
  | { readonly kind: "text"; readonly text: string }
  /** A person is asked for something in that session. */
  | { readonly kind: "asked"; readonly approval: Approval }
  /** A call of a tool, told anew with each of its states. */
  | { readonly kind: "tool"; readonly tool: TurnRecord["tools"][number] }
  /** What the agent is going to do, as it says now. */
  | { readonly kind: "plan"; readonly steps: NonNullable<TurnRecord["plan"]> }
  /** Another daemon goes on with it: its session is open again. Once. */
  | { readonly kind: "resumed" }
  /** Undefined: the daemon knows nothing of it any more. */
  | { readonly kind: "ended"; readonly turn: TurnRecord | undefined };

export interface Prompt extends ParamsOf<"turn.submit"> {
  /** Where its session works, where that is known: its workspace's configuration is looked for there. */
  readonly folder: string | undefined;
}

const CALL_MS = 30_000;
/** A daemon that is gone may come back, as in a restart: so long it is waited for, ms. */
const BACK_MS = 10_000;

/**
 * Submits, and tells until the turn has ended. Where the signal fires before, the turn is cancelled and nothing more is told.
 *
 * @throws {ConsoleError} why it was refused, and `disconnected` where the daemon is gone
 */
export async function* submitTurn(
  context: ClientContext,
  { folder, ...params }: Prompt,
  signal: AbortSignal,
): AsyncGenerator<ToldTurn> {
  // A daemon that ends in the turn is not started again by who waits for it.
  const again = { ...context, mayStart: false };
  const gone = new AbortController();
  let late: ReturnType<typeof setTimeout> | undefined;
  let turnId: string | undefined;
  let isResumed = false;
  /** What says whether it went on behind a daemon's end. */
  let known: Pick<TurnRecord, "startedAt" | "interrupted" | "resumed" | "sessionId"> = { sessionId: null };
  let { sessionId } = params;
  try {
    // Subscribed first, so that nothing of it is missed.
    for await (
      const one of follow({ context, signal: AbortSignal.any([signal, gone.signal]), topics: ["turn", "approval"] })
    ) {
      if (one.kind === "disconnected") {
        late ??= setTimeout(() => gone.abort(), BACK_MS);
        continue;
      }
      clearTimeout(late);
      late = undefined;
      if (turnId === undefined) {
        turnId = (await called(context, "turn.submit", withWorkspace(context, params, folder))).turnId;
        continue;
      }
      if (one.kind === "event") {
        const { approval } = one.event.data as { readonly approval?: Approval };
        if (one.event.type === "approval.requested" && approval !== undefined && approval.sessionId === sessionId) {
          yield { kind: "asked", approval };
        }
        if (one.event.data["turnId"] !== turnId) continue;
        const told = toldBy(one.event);
        if (told?.kind === "started") sessionId = told.sessionId;
        if (told !== undefined) yield told;
        known = { ...known, ...turnChange<TurnRecord["tools"][number], never>(known, one.event, one.event.ts ?? "") };
        if (known.resumed && !isResumed) yield { kind: "resumed" };
        isResumed ||= known.resumed === true;
        if (one.event.type !== "turn.ended") continue;
      }
      // It has ended, or events may have been missed: then the record says what became of it.
      const { turns: [turn] } = await called(again, "turn.recent", { turnId });
      // Its event may have come while nobody listened.
      if (turn?.resumed && !isResumed) yield { kind: "resumed" };
      isResumed ||= turn?.resumed === true;
      if (turn !== undefined) {
        known = {
          ...optional("startedAt", turn.startedAt),
          ...optional("interrupted", turn.interrupted),
          sessionId: turn.sessionId,
        };
      }
      if (turn === undefined || turn.endedAt !== undefined) return yield { kind: "ended", turn };
    }
  } finally {
    clearTimeout(late);
  }
  if (gone.signal.aborted) {
    const what = "the daemon is gone; the turn goes on once it runs again, where its agent can open its session";
    throw new ConsoleError("disconnected", what, { hint: `agent-console context ${sessionId ?? turnId ?? ""}`.trim() });
  }
  if (turnId !== undefined) await called(again, "turn.cancel", { turnId }).catch(() => {}); // it has ended meanwhile
}

function toldBy({ type, data }: WireEvent): ToldTurn | undefined {
  if (type === "turn.started") return { kind: "started", sessionId: String(data["sessionId"]) };
  if (type === "turn.tool") return { kind: "tool", tool: data["tool"] as TurnRecord["tools"][number] };
  if (type === "turn.plan") return { kind: "plan", steps: data["steps"] as NonNullable<TurnRecord["plan"]> };
  return type === "turn.chunk" && data["kind"] === "text" ? { kind: "text", text: String(data["text"]) } : undefined;
}

/** With what the workspace's own configuration says, so that rules may answer for the turn: the daemon may not read there. */
export function withWorkspace(
  { paths }: Pick<ClientContext, "paths">,
  params: ParamsOf<"turn.submit">,
  folder: string | undefined,
): ParamsOf<"turn.submit"> {
  if (folder === undefined) return params;
  return { ...params, workspaceConfig: workspaceText(denoFiles, folder, paths.configJsonc) ?? null };
}

/** The last turns, oldest first. @throws {ConsoleError} */
export function recentTurns(
  context: ClientContext,
  params: ParamsOf<"turn.recent">,
): Promise<ResultOf<"turn.recent">> {
  return called(context, "turn.recent", params);
}

async function called<M extends "turn.submit" | "turn.cancel" | "turn.recent">(
  context: ClientContext,
  method: M,
  params: ParamsOf<M>,
): Promise<ResultOf<M>> {
  const client = await connectOrStart(context);
  try {
    return await client.call(method, params, AbortSignal.timeout(CALL_MS));
  } finally {
    client.close();
  }
}
