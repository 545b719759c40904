/** `approve -i`: all that is asked, one by one, answered with single keys. */
import { dim } from "@std/fmt/colors";
import { type Approval, type ApprovalScope, riskNamed } from "../../domain/approval.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { type Keyboard, stdinKeyboard } from "../../platform/keyboard.ts";
import { errorText } from "../../protocol/error_text.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { ParamsOf } from "../../protocol/method_schemas.ts";
import type { Nameables } from "../../view/pick.ts";
import { outcomeText, takesOwnWords } from "../../view/approval_words.ts";
import { askLine, showFitted } from "../ask.ts";
import { askAnswers } from "../ask_answers.ts";
import { type CommandContext, read } from "../context.ts";
import { decide } from "../decide_one.ts";
import { ESC, keyName, keyPrompt, promptAction, quickChoices } from "../inbox_keys.ts";
import { goThere } from "../go_there.ts";
import { Keys } from "../keys.ts";
import { LiveInbox } from "../live_inbox.ts";
import { page } from "../pager.ts";
import { otherKey } from "../../view/actions.ts";
import { KeyRun, READING_MS } from "../../view/reading.ts";
import { END_CHOICES, SCOPE_CHOICES } from "../../view/rule_choices.ts";
import { headOfLong, requestLines } from "../request_lines.ts";
import { wholeApproval } from "./show.ts";

/** It stops no job while single keys are read, and is no answer. */
const CTRL_Z = "\x1a";

/** What became of a question: answered or gone, left for later, or the end of it all. */
type Done = "over" | "skipped" | "quit";

/** What is known of the question on the screen. */
interface State {
  /** All of its text was shown. */
  isWhole: boolean;
  readonly mayLast: boolean;
  /** A key that was pressed before it, ms since 1970, was meant for something else. */
  readable: number;
}

/** What all steps use. */
interface Desk {
  readonly run: CommandContext;
  readonly keyboard: Keyboard;
  readonly keys: Keys;
  readonly inbox: LiveInbox;
  /** Since when the key is down that comes. */
  readonly pressed: KeyRun;
}

export async function answerInbox(run: CommandContext, keyboard: Keyboard = stdinKeyboard): Promise<void> {
  if (!keyboard.isTerminal) {
    throw new ConsoleError("failed", "stdin is no terminal, so nobody can press a key", {
      hint: "agent-console approvals, then agent-console approve ID",
    });
  }
  const inbox = await LiveInbox.open(run);
  try {
    if (inbox.open.length === 0) return run.out.note("Nothing waits for an answer.");
    run.takeSignals();
    const keys = new Keys(keyboard);
    try {
      await goThrough({ run: { ...run, signal: keys.signal }, keyboard, keys, inbox, pressed: new KeyRun() });
    } finally {
      keys[Symbol.dispose]();
    }
  } finally {
    inbox[Symbol.dispose]();
  }
}

/** Oldest first; what comes meanwhile is newer, so it comes at the end. */
async function goThrough(desk: Desk): Promise<void> {
  const { run, inbox } = desk;
  const seen = new Set<string>();
  let skipped = 0;
  for (;;) {
    const left = inbox.open.filter(({ id }) => !seen.has(id));
    const [approval] = left;
    if (approval === undefined) break;
    seen.add(approval.id);
    const done = await one(desk, approval, left.length);
    if (done === "skipped") skipped++;
    if (done === "quit") return;
  }
  const open = skipped === 0 ? "" : ` ${skipped} skipped: agent-console approvals`;
  run.out.note(`Nothing more waits for an answer.${open}`);
}

async function one(desk: Desk, approval: Approval, left: number): Promise<Done> {
  const { run, keyboard, inbox } = desk;
  const { id } = approval;
  keyboard.show(`\n${dim(left === 1 ? "the last one" : `${left} to answer`)}\n`);
  const { scopes, isWhole } = await showAtHand(desk, approval);
  const state: State = {
    isWhole,
    mayLast: mayLast(approval, scopes),
    readable: Date.now() + READING_MS,
  };
  let isLost = false;
  for (let isAsked = false;;) {
    if (!inbox.isOpen(id)) return gone(desk, approval, isAsked);
    if (inbox.lost !== undefined && !isLost) keyboard.show(`\n${escapeControls(inbox.lost)}; trying again\n`);
    if (!isAsked || isLost !== (inbox.lost !== undefined)) {
      keyboard.show(keyPrompt(approval, state, run.out.screen.columns));
    }
    isAsked = true;
    isLost = inbox.lost !== undefined;
    const typed = await desk.keys.next(inbox.changed());
    if (typed === undefined) continue;
    const [key = ""] = typed.keys;
    if (key === CTRL_Z) continue;
    if (key === "q") {
      keyboard.show("q\n");
      return "quit";
    }
    // Of keys that came together only the first counts: pasted text answers no more than one question.
    if (desk.pressed.press(key, typed.at) < state.readable) continue;
    state.readable = 0;
    const name = keyName(typed.keys);
    keyboard.show(`${name}\n`);
    isAsked = false;
    if (key === ESC) {
      keyboard.show(noneOf(name));
      continue;
    }
    if (!inbox.isOpen(id)) continue; // answered elsewhere in this very moment
    if (key === "s") return "skipped";
    try {
      if (await pressed(desk, approval, key, state)) return "over";
    } catch (error) {
      if (!(error instanceof ConsoleError)) throw error;
      showFitted(keyboard, errorText(error));
      if (!await isPending(run, id)) return "over";
    }
  }
}

function noneOf(name: string): string {
  return `${name} is none of these keys\n`;
}

async function isPending(run: CommandContext, id: string): Promise<boolean> {
  return (await read(run, "approval.list", {})).approvals.some((one) => one.id === id);
}

function gone({ keyboard, inbox }: Desk, { id }: Approval, isAsked: boolean): Done {
  const now = inbox.get(id);
  const how = now === undefined ? "is not asked any more" : escapeControls(outcomeText(now));
  keyboard.show(`${isAsked ? "\n" : ""}${id}: ${how}\n`);
  return "over";
}

/** A yes to it may make a rule, as far as that is known. */
function mayLast({ for: kind }: Approval, scopes: readonly ApprovalScope[] | undefined): boolean {
  return kind === "permission" && (scopes === undefined || scopes.some((scope) => scope !== "once"));
}

/**
 * The whole of it, where it was kept whole: else its two ends, and the rest only in the pager.
 *
 * @returns how far a yes may reach, undefined where that is not known yet; and whether all of it fits the screen
 */
async function showAtHand(
  { run, keyboard, inbox }: Desk,
  approval: Approval,
): Promise<{ readonly scopes: readonly ApprovalScope[] | undefined; readonly isWhole: boolean }> {
  if (approval.missing !== undefined) {
    keyboard.show(`${(await requestLines(run, approval, boardOf(inbox), { isAsked: true })).join("\n")}\n`);
    if (approval.cutBy === undefined) {
      keyboard.show(`  v shows the ${approval.missing} characters that are left out here\n`);
    }
    return { scopes: undefined, isWhole: false };
  }
  const whole = await wholeApproval(run, approval);
  const lines = await requestLines(run, whole, boardOf(inbox), { whole: true, isAsked: true });
  const head = headOfLong(lines, run.out.screen);
  const again = head.length === 0 ? [] : ["", `… ${lines.length} lines, v pages through them:`, ...head];
  keyboard.show(`${[...lines, ...again].join("\n")}\n`);
  // What has scrolled away nobody has read.
  return { scopes: whole.scopes, isWhole: again.length === 0 };
}

function boardOf({ open, sessions }: LiveInbox): Nameables {
  return { approvals: open, sessions };
}

/** Whether it is answered now. @throws {ConsoleError} */
async function pressed(desk: Desk, approval: Approval, key: string, state: State): Promise<boolean> {
  const { run, keyboard, keys, inbox } = desk;
  const { id, choices = [], cutBy } = approval;
  const send = async (params: Omit<ParamsOf<"approval.decide">, "id">) => {
    await decide(run, approval, { id, ...params });
    return true;
  };
  const action = promptAction(key);
  if (action === "detail") {
    await viewAll(desk, approval);
    state.isWhole = cutBy === undefined;
    return false;
  }
  if (action === "open") {
    const session = inbox.sessions.find((row) => row.id === approval.sessionId);
    keyboard.show(`${session === undefined ? "its session is gone" : await goThere(run, session)}\n`);
    return false;
  }
  if (action === "no") return await send({ decision: "deny" });
  if (action === "no_because") {
    const message = await keys.lent(() => askLine(run, "no, because (Enter: back): ", keyboard));
    return message === "" ? false : await send({ decision: "deny", message });
  }
  const isYes = choices.length === 0 && (action === "yes" || (action === "yes_for" && state.mayLast));
  const isAnswer = choices.length > 0 && (action === "choose" || action === "yes" || key === "w");
  if (cutBy !== undefined || !(isYes || isAnswer)) {
    keyboard.show(noneOf(keyName(key)));
    return false;
  }
  // Nobody approves what they could not read: it is shown first, and then asked again.
  if (!state.isWhole) {
    await viewAll(desk, approval);
    state.isWhole = true;
    state.readable = Date.now(); // the same key, held down, has not read it
    return false;
  }
  if (isAnswer) {
    const answers = await answersBy(desk, approval, key);
    return answers === undefined ? false : await send({ decision: "approve", answers });
  }
  const scope = action === "yes_for" ? await askScope(desk) : {};
  if (scope === undefined) return false;
  if (riskNamed(approval.risk) === "destroys" && !await isSure(desk, key)) return false;
  return await send({ decision: "approve", ...scope });
}

async function viewAll({ run, keyboard, keys, inbox }: Desk, approval: Approval): Promise<void> {
  const form = { whole: true, full: true, isAsked: true };
  const lines = await requestLines(run, await wholeApproval(run, approval), boardOf(inbox), form);
  await keys.paged(async () => {
    if (!await page(run, lines)) keyboard.show(`${lines.join("\n")}\n`);
  });
}

/** Undefined: the person went back. */
async function answersBy(
  { run, keyboard, keys }: Desk,
  approval: Approval,
  key: string,
): Promise<Record<string, string> | undefined> {
  const quick = quickChoices(approval);
  const [choice] = approval.choices ?? [];
  if (quick === undefined || choice === undefined) return await keys.lent(() => askAnswers(run, approval, keyboard));
  const chosen = quick[Number(key) - 1];
  if (chosen !== undefined) return { [choice.question]: chosen };
  if (key !== "w" || !takesOwnWords(approval, choice)) return undefined;
  const words = await keys.lent(() => askLine(run, "your words (Enter: back): ", keyboard));
  return words === "" ? undefined : { [choice.question]: words };
}

/** Undefined: any other key, which goes back. */
async function askScope(
  desk: Desk,
): Promise<Pick<ParamsOf<"approval.decide">, "scope" | "expiresInSecs"> | undefined> {
  const asked = await keyOf(desk, "the same call from now on: s in this session · w in this folder · a always > ");
  const [, scope = "once"] = SCOPE_CHOICES.find(([key]) => key === asked) ?? [];
  if (scope === "once") return undefined;
  const until = await keyOf(desk, "until: 1 in 1 hour · 8 in 8 hours · n for good > ");
  const end = END_CHOICES.find(([key]) => key === until);
  if (end === undefined) return undefined;
  const [, , secs] = end;
  return { scope, ...(secs === undefined ? {} : { expiresInSecs: secs }) };
}

/** @param key that asked: it may be held down, so that another one confirms */
async function isSure(desk: Desk, key: string): Promise<boolean> {
  const other = otherKey("yes", key === "y" ? key : "a");
  for (;;) {
    const answer = await keyOf(desk, `It destroys something. ${other} approves it, any other key goes back > `);
    if (answer !== key) return answer === other;
  }
}

/** The key to a step of one question; what was typed before the step was shown does not count. */
async function keyOf({ keyboard, keys, pressed }: Desk, text: string): Promise<string> {
  showFitted(keyboard, text);
  const shown = Date.now();
  for (;;) {
    const typed = await keys.next(new Promise(() => {}));
    if (typed === undefined) continue;
    const [key = ""] = typed.keys;
    if (key === CTRL_Z) continue;
    if (pressed.press(key, typed.at) < shown) continue;
    keyboard.show(`${keyName(typed.keys)}\n`);
    return key;
  }
}
