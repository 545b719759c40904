/** What is said to who waits for a turn. Pure. */
import type { Approval } from "../domain/approval.ts";
import { escapeControls, escapeControlsKeepLines, escapedLine } from "../domain/sanitize.ts";
import { NO_RESULT } from "../domain/turn_change.ts";
import type { Tone } from "./states.ts";
import { fitHead } from "./text_fit.ts";
import { duration } from "./times.ts";

const ASKED_COLUMNS = 200;

/** What keeps the turn, and how it is answered: in another window, or in this one. Escaped. */
export function askedText(
  { id, agent, tool, input }: Pick<Approval, "id" | "agent" | "tool" | "input">,
  where: "elsewhere" | "here" = "elsewhere",
): string {
  const what = fitHead(escapeControls(`${tool}: ${input}`), ASKED_COLUMNS);
  const how = where === "here"
    ? `agent-console approve ${id}, or agent-console deny ${id}; what else is typed waits for the end of the turn`
    : `in another window, agent-console approve ${id}, or deny ${id}`;
  return `${escapeControls(agent)} asks: ${what}\nhint: ${how}`;
}

/** Told to who waits for a turn, once. */
export const RESUMED = "the turn goes on behind a daemon's end";

interface ToolTold {
  readonly name: string;
  readonly text?: string;
  readonly status: string;
}

export interface ToolShown {
  readonly sign: string;
  readonly tone: Tone;
  readonly text: string;
}

const TOOL_LOOKS: ReadonlyMap<string, Omit<ToolShown, "text">> = new Map([
  ["completed", { sign: "✓", tone: "quiet" }],
  ["failed", { sign: "✖", tone: "danger" }],
  [NO_RESULT, { sign: "–", tone: "quiet" }],
]);

/** A call of a tool, as every window shows it. Escaped. */
export function toolShown({ name, text, status }: ToolTold): ToolShown {
  const { sign, tone } = TOOL_LOOKS.get(status) ?? { sign: "●", tone: "good" };
  return {
    sign,
    tone,
    text: [name, text].flatMap((part) => part === undefined ? [] : [escapedLine(part)]).join(": "),
  };
}

/** A call as a line between the texts of its turn. Escaped. */
export function toolLine(tool: ToolTold): string {
  const { sign, text } = toolShown(tool);
  return `  ${sign} ${text}`;
}

interface Told {
  readonly prompt: string;
  readonly reply: string;
  readonly status: string;
  readonly error?: string;
}

/** A turn as a conversation shows it: what was asked, and what was said. Escaped. */
export function conversationLines({ prompt, reply, status, error }: Told): string[] {
  const said = escapeControlsKeepLines(reply).split("\n").filter((line) => line !== "");
  const end = error === undefined ? status === "finished" ? [] : [`(${status})`] : [`(${escapeControls(error)})`];
  return [`> ${escapeControls(prompt)}`, ...said, ...end];
}

/** A step of a plan. Escaped. */
export function planLine({ text, status }: { readonly text: string; readonly status: string }): string {
  const mark = { completed: "x", in_progress: ">" }[status] ?? " ";
  return `  [${mark}] ${escapeControls(text)}`;
}

/** A turn may work in silence for minutes, as where tests run; an agent that hangs does so for ever. Seconds. */
const QUIET_SECS = 300;

/** A turn that runs, and for how long its agent has said nothing. */
export interface QuietTurn {
  readonly sessionId: string;
  readonly agent: string;
  readonly secs: number;
}

/** Those whose agent may hang, the one that has been quiet longest first. */
export function longQuiet<Turn extends QuietTurn>(turns: readonly Turn[]): readonly Turn[] {
  return turns.filter(({ secs }) => secs >= QUIET_SECS).sort((a, b) => b.secs - a.secs);
}

/** `mine (a1b2c3d4): no word for 12m`. Escaped. */
export function quietText({ agent, sessionId, secs }: QuietTurn): string {
  return `${escapeControls(agent)} (${escapeControls(sessionId.slice(0, 8))}): no word for ${duration(secs * 1000)}`;
}

interface TurnsTold {
  readonly running: number;
  readonly queued: number;
  readonly agents: readonly string[];
  readonly interrupted?: { readonly resumed: number; readonly failed: number };
  readonly quiet?: readonly QuietTurn[];
}

/** What `status` says of them. Escaped. */
export function turnCounts({ running, queued, agents, interrupted, quiet = [] }: TurnsTold): string {
  return [
    running === 0 ? "none runs" : `${running} running`,
    ...(queued === 0 ? [] : [`${queued} queued`]),
    ...longQuiet(quiet).map(quietText),
    ...(agents.length === 0 ? [] : [`agents: ${agents.map(escapeControls).join(", ")}`]),
    ...(interrupted === undefined
      ? []
      : [`${interrupted.resumed} went on behind the last daemon's end, ${interrupted.failed} did not`]),
  ].join(" · ");
}

/** A turn that ended by itself did not do all: undefined where it went to its end. Escaped. */
export function earlyEnd(stopReason: string | undefined): string | undefined {
  return stopReason === undefined || stopReason === "end_turn"
    ? undefined
    : `the agent ended its turn early: ${escapeControls(stopReason.replaceAll("_", " "))}`;
}

/** What is known of a session that a prompt may go to. */
interface Promptable {
  readonly id: string;
  readonly status: string;
  readonly agent: string;
}

/**
 * Why a session takes no prompt from here, as the daemon would say it; undefined where it does. Escaped.
 *
 * @param turns of it @param agents those that may be given prompts: they open again what has ended
 * @param reached those whose sessions take prompts also where the daemon does not run them, by their feeds
 */
export function whyNoPrompt(
  { id, status, agent }: Promptable,
  turns: readonly unknown[],
  agents: readonly string[],
  reached: readonly string[],
): string | undefined {
  const session = `the session ${escapeControls(id)}`;
  if (status === "closed") {
    if (agents.includes(agent)) return undefined;
    const why = `no agent is configured as "${escapeControls(agent)}"`;
    return `${session} has ended, and cannot be opened again: ${why}; agent-console run AGENT begins another`;
  }
  return turns.length > 0 || reached.includes(agent)
    ? undefined
    : `${session} is not one that the daemon runs; agent-console go ${
      escapeControls(id)
    } brings its terminal to the front`;
}
