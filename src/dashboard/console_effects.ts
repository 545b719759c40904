/** The daemon's console, as the dashboard asks it: which commands there are, and what one of them says. */
import { callFor, type CommandContext, read } from "../cli/context.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { CONSOLE_LINE_MS } from "../view/console_line.ts";
import type { Effect } from "./effect.ts";
import { errorAdvice } from "./error_advice.ts";
import type { DashboardState } from "./state.ts";

/** Of an answer whose page was left, at the foot, UTF-16 units. */
const MAX_TOLD = 200;

type ListConsole = Extract<Effect, { kind: "console_list" }>;
type RunConsole = Extract<Effect, { kind: "console_run" }>;

/** @throws {ConsoleError} */
export async function listConsoleEntries(run: CommandContext, { page }: ListConsole): Promise<void> {
  try {
    page.listed((await read(run, "command.list", {})).commands);
  } catch (error) {
    page.listFailed();
    throw error;
  }
}

/** Its answer, or why there is none, goes to the page; to the foot where that was left. */
export async function runConsoleLine(run: CommandContext, effect: RunConsole, state: DashboardState): Promise<void> {
  const { line, by, page } = effect;
  const answer = await callFor(run, CONSOLE_LINE_MS, "command.execute", { command: line }).then(
    ({ response: text, success }) => ({ text, success }),
    (error) => {
      if (!(error instanceof ConsoleError)) throw error;
      return { text: errorAdvice(error), success: false };
    },
  );
  page.said({ line, ...answer, ...(by === undefined ? {} : { by }) });
  const open: unknown = state.page;
  if (open === page) return;
  const [first = ""] = answer.text.split("\n");
  state.tell(escapeControls(`${line}: ${first.slice(0, MAX_TOLD).toWellFormed()}`), Date.now());
}
