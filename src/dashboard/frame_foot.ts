/** Which keys the line at the foot shows, or what is said there in their place. Pure. */
import { isQuestion } from "../view/approval_words.ts";
import { hintsRow, keysRow, messageRows } from "./foot.ts";
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
  const { item, lost } = state;
  // Nothing can be answered while the daemon is gone.
  const { asks: _, ...asksNothing } = item ?? {};
  if (item === undefined) return [hintsRow([...(state.text === "" ? [] : FILTERED), ...ALWAYS], size.columns)];
  const { asked } = state.board;
  const isUnread = asked !== undefined && !isQuestion(asked) && !state.board.mayAllow(isInSight(state)) &&
    lost === undefined;
  return [keysRow(lost === undefined ? item : asksNothing as typeof item, size.columns, isUnread)];
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
