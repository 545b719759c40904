/** Which keys the line at the foot shows, or what is said there in their place. Pure. */
import type { ActionName } from "../view/actions.ts";
import { isQuestion } from "../view/approval_words.ts";
import { whyNoPrompt } from "../view/turn_words.ts";
import { hintsRow, keysRow, messageRows, workKeysRow } from "./foot.ts";
import type { DashboardState } from "./state.ts";
import type { TerminalSize, TextRow } from "./terminal_port.ts";

/** As pages name the keys that scroll. */
const SCROLLS: ReadonlySet<string> = new Set(["Space", "j k"]);

export function footRows(state: DashboardState, size: TerminalSize, now: number, isTiny: boolean): readonly TextRow[] {
  if (size.rows <= 2) return [];
  const { page, over } = state;
  if (over !== undefined) return messageRows(`${over}; any key goes back`, size);
  if (page?.place === "foot") return page.rows(size, now);
  const { message, result } = state.board;
  if (message !== undefined) {
    return [...(result === undefined ? [] : messageRows(result, size)), ...messageRows(message, size)];
  }
  if (page !== undefined) {
    const { hints, shownPart = "" } = page;
    // Without a line for its title the page tells here what part of it is on the screen.
    const isTold = isTiny && shownPart !== "";
    return [hintsRow(hints.map(([key, word]) => [key, isTold && SCROLLS.has(key) ? shownPart : word]), size.columns)];
  }
  if (state.view === "activity") return [hintsRow(activityHints(state), size.columns)];
  const omits = refusedActions(state);
  if (state.view === "jobs") {
    const { item, job } = state.work;
    return [workKeysRow(item, size.columns, { isEnabled: job?.enabled === true, omits })];
  }
  const { item, lost } = state;
  // Nothing can be answered while the daemon is gone.
  const { asks: _, ...asksNothing } = item ?? {};
  if (item === undefined) {
    const begins = state.work.agents.length > 0 ? [["N", "new"] as const] : [];
    return [hintsRow([...(state.text === "" ? [] : FILTERED), ...begins, ...ALWAYS], size.columns)];
  }
  const { asked } = state.board;
  const isUnread = asked !== undefined && !isQuestion(asked) && !state.board.mayAllow(isInSight(state)) &&
    lost === undefined;
  return [keysRow(lost === undefined ? item : asksNothing as typeof item, size.columns, { isUnread, omits })];
}

/** No key is shown that nothing here would take. */
function refusedActions({ session, work }: DashboardState): ReadonlySet<ActionName> {
  const takesPrompt = session !== undefined &&
    whyNoPrompt(session, work.turns.ofSession(session.id), work.agents, work.reached) === undefined;
  return new Set<ActionName>([
    ...(takesPrompt || session === undefined ? [] : ["prompt" as const]),
    ...(work.agents.length > 0 ? [] : ["new_session" as const]),
  ]);
}

/** Keys that mean something where no row is. */
const ALWAYS = [["Tab", "view"], ["?", "help"], ["q", "quit"]] as const;
const FILTERED = [["Esc", "show all"], ["/", "filter"]] as const;

/** All that the current request asks is on the screen, in the pane beside or below the list. */
export function isInSight({ board, inSight }: DashboardState): boolean {
  return board.asked !== undefined && inSight.shown === board.asked.id;
}

function activityHints({ activity }: DashboardState): readonly (readonly [string, string])[] {
  return [["Space", activity.isPaused ? "go on" : "pause"], ["j k", "scroll"], ["/", "filter"], ["Tab", "view"], [
    "?",
    "help",
  ], [
    "q",
    "quit",
  ]];
}
