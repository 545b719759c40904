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

/** Why a session takes no prompt from here, as the daemon would say it; undefined where it does. Escaped. @param turns of it */
export function whyNoPrompt(
  { id, status }: { readonly id: string; readonly status: string },
  turns: readonly unknown[],
): string | undefined {
  const session = `the session ${escapeControls(id)}`;
  if (turns.length === 0) {
    return `${session} is not one that the daemon runs; agent-console go brings its terminal to the front`;
  }
  return status === "closed" ? `${session} has ended; agent-console run AGENT begins another` : undefined;
}
