/**
 * What a person can do in a window that takes keys: the one table of them. Footer, help, the page and docs/commands.md are
 * made of it. Pure.
 */
import { isQuestion } from "./approval_words.ts";
import type { SessionItem } from "./session_items.ts";
import { type WorkItem } from "./work_items.ts";
import { isEndable } from "./work_looks.ts";

export type ActionName =
  | "move"
  | "yes"
  | "yes_for"
  | "no"
  | "no_because"
  | "choose"
  | "mark"
  | "detail"
  | "open"
  | "resume"
  | "rename"
  | "priority"
  | "close"
  | "copy"
  | "prompt"
  | "new_session"
  | "cancel"
  | "run_now"
  | "enable"
  | "filter"
  | "console"
  | "view"
  | "help"
  | "back"
  | "quit";

export interface WindowAction {
  readonly name: ActionName;
  /** The first is the one that is told where there is little room. */
  readonly keys: readonly string[];
  /** In a footer. */
  readonly word: string;
  /** In the help. */
  readonly does: string;
  /** Of those with the highest the footer leaves out first. */
  readonly rank: number;
  /** `all`: in each of the lists; `jobs`: in that of turns and jobs; absent: in those of sessions and requests. */
  readonly lists?: "all" | "jobs";
  /** For which rows; absent: whatever is marked. */
  readonly needs?: (item: SessionItem) => boolean;
  /** For which rows of turns and jobs; absent: whatever is marked. */
  readonly needsWork?: (item: WorkItem) => boolean;
}

const isAsked = ({ asks }: SessionItem) => asks?.approval !== undefined;
const isCall = ({ asks }: SessionItem) => asks?.approval !== undefined && !isQuestion(asks.approval);
const hasChoices = ({ asks }: SessionItem) => asks?.approval !== undefined && isQuestion(asks.approval);
const isOver = ({ state }: SessionItem) => state === "closed" || state === "lost";

export const WINDOW_ACTIONS: readonly WindowAction[] = [
  { name: "yes", keys: ["a", "y"], word: "yes", does: "yes, once; answers a question", rank: 1, needs: isAsked },
  { name: "no", keys: ["d", "n"], word: "no", does: "no", rank: 1, needs: isAsked },
  {
    name: "yes_for",
    keys: ["A"],
    word: "yes for …",
    does: "yes, and from now on: how far, how long",
    rank: 4,
    needs: isCall,
  },
  { name: "no_because", keys: ["D"], word: "no, because …", does: "no, with a message", rank: 5, needs: isAsked },
  {
    name: "choose",
    keys: ["1-9"],
    word: "choose",
    does: "choose, where all choices are shown; else 1-4 turn to a view",
    rank: 3,
    needs: hasChoices,
  },
  {
    name: "mark",
    keys: ["Space"],
    word: "mark",
    does: "mark several, then a or d for all of them",
    rank: 7,
    needs: isCall,
  },
  { name: "detail", keys: ["Enter", "v"], word: "detail", does: "all of it", rank: 3, lists: "all" },
  {
    name: "cancel",
    keys: ["x"],
    word: "cancel",
    does: "in Jobs: end a turn, or the run of a job",
    rank: 2,
    lists: "jobs",
    needsWork: isEndable,
  },
  {
    name: "run_now",
    keys: ["r"],
    word: "run now",
    does: "in Jobs: begin a run of a job now",
    rank: 3,
    lists: "jobs",
    needsWork: (item) => item.kind === "job" && !isEndable(item),
  },
  {
    name: "enable",
    keys: ["e"],
    word: "on/off",
    does: "in Jobs: its schedule counts, or does not",
    rank: 4,
    lists: "jobs",
    needsWork: ({ kind }) => kind === "job",
  },
  {
    name: "prompt",
    keys: ["i"],
    word: "prompt",
    does: "give a prompt to a session that the daemon runs",
    rank: 5,
    lists: "all",
    needsWork: ({ sessionId }) => sessionId !== undefined,
  },
  {
    name: "new_session",
    keys: ["N"],
    word: "new",
    does: "begin a session with an agent that the daemon runs",
    rank: 7,
    lists: "all",
  },
  { name: "open", keys: ["o"], word: "open", does: "go to its terminal", rank: 5 },
  {
    name: "resume",
    keys: ["r"],
    word: "resume",
    does: "show and copy the command that goes on with it",
    rank: 6,
    needs: isOver,
  },
  {
    name: "move",
    keys: ["j", "k", "↓", "↑"],
    word: "move",
    does: "to the next row, the one before",
    rank: 6,
    lists: "all",
  },
  {
    name: "filter",
    keys: ["/"],
    word: "filter",
    does: "show fewer: agent:NAME status:waiting words",
    rank: 6,
    lists: "all",
  },
  {
    name: "console",
    keys: [":"],
    word: "command",
    does: "a command of the console, those of capsules too",
    rank: 8,
    lists: "all",
  },
  { name: "view", keys: ["Tab", "1-4"], word: "view", does: "sessions, inbox, activity, jobs", rank: 7, lists: "all" },
  { name: "rename", keys: ["R"], word: "rename", does: "give it a name", rank: 8 },
  { name: "priority", keys: ["p"], word: "priority", does: "put it before others in its state", rank: 8 },
  { name: "close", keys: ["x"], word: "close", does: "close its row; the agent goes on", rank: 8 },
  { name: "copy", keys: ["c"], word: "copy", does: "copy what it asks, or its id", rank: 8, lists: "all" },
  { name: "help", keys: ["?"], word: "help", does: "these keys", rank: 2, lists: "all" },
  { name: "back", keys: ["Esc"], word: "back", does: "one step back", rank: 9, lists: "all" },
  { name: "quit", keys: ["q"], word: "quit", does: "leave", rank: 4, lists: "all" },
];

const inSessions = ({ lists }: WindowAction) => lists !== "jobs";
const inJobs = ({ lists }: WindowAction) => lists !== undefined;

/** What can be done with the marked row, in the order of the table. */
export function allowedActions(item: SessionItem | undefined): readonly WindowAction[] {
  return WINDOW_ACTIONS.filter(inSessions)
    .filter(({ needs }) => needs === undefined || (item !== undefined && needs(item)));
}

/** The same in the list of turns and jobs. */
export function allowedWorkActions(item: WorkItem | undefined): readonly WindowAction[] {
  return WINDOW_ACTIONS.filter(inJobs)
    .filter(({ needsWork }) => needsWork === undefined || (item !== undefined && needsWork(item)));
}

/** The keys of a terminal that the table shows otherwise. */
const SIGNS: Readonly<Record<string, string>> = { Down: "↓", Up: "↑", Escape: "Esc" };

/** What a key does, by its name in a terminal; a number chooses, where there is something to choose. */
export function actionOfKey(key: string): ActionName | undefined {
  return /^[1-9]$/.test(key) ? "choose" : named(key, inSessions);
}

/** The same in the list of turns and jobs. */
export function workActionOfKey(key: string): ActionName | undefined {
  return named(key, inJobs);
}

function named(key: string, isIn: (action: WindowAction) => boolean): ActionName | undefined {
  const shown = Object.hasOwn(SIGNS, key) ? SIGNS[key] : key;
  return WINDOW_ACTIONS.filter(isIn).find(({ keys }) => keys.some((one) => one === shown))?.name;
}

/** Another key that does the same. */
export function otherKey(name: ActionName, key: string): string {
  const keys = WINDOW_ACTIONS.find((one) => one.name === name)?.keys ?? [];
  return keys.find((one) => one !== key) ?? key;
}
