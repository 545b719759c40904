/** What a person does with a request: reads it whole, says yes or no. An answer goes to the id that was on the screen. */
import { type Approval, type ApprovalScope, riskNamed } from "../domain/approval.ts";
import { escapeControls, headAndTail } from "../domain/sanitize.ts";
import type { ParamsOf } from "../protocol/method_schemas.ts";
import { answeredElsewhere, approvalSummary } from "../view/approval_words.ts";
import { requestNames, type WholeApproval } from "../view/approval_items.ts";
import { CallRefused, refusalText } from "./page_wire.ts";
import { NOTHING_ASKED, type PageStore } from "./page_store.ts";
import { goBack, goTo } from "./navigate.ts";

export interface PageAnswer {
  readonly decision: "approve" | "deny";
  readonly scope?: ApprovalScope;
  readonly message?: string;
  readonly answers?: Readonly<Record<string, string>>;
  readonly expiresInSecs?: number;
}

/** Of the text of what was answered: its two ends say which one it is. UTF-16 units. */
const SHOWN = 80;

/** With all of its text, as far as that is here. */
export function withText(approval: Approval, { texts }: PageStore): WholeApproval {
  const text = texts.get(approval.id);
  if (typeof text !== "object") return approval;
  const { missing: _, ...shown } = approval;
  return { ...shown, ...text };
}

/** Asks for all of its text: with it, it can be approved. Once, unless the connection ends before it is here. */
export async function readWhole(store: PageStore, { id, cutBy }: Approval): Promise<void> {
  const { texts, wire } = store;
  if (wire === undefined || !wire.isOpen || !store.mayAnswer || cutBy !== undefined || texts.has(id)) return;
  texts.set(id, "asked");
  const text = await wire.call("approval.text", { id }).catch(({ kind }: CallRefused) =>
    kind === "disconnected" || kind === "timeout" ? undefined : "failed" as const
  );
  if (texts.get(id) !== "asked") return; // the request has ended
  if (text === undefined) texts.delete(id);
  else texts.set(id, text);
  store.changed();
}

/** Of a text that goes on below the screen. */
export const GOES_ON_BELOW = "it goes on below: read it to its end, then yes";

/** Why it cannot be approved on this page now; undefined where it can. */
export function whyNoYes(approval: Approval, { texts, readEnds }: PageStore): string | undefined {
  if (approval.cutBy !== undefined) return "part of it never arrived: say no, or answer it in its terminal";
  if (approval.missing === undefined || typeof texts.get(approval.id) === "object") {
    // Of a question each part takes an answer of its own.
    return approval.for === "question" || readEnds.has(approval.id) ? undefined : GOES_ON_BELOW;
  }
  return texts.get(approval.id) === "failed"
    ? "the whole of it could not be loaded: answer it in its terminal"
    : "the whole of it is being loaded";
}

/** Whether it is asked once more before it is allowed. */
export function asksTwice({ risk }: Approval): boolean {
  return riskNamed(risk) === "destroys";
}

export async function giveAnswer(store: PageStore, approval: Approval, answer: PageAnswer): Promise<void> {
  const { id, agent } = approval;
  const { wire, given } = store;
  if (wire === undefined || given.has(id)) return;
  given.add(id);
  store.set({ answering: NOTHING_ASKED });
  const params: ParamsOf<"approval.decide"> = { id, ...answer };
  try {
    const { delivered, messageSent, ruleId } = await wire.call("approval.decide", params);
    const word = answer.decision === "deny" ? "denied" : `approved ${answer.scope ?? "once"}`;
    const what = escapeControls(headAndTail(approvalSummary(approval), SHOWN));
    if (delivered === false) {
      return store.say(`${word}, but not delivered: answer it in the agent's own terminal (${what})`, true);
    }
    next(store, approval);
    store.say([
      `${word} (${what})`,
      ...(messageSent === false ? [`${escapeControls(agent)} takes no message with this answer`] : []),
      ...(ruleId === undefined ? [] : [`rule ${ruleId}; take it back: agent-console rules revoke ${ruleId}`]),
    ].join("; "));
  } catch (error) {
    given.delete(id);
    if (!(error instanceof CallRefused)) throw error;
    const now = store.live.approval(id);
    const isOver = error.kind === "already_decided";
    if (isOver && now !== undefined && now.status !== "pending") {
      const name = requestNames([now], store.live.openSessions).get(now.sessionId) ?? now.agent;
      store.say(escapeControls(answeredElsewhere(now, name)), true);
    } else store.say(refusalText(error), true);
  } finally {
    // Else when its end is heard: it may come behind the reply.
    if (store.live.approval(id)?.status !== "pending") given.delete(id);
    store.changed();
  }
}

/** On a phone the list comes next, unless there is a conversation to go on with; beside the list the first that asks. */
function next({ isWide, route, live, turns }: PageStore, { id, sessionId }: Approval): void {
  if (route.session !== sessionId || turns.ofSession(sessionId).length > 0) return;
  if (!isWide) return goBack(route);
  if (live.approvals.some((one) => one.id !== id)) goTo({ view: route.view }, "replace");
}

/** How far a yes reaches. */
export const SCOPE_WORDS: Readonly<Record<ApprovalScope, string>> = {
  once: "Only this time",
  session: "In this session",
  workspace: "In this folder",
  always: "Everywhere",
};

/** What is pressed for a yes that reaches so far, for so long. */
export function yesWords(scope: ApprovalScope, hours: number | undefined): string {
  if (scope === "once") return "Yes, once";
  return `Yes, ${SCOPE_WORDS[scope].toLowerCase()}, ${hours === undefined ? "with no end" : `for ${hours} h`}`;
}

/** What a rule of this yes would let pass, in words. */
export function ruleWords(
  { agent, tool }: Approval,
  scope: ApprovalScope,
  { folder, hours }: { readonly folder: string | undefined; readonly hours: number | undefined },
): string {
  if (scope === "once") return "Only this call. The next one is asked again.";
  const where = {
    session: "in this session",
    workspace: `in sessions in ${folder ?? "this folder"} and below it`,
    always: "in every session and folder",
  }[scope];
  const until = hours === undefined ? "until you take it back" : `for ${hours} h`;
  return `From now on exactly this call of ${escapeControls(agent)} (${escapeControls(tool)}) runs unasked ${where}, ` +
    `${until}. Anything else, also the same with one more word, is asked as before.`;
}
