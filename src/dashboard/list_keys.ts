/** What keys mean while no page lies over the lists. Nothing that was not there to be read is answered by one. */
import type { Approval } from "../domain/approval.ts";
import { isQuestion } from "../view/approval_words.ts";
import { approvalItems } from "../view/approval_items.ts";
import { actionOfKey } from "../view/actions.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { resumeLine } from "../view/resume_line.ts";
import { ConsolePage } from "./console_page.ts";
import { detailOf } from "./detail_source.ts";
import type { Effect } from "./effect.ts";
import { TextField } from "./text_field.ts";
import type { PagePress } from "./page.ts";
import { SeveralPage } from "./several_page.ts";
import { ConfirmPage, DetailPage, HelpPage, LinePage } from "./simple_pages.ts";
import type { DashboardState } from "./state.ts";
import { VIEWS } from "../view/views.ts";
import { openNewSession, openPrompt, pressInJobs } from "./work_keys.ts";

/** Keys that mean the same when they come together. */
const MOVES: ReadonlySet<string> = new Set(["j", "k", "Up", "Down", "PageUp", "PageDown", "Home", "End", "g", "G"]);
/** Keys that answer nothing, whatever comes with them. */
const HARMLESS: ReadonlySet<string> = new Set([...MOVES, "Space", "Tab", "Shift+Tab", "Escape"]);
/** Keys that answer, or may lead to an answer. */
const ANSWERS = /^(?:[aAdDyn1-9]|Enter|Space)$/;

/** @param page rows of a page of the list */
export function pressInList(
  state: DashboardState,
  { key, alone, began }: PagePress,
  { now, page }: { readonly now: number; readonly page: number },
): Effect | undefined {
  if (!alone && !HARMLESS.has(key)) {
    state.say("keys that come together, as in a pasted text, answer nothing", now);
    return undefined;
  }
  if (key === "q" || key === "Ctrl+D") return { kind: "quit", code: 0 };
  if (key === "?") return void state.open(new HelpPage());
  if (key === "/") return void openFilter(state);
  if (key === ":") return void openConsole(state, now);
  if (key === "Tab" || key === "Shift+Tab") return void turn(state, key === "Tab" ? 1 : -1, now);
  const view = VIEWS[Number(key) - 1];
  if (view !== undefined && !asksByNumber(state)) return void state.turnTo(view, now);
  if (key === "Escape") return void backOut(state, now);
  if (key === "N") return void openNewSession(state, now);
  if (state.view === "activity") return void pressInActivity(state, key);
  if (state.view === "jobs") return pressInJobs(state, key, { now, page });
  if (key === "i") return void openPrompt(state, state.session?.id, now);
  if (MOVES.has(key)) return void move(state, key, page, now);
  if (ANSWERS.test(key)) return answerKey(state, { key, began }, now);
  return otherKey(state, key, now);
}

function turn(state: DashboardState, by: 1 | -1, now: number): void {
  const next = VIEWS[(VIEWS.indexOf(state.view) + by + VIEWS.length) % VIEWS.length];
  if (next !== undefined) state.turnTo(next, now);
}

/** The current row asks a question whose choices are on the screen: numbers belong to it. */
function asksByNumber({ view, board, inSight }: DashboardState): boolean {
  const { asked } = board;
  return view !== "activity" && asked !== undefined && isQuestion(asked) && inSight.shown === asked.id;
}

/** One step back: what was marked, then what was typed. */
function backOut(state: DashboardState, now: number): void {
  state.board.say(undefined, now);
  if (state.marked.size > 0) state.marked.clear();
  else state.text = "";
}

function pressInActivity({ activity }: DashboardState, key: string): void {
  const by = new Map([["j", 1], ["Down", 1], ["k", -1], ["Up", -1], ["PageDown", activity.page], [
    "PageUp",
    -activity.page,
  ]]);
  if (key === "Space") activity.isPaused ? activity.goOn() : activity.pause();
  else if (key === "End" || key === "G") activity.goOn();
  else if (key === "Home" || key === "g") activity.scroll(-Infinity);
  else activity.scroll(by.get(key) ?? 0);
}

function move(state: DashboardState, key: string, page: number, now: number): void {
  const { board } = state;
  const { items, current } = board;
  if (key === "j" || key === "k" || key === "Up" || key === "Down") {
    return void board.press({ action: "move", key, began: now }, now);
  }
  const at = Math.max(0, items.findIndex(({ id }) => id === current));
  const to = key === "PageUp"
    ? at - page
    : key === "PageDown"
    ? at + page
    : key === "End" || key === "G"
    ? items.length
    : 0;
  const item = items[Math.min(items.length - 1, Math.max(0, to))];
  if (item !== undefined) board.goTo(item.id, now);
}

function answerKey(
  state: DashboardState,
  { key, began }: Pick<PagePress, "key" | "began">,
  now: number,
): Effect | undefined {
  const { board, item } = state;
  if (key === "Enter" && item?.asks?.approval === undefined) return void openDetail(state, now);
  if (state.lost !== undefined) return void state.say(`${state.lost}; nothing can be answered now`, now);
  // Nobody has read what a page or another list hid.
  if (!state.isReadable(began)) return void state.say("it has only just appeared: press again", now);
  state.noteRead(began);
  const { asked } = board;
  if (key === "Space") return void mark(state, now);
  if (state.marked.size > 0 && /^[adyn]$/.test(key)) return void openSeveral(state, key === "a" || key === "y", now);
  if (key === "A") {
    const approval = board.asking(began, now, true);
    if (approval === undefined) return undefined;
    if (isQuestion(approval)) return void state.say("a question is answered each time: a answers it", now);
    return { kind: "whole", approval, then: "scopes" };
  }
  if (key === "D") return void openMessage(state, began, now);
  if (asked !== undefined && state.inSight.shown === asked.id && !state.inSight.isMeant(asked.id, began)) {
    return void state.say("it has only just appeared: press again", now);
  }
  // A form asks for values, as a question does.
  if (/^(?:[ay]|Enter)$/.test(key) && asked !== undefined && !isQuestion(asked) && hasChoices(asked)) {
    const approval = board.asking(began, now, true);
    return approval === undefined ? undefined : { kind: "whole", approval, then: "ask" };
  }
  const name = actionOfKey(key);
  const action = name === undefined ? undefined : board.press({ action: name, key, began }, now);
  switch (action?.kind) {
    case "view":
      return { kind: "whole", approval: action.approval, then: "view" };
    case "ask":
      return { kind: "whole", approval: action.approval, then: "ask" };
    case "answer": {
      const { approval, allow, option } = action;
      const question = approval.choices?.[0]?.question;
      const answers = option === undefined || question === undefined ? {} : { answers: { [question]: option } };
      return { kind: "decide", approvals: [approval], answer: { decision: allow ? "approve" : "deny", ...answers } };
    }
    default:
      return undefined;
  }
}

function hasChoices({ choices = [] }: Approval): boolean {
  return choices.length > 0;
}

function mark(state: DashboardState, now: number): void {
  const { asked } = state.board;
  if (asked === undefined || isQuestion(asked) || hasChoices(asked)) {
    return state.say("only a request with a yes or a no can be marked", now);
  }
  if (!state.marked.delete(asked.id)) state.marked.add(asked.id);
  state.board.press({ action: "move", key: "j", began: now }, now);
}

function openSeveral(state: DashboardState, allow: boolean, now: number): void {
  const { live, marked, home } = state;
  const chosen = live.approvals.filter(({ id }) => marked.has(id));
  // What is longer than its call can only be allowed by who has read all of it.
  const some = allow
    ? chosen.filter((one) => one.missing === undefined && one.cutBy === undefined && one.detail === undefined)
    : chosen;
  if (some.length === 0) return state.say("each of them must be read for itself: v shows all of it", now);
  const items = approvalItems(some, { sessions: live.openSessions, among: live.approvals, now, home });
  const several = some.flatMap((approval, at) => {
    const item = items[at];
    return item === undefined ? [] : [{ approval, item }];
  });
  state.open(new SeveralPage(several, allow, chosen.length - some.length, now));
}

function openMessage(state: DashboardState, began: number, now: number): void {
  const approval = state.board.asking(began, now, false);
  if (approval === undefined) return;
  state.open(
    new LinePage(
      new TextField("no, because:"),
      (message) =>
        message === "" ? undefined : { kind: "decide", approvals: [approval], answer: { decision: "deny", message } },
      { approval },
    ),
  );
}

function openConsole(state: DashboardState, now: number): void {
  if (state.lost !== undefined) return state.say(`${state.lost}; no command runs now`, now);
  state.open(new ConsolePage());
}

function openFilter(state: DashboardState): void {
  const before = state.text;
  state.open(
    new LinePage(new TextField("/", before), () => undefined, {
      changed: (text) => void (state.text = text ?? ""),
    }),
  );
}

/** All of the marked session; of a request the window fetches the rest of its text first. */
export function openDetail(state: DashboardState, now: number): void {
  const { item } = state;
  if (item === undefined) return state.say("there is nothing to show", now);
  const approval = item.asks?.approval;
  const { id } = item;
  state.open(
    new DetailPage(
      approval?.sessionId ?? id,
      (width, now) => {
        const current = state.board.items.find((one) => one.id === id) ?? item;
        return detailOf(state, current, { width, room: Infinity, now });
      },
      approval,
    ),
  );
}

function otherKey(state: DashboardState, key: string, now: number): Effect | undefined {
  const { item, session } = state;
  state.board.pressed(now);
  if (item === undefined) return undefined;
  if (key === "v") {
    const approval = item.asks?.approval;
    return approval === undefined ? void openDetail(state, now) : { kind: "whole", approval, then: "view" };
  }
  if (key === "c") {
    const approval = item.asks?.approval;
    return approval === undefined
      ? { kind: "copy", text: item.id, said: "copied its id" }
      : { kind: "copy", text: approval.input || item.about, said: "copied what it asks" };
  }
  if (session === undefined) return /^[orRpx]$/.test(key) ? void state.say("its session is gone", now) : undefined;
  const { id: sessionId } = session;
  if (key === "o") return { kind: "go", sessionId };
  if (key === "r") return resume(state, now);
  if (key === "x") {
    const question = `Close the row of ${item.name}? Its agent goes on. y closes it, any other key goes back`;
    state.open(new ConfirmPage(question, { kind: "close", sessionId, said: `${item.name}: closed` }, now));
  }
  if (key === "R") {
    state.open(
      new LinePage(new TextField("name:", session.title ?? ""), (title) =>
        title === "" ? undefined : {
          kind: "update",
          sessionId,
          fields: { title },
          said: `${item.name} is now called ${escapeControls(title)}`,
        }),
    );
  }
  if (key === "p") {
    state.open(
      new LinePage(new TextField("priority, -100 to 100:", String(session.priority)), (text) => {
        const priority = Number(text);
        if (!/^-?\d{1,3}$/.test(text) || Math.abs(priority) > 100) {
          state.say("a priority is a number from -100 to 100", now);
          return undefined;
        }
        return { kind: "update", sessionId, fields: { priority }, said: `${item.name}: priority ${priority}` };
      }),
    );
  }
  return undefined;
}

function resume(state: DashboardState, now: number): Effect | undefined {
  const { session } = state;
  const command = session?.status === "closed" ? resumeLine(session.closed.reopenable) : undefined;
  if (command === undefined) return void state.say("nothing is known that goes on with it", now);
  return { kind: "copy", text: command, said: `copied: ${escapeControls(command)}` };
}
