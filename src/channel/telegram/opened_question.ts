/** A request as it is asked in a chat: opened where it is not known whole. */
import type { Approval } from "../../domain/approval.ts";
import { sha256OfRecord } from "../../platform/hash.ts";
import type { WholeApproval } from "../../view/approval_items.ts";
import type { Need } from "../../view/need_words.ts";
import { sessionOfRequest, sessionsBeside } from "../../view/names.ts";
import { Needs } from "../../view/needs.ts";
import type { BotContext } from "./bot_context.ts";
import { type Around, type QuestionMessages, questionMessages, READABLE } from "./question_text.ts";

/**
 * All of it: what was not shown whole can be approved only when it was opened.
 *
 * @param now when it is asked, ms since the epoch @throws why it cannot be opened now
 */
export async function openedQuestion(
  context: BotContext,
  need: Need,
  approval: Approval,
  now: number,
): Promise<QuestionMessages> {
  let whole: WholeApproval = approval;
  // What is too long for a phone is not opened: who approves it must have read it elsewhere.
  if (approval.missing !== undefined && approval.cutBy === undefined && approval.missing < READABLE) {
    const { missing: _, ...shown } = approval;
    whole = { ...shown, ...await context.caller.call("approval.text", { id: approval.id }) };
  }
  return questionMessages(need, whole, { ...aroundOf(context, approval), now });
}

/** The same for the same messages: what stands in a chat is compared with what would be asked now. */
export function fingerprintOf({ parts, isWhole }: QuestionMessages): string {
  return sha256OfRecord(new TextEncoder().encode(JSON.stringify([parts, isWhole])));
}

/** Undefined where it needs nobody, as one of a session that is not known. */
export function openNeedOf({ host: { store } }: BotContext, approval: Approval): Need | undefined {
  const needs = new Needs();
  const heard = needs.hear({ type: "approval.requested", data: { approval } });
  return heard === undefined ? undefined : needs.open([heard], store.sessions())[0];
}

export function aroundOf({ host: { store, clock } }: BotContext, approval: Approval): Around {
  return { sessions: sessionsBeside([sessionOfRequest(approval)], store.sessions()), now: clock.now() };
}
