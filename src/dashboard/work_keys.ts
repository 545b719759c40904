/** What keys mean for turns and jobs, and the prompts that any list opens. */
import { workActionOfKey } from "../view/actions.ts";
import { openTurn } from "../view/work_detail.ts";
import { whyNoPrompt } from "../view/turn_words.ts";
import { isEndable } from "../view/work_looks.ts";
import type { Effect } from "./effect.ts";
import { NewSessionPage } from "./new_session_page.ts";
import { PromptPage } from "./prompt_page.ts";
import { ConfirmPage, DetailPage } from "./simple_pages.ts";
import type { DashboardState } from "./state.ts";
import { workDetailOf } from "./work_source.ts";

const NOTHING = "there is nothing to show";
const LOST = "nothing can be done now";

/** @param page rows of a page of the list */
export function pressInJobs(
  state: DashboardState,
  key: string,
  { now, page }: { readonly now: number; readonly page: number },
): Effect | undefined {
  const { work } = state;
  const { item } = work;
  const steps = new Map([["PageUp", -page], ["PageDown", page], ["Home", -Infinity], ["g", -Infinity], [
    "End",
    Infinity,
  ], ["G", Infinity]]);
  const by = steps.get(key);
  state.board.pressed(now);
  if (by !== undefined) return void work.move(by);
  const action = workActionOfKey(key);
  if (action === "move") return void work.move(key === "k" || key === "Up" ? -1 : 1);
  if (action === "detail") return void openWorkDetail(state, now);
  if (action === "prompt") return void openPrompt(state, item?.sessionId, now);
  if (item === undefined || action === undefined) return undefined;
  if (action === "copy") {
    return { kind: "copy", text: item.of, said: `copied its ${item.kind === "job" ? "name" : "id"}` };
  }
  if (state.lost !== undefined) return void state.say(`${state.lost}; ${LOST}`, now);
  if (action === "cancel") return void askCancel(state, now);
  const { job } = work;
  if (job === undefined) return void state.say("it is a turn: a job has a schedule", now);
  const id = job.id;
  if (action === "run_now") return { kind: "tell_work", tells: "job.run", id, said: `${item.name}: has begun` };
  if (action !== "enable") return undefined;
  return job.enabled
    ? { kind: "tell_work", tells: "job.disable", id, said: `${item.name}: disabled` }
    : { kind: "tell_work", tells: "job.enable", id, said: `${item.name}: enabled` };
}

/** All of the marked turn or job. */
export function openWorkDetail(state: DashboardState, now: number): void {
  if (state.work.item === undefined) return state.say(NOTHING, now);
  state.open(new DetailPage("", (width, now) => workDetailOf(state, { width, room: Infinity, now })));
}

function askCancel(state: DashboardState, now: number): void {
  const { item, turn, job } = state.work;
  if (item === undefined) return;
  if (!isEndable(item)) return state.say("it does not run", now);
  const ask = (what: string, effect: Effect) =>
    state.openOver(new ConfirmPage(`Cancel ${what}? y cancels it, any other key goes back`, effect, now));
  if (turn !== undefined) {
    const said = `${item.name}: the turn is told to end`;
    return ask(`the turn of ${item.name}`, { kind: "tell_work", tells: "turn.cancel", id: turn.id, said });
  }
  if (job === undefined) return;
  ask(`the run of ${item.name}`, {
    kind: "tell_work",
    tells: "job.cancel",
    id: job.id,
    said: `${item.name}: cancelled`,
  });
}

/** Only a session that the daemon runs takes one, or one that it reaches. */
export function openPrompt(state: DashboardState, sessionId: string | undefined, now: number): void {
  const session = sessionId === undefined ? undefined : state.live.session(sessionId);
  if (session === undefined) return state.say("there is no session to give it to; N begins one", now);
  if (state.lost !== undefined) return state.say(`${state.lost}; ${LOST}`, now);
  const turns = state.work.turns.ofSession(session.id);
  const why = whyNoPrompt(session, turns, state.work.agents, state.work.reached);
  if (why !== undefined) return state.say(why, now);
  const waits = openTurn(turns) === undefined ? "" : " (behind the turn that runs)";
  const label = `prompt for ${state.nameOfSession(session.id)}${waits}:`;
  const target = { sessionId: session.id };
  const page = state.work.drafts.get(session.id) ?? new PromptPage(label, target);
  page.aim(label, target);
  state.work.drafts.set(session.id, page);
  state.openOver(page);
}

/** In the folder of the marked session, or at home. */
export function openNewSession(state: DashboardState, now: number): void {
  const { work, home, session } = state;
  if (state.lost !== undefined) return state.say(`${state.lost}; ${LOST}`, now);
  if (work.agents.length === 0) return state.say(NO_AGENTS, now);
  const folder = session?.cwd ?? work.turn?.cwd ?? home ?? "";
  const options = { agents: work.agents, folder, home };
  if (work.newSession?.isFor(options) !== true) work.newSession = new NewSessionPage(options);
  state.openOver(work.newSession);
}

const NO_AGENTS = `no agent is configured; agent-console config set agents.NAME.command '["PROGRAM"]', ` +
  "then agent-console daemon restart";
