/** What a session is about, in one line. Pure. */
import { type Approval } from "../domain/approval.ts";
import type { SessionView } from "../domain/query.ts";
import { escapeControls, escapedLine } from "../domain/sanitize.ts";
import type { Session } from "../domain/session.ts";
import { markedSummary } from "./approval_words.ts";
import { KIND_WORDS } from "../domain/state_words.ts";
import { endingText } from "./states.ts";

/** What it waits for, runs, said last, failed with or did; escaped. @param open the request that it waits with */
export function activityText(session: Session | SessionView, open?: Approval): string {
  switch (session.status) {
    case "waiting": {
      const { for: kind, text } = session.waiting;
      return escapeControls((open === undefined ? text : markedSummary(open)) || KIND_WORDS[kind]);
    }
    case "error": {
      const { kind, text } = session.error;
      const words = kind === "unknown" && text !== "" ? "" : kind.replaceAll("_", " ");
      // An agent that says no more of it sends its kind as the text.
      return [words, text === kind ? "" : escapedLine(text)].filter(Boolean).join(": ");
    }
    case "working":
      return workText(session);
    case "idle":
      return escapedLine(session.idle.lastMessage ?? session.lastPrompt ?? "");
    case "closed":
      return closedText(session);
    case "starting":
      return "";
  }
}

function workText(session: Extract<Session, { status: "working" }>): string {
  const { tool, subagents } = session.working;
  const what = tool === undefined
    ? ""
    : escapeControls(tool.text === undefined ? tool.name : `${tool.name}: ${tool.text}`);
  const helped = subagents === 0 ? "" : `+${subagents} sub-agent${subagents === 1 ? "" : "s"}`;
  return [what, helped].filter((part) => part !== "").join("  ") || escapedLine(session.lastPrompt ?? "");
}

/** What it was asked last, how much it did, and how it ended. */
function closedText({ closed, turnCount, lastPrompt = "" }: Extract<Session, { status: "closed" }>): string {
  const turns = turnCount === 0 ? "no turn" : `${turnCount} turn${turnCount === 1 ? "" : "s"}`;
  const did = [turns, escapedLine(endingText(closed.reason))].filter(Boolean).join(", ");
  const asked = escapedLine(closed.lastMessage ?? lastPrompt);
  return asked === "" ? did : `${asked} (${did})`;
}
