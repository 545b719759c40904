/** What is said to who waits for a turn. Pure. */
import type { Approval } from "../domain/approval.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { fitHead } from "./text_fit.ts";

const ASKED_COLUMNS = 200;

/** What keeps the turn. Escaped. */
export function askedText({ id, agent, tool, input }: Pick<Approval, "id" | "agent" | "tool" | "input">): string {
  const what = fitHead(escapeControls(`${tool}: ${input}`), ASKED_COLUMNS);
  return `${escapeControls(agent)} asks: ${what}\nhint: in another window, agent-console approve ${id}, or deny ${id}`;
}

/** A turn that ended by itself did not do all: undefined where it went to its end. Escaped. */
export function earlyEnd(stopReason: string | undefined): string | undefined {
  return stopReason === undefined || stopReason === "end_turn"
    ? undefined
    : `the agent ended its turn early: ${escapeControls(stopReason.replaceAll("_", " "))}`;
}
