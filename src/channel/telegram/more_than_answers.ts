/**
 * The two changes that Telegram makes beyond answering: to begin a turn, and to silence the channels. Both are for clients of
 * the scope admin; no other method is called with it, whatever is written to the bot.
 */
import type { MethodsDoor } from "../../core/methods_door.ts";
import type { ParamsOf, ResultOf } from "../../protocol/method_schemas.ts";
import { TELEGRAM } from "./bot_context.ts";

export interface MoreThanAnswers {
  beginTurn(params: ParamsOf<"turn.submit">): Promise<ResultOf<"turn.submit">>;
  mute(params: ParamsOf<"channel.mute">): Promise<ResultOf<"channel.mute">>;
}

export function moreThanAnswers(methods: MethodsDoor, signal: AbortSignal): MoreThanAnswers {
  const caller = methods.as({ kind: TELEGRAM, scope: "admin", signal });
  return {
    beginTurn: (params) => caller.call("turn.submit", params),
    mute: (params) => caller.call("channel.mute", params),
  };
}
