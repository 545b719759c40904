/** A prompt for an agent that the daemon runs, and all that its turn says: for every window that waits for the answer. */
import type { ParamsOf, ResultOf } from "../protocol/method_schemas.ts";
import { connectOrStart } from "./reach.ts";
import type { ClientContext } from "./endpoint.ts";
import { follow } from "./follow.ts";

export type TurnRecord = ResultOf<"turn.recent">["turns"][number];

export type ToldTurn =
  | { readonly kind: "text"; readonly text: string }
  /** Undefined: the daemon knows nothing of it any more. */
  | { readonly kind: "ended"; readonly turn: TurnRecord | undefined };

const CALL_MS = 30_000;

/**
 * Submits, and tells until the turn has ended. Where the signal fires before, the turn is cancelled and nothing more is told.
 *
 * @throws {ConsoleError} why it was refused, and what no reconnect would cure
 */
export async function* submitTurn(
  context: ClientContext,
  params: ParamsOf<"turn.submit">,
  signal: AbortSignal,
): AsyncGenerator<ToldTurn> {
  let turnId: string | undefined;
  // Subscribed first, so that nothing of it is missed.
  for await (const one of follow({ context, signal, topics: ["turn"] })) {
    if (one.kind === "snapshot" && turnId === undefined) {
      turnId = (await called(context, "turn.submit", params)).turnId;
      continue;
    }
    const isLost = one.kind === "snapshot"; // events were missed: the record says what became of it
    if (one.kind === "event" && one.event.data["turnId"] !== turnId) continue;
    if (one.kind === "event" && one.event.type === "turn.chunk" && one.event.data["kind"] === "text") {
      yield { kind: "text", text: String(one.event.data["text"]) };
    }
    if (!isLost && !(one.kind === "event" && one.event.type === "turn.ended")) continue;
    const { turns: [turn] } = await called(context, "turn.recent", { turnId: turnId ?? "" });
    if (isLost && turn?.endedAt === undefined && turn !== undefined) continue;
    return yield { kind: "ended", turn };
  }
  if (turnId !== undefined) await called(context, "turn.cancel", { turnId }).catch(() => {}); // it has ended meanwhile
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
