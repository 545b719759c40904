/** What the parts of the bot share. */
import type { MethodCaller } from "../../core/methods_door.ts";
import type { FeatureContext } from "../../core/service.ts";
import type { NotificationsDoor } from "../kind.ts";
import type { Buttons } from "./buttons.ts";
import type { BotState, KeptMessage } from "./bot_state.ts";
import type { Outgoing } from "./outgoing.ts";
import type { Sender } from "./sender.ts";
import type { FullyShownRequests } from "./fully_shown_requests.ts";

/** What it takes of the daemon. */
export type BotHost = Pick<
  FeatureContext,
  "approvals" | "bus" | "clock" | "commands" | "log" | "methods" | "paths" | "store"
>;

export interface BotContext {
  readonly host: BotHost;
  readonly sender: Sender;
  readonly outgoing: Outgoing;
  readonly state: BotState;
  readonly buttons: Buttons;
  readonly shown: FullyShownRequests;
  /** May answer requests and look at everything, and nothing else. */
  readonly caller: MethodCaller;
  /** Where questions go: persons and groups. */
  readonly chats: readonly number[];
  /** The bot's own id, for keys of changes. */
  readonly botId: string;
  /** Asked before, and told after, what is sent later than its notification. */
  readonly notifications: NotificationsDoor;
  /** Chat and request, with a blank between, of what waits for the chat to be reached; they outlive the bot. */
  readonly unsent: Set<string>;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly after: (ms: number, action: () => void) => () => void;
  /** Fires when the bot stops, or begins anew with other settings. */
  readonly signal: AbortSignal;
}

/** What these calls do is kept in the journal under this name. */
export const TELEGRAM = "telegram";

/** A message whose number cannot be written is edited all the same, as long as this daemon runs. */
export function keep({ state, host: { log } }: BotContext, message: KeptMessage): void {
  try {
    state.add(message);
  } catch (error) {
    log.warn("the messages of Telegram cannot be written", { why: String(error) });
  }
}

export function unkeep({ state, host: { log } }: BotContext, messages: readonly KeptMessage[]): void {
  try {
    state.remove(messages);
  } catch (error) {
    log.warn("the messages of Telegram cannot be written", { why: String(error) });
  }
}
