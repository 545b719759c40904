/** A press of a button: other buttons, or the answer to a request, which counts once. */
import type { Approval } from "../../domain/approval.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { ParamsOf } from "../../protocol/method_schemas.ts";
import { outcomeText } from "../../view/approval_words.ts";
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

export async function onPress(context: BotContext, questions: AskedRequests, pressed: Pressed): Promise<void> {
  const { buttons, sender, signal, host } = context;
  const { id, chat, message, data } = pressed;
  let taken = buttons.take(data, chat, message);
  // A press can overtake the reply that tells the number of its message.
  for (let tries = 0; taken === "early" && tries < EARLY_TRIES && !signal.aborted; tries++) {
    await context.sleep(EARLY_MS, signal).catch(() => {});
    taken = buttons.take(data, chat, message);
  }
  if (taken === "early") return await sender.toast(id, "one moment, then press again", signal);
  if (taken === undefined) return await onOldButton(context, questions, pressed);
  const approval = host.approvals.approvalOf(taken.approval);
  if (approval?.status !== "pending") {
    const told = approval === undefined ? "this request is over" : escapeControls(outcomeText(approval));
    await sender.toast(id, told, signal);
    return questions.settle();
  }
  const toast = await pressOne(context, questions, { pressed, approval, press: taken.press }).catch((error) => {
    if (!(error instanceof ConsoleError)) throw error;
    return escapeControls(error.message);
  });
  await sender.toast(id, toast, signal);
  questions.settle();
}

interface OnePress {
  readonly pressed: Pressed;
  readonly approval: Approval;
  readonly press: Press;
}

/** @returns what the button says for a moment @throws {ConsoleError} why it did nothing */
async function pressOne(context: BotContext, questions: AskedRequests, { pressed, approval, press }: OnePress) {
  const { caller } = context;
  const { chat, message, text } = pressed;
  const show = (choices: ReturnType<typeof firstChoices>) => questions.show(approval.id, chat, message, text, choices);
  switch (press.kind) {
    case "confirm":
      await show(CONFIRM_CHOICES);
      return "it destroys something: are you sure?";
    case "more": {
      const { scopes = [] } = await caller.call("approval.text", { id: approval.id });
      await show(scopeChoices(scopes));
      return scopes.some((scope) => scope !== "once") ? "how far does your yes reach?" : "it can only be approved once";
    }
    case "first":
      await show(firstChoices(approval, true)); // buttons that lead back stand below a whole text only
      return "";
    default:
      break;
  }
  try {
    const params = { id: approval.id, ...decisionOf(press, approval), idempotencyKey: keyOf(context, pressed) };
    const { delivered } = await caller.call("approval.decide", params);
    const done = press.kind === "deny" ? "denied" : press.kind === "answer" ? "answered" : `approved ${press.scope}`;
    return delivered === false ? `${done}, but its agent did not get it: its own terminal asks` : done;
  } catch (error) {
    // Its word is used up: where it did nothing there must be others. A no may stand below a text that is not whole.
    const isOpen = context.host.approvals.approvalOf(approval.id)?.status === "pending";
    if (isOpen) await show(firstChoices(approval, press.kind !== "deny"));
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
async function onOldButton(context: BotContext, questions: AskedRequests, pressed: Pressed): Promise<void> {
  const { sender, signal, host } = context;
  const { id, chat, message, text } = pressed;
  const request = questions.requestOf(chat, message);
  const approval = request === undefined ? undefined : host.approvals.approvalOf(request);
  const isOver = approval !== undefined && approval.status !== "pending";
  await sender.toast(id, isOver ? escapeControls(outcomeText(approval)) : OLD_BUTTON, signal);
  if (request !== undefined) return questions.settle();
  // Its number was not written before the daemon was killed: now it is known.
  const said = `\n– ${OLD_BUTTON}`;
  const [first = ""] = splitMessage(text, MAX_MESSAGE - said.length);
  await sender.edit({ chat, message, text: `${first}${said}` }, signal);
}
