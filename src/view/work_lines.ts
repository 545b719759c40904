/**
 * What events of turns, jobs and notes are as lines of the activity: one for each step that people follow, in the words of
 * the lists, none for what an agent writes meanwhile. Remembers the turns and runs that are open; no clock of its own.
 */
import { isFailure } from "../domain/job_outcome.ts";
import { WORK_LOOKS, type WorkLook, type WorkState } from "./work_looks.ts";
import { turnChange } from "../domain/turn_change.ts";
import { escapeControls, escapedLine } from "../domain/sanitize.ts";
import type { ShownState } from "../domain/state_words.ts";
import type { StepTold, ToolTold, TurnTold } from "./live_turns.ts";
import { duration } from "./times.ts";
import { runOutcome, type RunTold, turnAbout } from "./work_items.ts";
import { earlyEnd } from "./turn_words.ts";

/** An event of the wire, as far as it is read here. */
interface WorkEvent {
  readonly ts?: string | undefined;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A line, before its session is named. Escaped. */
export interface WorkLine extends WorkLook {
  /** Its session, where that is known. */
  readonly sessionId?: string | null;
  /** What it is called where it has no session. */
  readonly name: string;
  /** Whose turn it is; empty for jobs and notes, which are no agent's, whatever agents are called. */
  readonly agent: string;
  /** What stands in the agent's place there. */
  readonly by?: string;
  readonly text: string;
  readonly state?: ShownState;
}

const TURN_STATES: Partial<Record<WorkState, ShownState>> = {
  running: "working",
  finished: "idle",
  cancelled: "idle",
  failed: "error",
};

/** Runs whose beginning is remembered. */
const MOST_RUNS = 200;

export class WorkLines {
  /** Those that have no end yet. */
  readonly #turns = new Map<string, TurnTold>();
  /** What sessions have told of the end of their work, until their turns end. Escaped. */
  readonly #said = new Map<string, string>();
  /** Runs of jobs that go on, and since when. */
  readonly #runs = new Map<string, string>();

  /** @returns the turns that wait, and were not told before; of those that run their sessions tell */
  snapshot(turns: readonly TurnTold[]): readonly (WorkLine & { readonly since: string })[] {
    const before = new Set(this.#turns.keys());
    this.#turns.clear();
    this.#runs.clear();
    this.#said.clear();
    const open = turns.filter(({ endedAt }) => endedAt === undefined);
    for (const turn of open) this.#turns.set(turn.id, turn);
    return open.filter(({ id, status }) => status === "queued" && !before.has(id)).map((turn) => ({
      ...turnLine(turn, fromText(turn)),
      since: turn.submittedAt,
    }));
  }

  /** Whether the daemon itself runs a turn there, which begins and ends with its session's work: one of the two is told. */
  runsIn(sessionId: string): boolean {
    return this.#turns.values().some((turn) =>
      turn.sessionId === sessionId && turn.status === "running" && turn.isElsewhere === undefined
    );
  }

  /** The agent has done its work there: the end of the turn says so. @param text of its row; escaped */
  done(sessionId: string, text: string | undefined): void {
    if (text !== undefined) this.#said.set(sessionId, text);
  }

  /** @returns undefined where people see no step */
  event(event: WorkEvent): WorkLine | undefined {
    const { type, data } = event;
    if (type === "turn.submitted") {
      const turn = data["turn"] as TurnTold;
      this.#turns.set(turn.id, turn);
      return turnLine(turn, fromText(turn));
    }
    if (type === "turn.started" || type === "turn.resumed" || type === "turn.ended") return this.#turn(event);
    if (type.startsWith("job.")) return this.#job(event);
    return type.startsWith("memory.") ? noteLine(event) : undefined;
  }

  #turn({ type, ts, data }: WorkEvent): WorkLine {
    const id = String(data["turnId"]);
    const before = this.#turns.get(id) ?? unknownTurn(id, data["sessionId"]);
    const turn: TurnTold = { ...before, ...turnChange<ToolTold, StepTold>(before, { type, data }, ts ?? "") };
    if (type !== "turn.ended") {
      this.#turns.set(id, turn);
      return turnLine(
        turn,
        type === "turn.resumed"
          ? `waits again behind a daemon's end: ${turnAbout(turn)}`
          : turn.resumed
          ? `goes on behind a daemon's end: ${turnAbout(turn)}`
          : turnAbout(turn),
      );
    }
    this.#turns.delete(id);
    const said = this.#said.get(turn.sessionId ?? "") ?? "";
    this.#said.delete(turn.sessionId ?? "");
    const did = turn.status === "finished" && said !== ""
      ? [earlyEnd(turn.stopReason), said].filter((part) => part !== undefined).join(" · ")
      // What was asked stands in the lines before, and has no room beside why it failed.
      : turnAbout(turn.error === undefined ? turn : { ...turn, prompt: "" });
    return turnLine(turn, did + tookText(turn.startedAt, ts));
  }

  #job({ type, ts, data }: WorkEvent): WorkLine | undefined {
    const [, what = ""] = type.split(".");
    const runId = String(data["runId"]);
    switch (what) {
      case "started": {
        if (ts !== undefined && this.#runs.size < MOST_RUNS) this.#runs.set(runId, ts);
        const cause = data["missed"] === true
          ? "for missed times"
          : data["dueAt"] === null
          ? "by hand"
          : "by its schedule";
        return jobLine(data, WORK_LOOKS.running, cause);
      }
      case "ended": {
        const run = data as unknown as Pick<RunTold, "outcome" | "code" | "problem">;
        const state = run.outcome === "cancelled" ? "cancelled" : isFailure(run.outcome) ? "failed" : "finished";
        const took = tookText(this.#runs.get(runId), ts);
        this.#runs.delete(runId);
        return jobLine(data, WORK_LOOKS[state], (state === "failed" ? runOutcome(run) : "") + took);
      }
      case "skipped":
        return jobLine(data, { ...WORK_LOOKS.off, word: "skipped" }, String(data["why"]).replaceAll("_", " "));
      case "added":
        return jobLine({ jobId: jobOf(data).id }, { ...WORK_LOOKS.due, word: "added" }, jobOf(data).schedule);
      case "removed":
      case "enabled":
      case "disabled":
        return jobLine(data, { ...WORK_LOOKS[what === "enabled" ? "due" : "off"], word: what }, "");
      default:
        return undefined;
    }
  }
}

function jobOf(data: WorkEvent["data"]): { readonly id: string; readonly schedule: string } {
  return data["job"] as ReturnType<typeof jobOf>;
}

/** One that was submitted before this window heard of anything. */
function unknownTurn(id: string, sessionId: unknown): TurnTold {
  const known = typeof sessionId === "string" ? sessionId : null;
  return { id, agent: "", sessionId: known, cwd: "", source: "", prompt: "", status: "queued", submittedAt: "" };
}

function fromText(turn: TurnTold): string {
  return `from ${escapedLine(turn.source)}: ${turnAbout(turn)}`;
}

function turnLine({ status, sessionId, agent }: TurnTold, text: string): WorkLine {
  const state = TURN_STATES[status];
  const who = escapeControls(agent);
  return { ...WORK_LOOKS[status], sessionId, name: who, agent: who, text, ...(state === undefined ? {} : { state }) };
}

function jobLine(data: WorkEvent["data"], look: WorkLook, text: string): WorkLine {
  return { ...look, name: escapedLine(String(data["jobId"])), agent: "", by: "job", text: escapedLine(text).trim() };
}

function noteLine({ type, data }: WorkEvent): WorkLine {
  const text = typeof data["text"] === "string" ? escapedLine(data["text"]) : "";
  const word = type === "memory.appended" ? "noted" : "forgotten";
  const [by = ""] = String(data["by"] ?? "").split(":");
  return {
    sign: "·",
    word,
    tone: "quiet",
    name: escapedLine(String(data["id"])),
    agent: "",
    by: escapedLine(by),
    text,
  };
}

/** ` (2m)`; empty where the beginning is not known. */
function tookText(from: string | undefined, to: string | undefined): string {
  return from === undefined || to === undefined || from === ""
    ? ""
    : ` (${duration(Date.parse(to) - Date.parse(from))})`;
}
