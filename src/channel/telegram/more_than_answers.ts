/**
 * The two changes that Telegram makes beyond answering: to begin a turn, and to silence the channels. Both are for clients of
 * the scope admin: the door lets the bot call these and no other with it, and to begin a turn only where that is turned on.
 */
import type { MethodsDoor } from "../../core/methods_door.ts";
import type { ParamsOf, ResultOf } from "../../protocol/method_schemas.ts";
import { TELEGRAM } from "./bot_context.ts";

export interface MoreThanAnswers {
  beginTurn(params: ParamsOf<"turn.submit">): Promise<ResultOf<"turn.submit">>;
  mute(params: ParamsOf<"channel.mute">): Promise<ResultOf<"channel.mute">>;
}

/** @param canRun `channels.telegram.can_run` */
export function moreThanAnswers(methods: MethodsDoor, canRun: boolean, signal: AbortSignal): MoreThanAnswers {
  const caller = methods.as(
    { kind: TELEGRAM, scope: "admin", signal },
    canRun ? ["channel.mute", "turn.submit"] : ["channel.mute"],
  );
  return {
    beginTurn: (params) => caller.call("turn.submit", params),
    mute: (params) => caller.call("channel.mute", params),
  };
}
