/** A press of a button: other buttons, or the answer to a request, which counts once. */
import type { Approval } from "../../domain/approval.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { ParamsOf } from "../../protocol/method_schemas.ts";
import { approvedText, outcomeText } from "../../view/approval_words.ts";
import { type BotContext, TELEGRAM } from "./bot_context.ts";
import type { Press } from "./buttons.ts";
import { CONFIRM_CHOICES, firstChoices, scopeChoices } from "./choices.ts";
import type { HeardUpdate } from "./heard_update.ts";
import { OLD_BUTTON } from "./question_text.ts";
import type { AskedRequests } from "./questions.ts";
import { MAX_MESSAGE, splitMessage } from "./split_message.ts";

const EARLY_MS = 250;
const EARLY_TRIES = 12;

type Pressed = Extract<HeardUpdate, { kind: "press" }>;

/** What it sends goes out behind it. */
export async function onPress(context: BotContext, questions: AskedRequests, pressed: Pressed): Promise<void> {
  const { buttons, signal, host } = context;
  const { id, chat, message, data } = pressed;
  let taken = buttons.take(data, chat, message);
  // A press can overtake the reply that tells the number of its message.
  for (let tries = 0; taken === "early" && tries < EARLY_TRIES && !signal.aborted; tries++) {
    await context.sleep(EARLY_MS, signal).catch(() => {});
    taken = buttons.take(data, chat, message);
  }
  if (taken === "early") return toast(context, id, "one moment, then press again");
  if (taken === undefined) return onOldButton(context, questions, pressed);
  const approval = host.approvals.approvalOf(taken.approval);
  if (approval?.status !== "pending") {
    const told = approval === undefined ? "this request is over" : escapeControls(outcomeText(approval));
    toast(context, id, told);
    return questions.reconcile();
  }
  const done = await pressOne(context, questions, { pressed, approval, taken }).catch((error) => {
    if (!(error instanceof ConsoleError)) throw error;
    return escapeControls(error.message);
  });
  toast(context, id, done);
  questions.reconcile();
}

function toast({ outgoing, sender, signal }: BotContext, id: string, text: string): void {
  outgoing.run(() => sender.toast(id, text, signal));
}

interface OnePress {
  readonly pressed: Pressed;
  readonly approval: Approval;
  readonly taken: { readonly approval: string; readonly press: Press };
}

/** @returns what the button says for a moment @throws {ConsoleError} why it did nothing */
async function pressOne(context: BotContext, questions: AskedRequests, { pressed, approval, taken }: OnePress) {
  const { caller, outgoing } = context;
  const { press } = taken;
  const { chat, message, text } = pressed;
  const show = (choices: ReturnType<typeof firstChoices>) =>
    outgoing.send(chat, () => questions.show(approval.id, chat, message, text, choices));
  switch (press.kind) {
    case "confirm":
      show(CONFIRM_CHOICES);
      return "it destroys something: are you sure?";
    case "more": {
      const { scopes = [] } = await caller.call("approval.text", { id: approval.id });
      show(scopeChoices(scopes));
      return scopes.some((scope) => scope !== "once") ? "how far does your yes reach?" : "it can only be approved once";
    }
    case "first":
      show(firstChoices(approval, true)); // buttons that lead back stand below a whole text only
      return "";
    default:
      break;
  }
  try {
    const params = { id: approval.id, ...decisionOf(press, approval), idempotencyKey: keyOf(context, pressed) };
    const { delivered } = await caller.call("approval.decide", params);
    const now = context.host.approvals.approvalOf(approval.id);
    const reach = now?.status === "approved" ? approvedText(now.approved) : "approved";
    const done = press.kind === "deny" ? "denied" : press.kind === "answer" ? "answered" : reach;
    return delivered === false ? `${done}, but its agent did not get it: its own terminal asks` : done;
  } catch (error) {
    const isOpen = context.host.approvals.approvalOf(approval.id)?.status === "pending";
    if (isOpen) context.buttons.giveBack(pressed.data, taken, { chat, message });
    throw error;
  }
}

function decisionOf(
  press: Exclude<Press, { kind: "more" | "confirm" | "first" }>,
  { choices: [question] = [] }: Approval,
): Omit<ParamsOf<"approval.decide">, "id"> {
  switch (press.kind) {
    case "deny":
      return { decision: "deny" };
    case "approve": {
      const { scope, expiresInSecs } = press;
      return { decision: "approve", scope, ...(expiresInSecs === undefined ? {} : { expiresInSecs }) };
    }
    case "answer": {
      const option = question?.options[press.option];
      if (question === undefined || option === undefined) {
        throw new ConsoleError("not_found", "there is no such option", { hint: "/approvals lists what is asked" });
      }
      return { decision: "approve", answers: { [question.question]: option } };
    }
  }
}

/** The same press is the same change, whoever sends it twice. */
function keyOf({ botId }: BotContext, { id }: Pressed): string {
  return `${TELEGRAM}:${botId}:${id}`.slice(0, 128);
}

/** Of an earlier daemon, or pressed twice. */
function onOldButton(context: BotContext, questions: AskedRequests, pressed: Pressed): void {
  const { outgoing, sender, signal, host } = context;
  const { id, chat, message, text } = pressed;
  const request = questions.requestOf(chat, message);
  const approval = request === undefined ? undefined : host.approvals.approvalOf(request);
  const isOver = approval !== undefined && approval.status !== "pending";
  toast(context, id, isOver ? escapeControls(outcomeText(approval)) : OLD_BUTTON);
  if (request !== undefined) return questions.reconcile();
  // Its number was not written before the daemon was killed: now it is known.
  const said = `\n– ${OLD_BUTTON}`;
  const [first = ""] = splitMessage(text, MAX_MESSAGE - said.length);
  outgoing.send(chat, () => sender.edit({ chat, message, text: `${first}${said}` }, signal));
}
