/**
 * The turns of the agents that the daemon runs, as a window has heard of them: a snapshot with a line of each, the events
 * behind it, and what was asked for of those that are looked at. Bounded. Pure.
 */
import { isTurnOver, turnChange, type TurnStatus } from "../domain/turn_change.ts";

/** As `turn.recent` answers, as far as it is shown. */
export interface TurnTold {
  readonly id: string;
  readonly agent: string;
  /** null until its session is open. */
  readonly sessionId: string | null;
  readonly cwd: string;
  /** The kind of client that submitted it. */
  readonly source: string;
  readonly prompt: string;
  readonly status: TurnStatus;
  readonly submittedAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** Absent until it was asked for: then the prompt may be cut, too. */
  readonly reply?: string;
  readonly tools?: readonly ToolTold[];
  /** What the agent is going to do, as it said last. */
  readonly plan?: readonly StepTold[];
  /** Its session is one that somebody else runs. */
  readonly isElsewhere?: true;
  /** A daemon ended in it, and the next one took it up. */
  readonly interrupted?: true;
  /** Then it went on: its session is open again. */
  readonly resumed?: true;
  readonly stopReason?: string;
  readonly error?: string;
}

export interface ToolTold {
  readonly id: string;
  readonly name: string;
  readonly text?: string;
  readonly status: string;
}

export interface StepTold {
  readonly text: string;
  readonly status: string;
}

/** An event of the wire, as far as it is read here. */
export interface TurnEvent {
  readonly seq?: number | undefined;
  readonly ts?: string | undefined;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What {@link LiveTurns.reading} takes: an answer of `turn.recent`, or undefined where there was none. */
export type TakeTurns = (answer: { readonly seq: number; readonly turns: readonly TurnTold[] } | undefined) => void;

/** What is kept: turns, those of them with their texts. */
const KEPT = { turns: 200, whole: 20 } as const;

export class LiveTurns {
  #turns = new Map<string, TurnTold>();
  #all: readonly TurnTold[] | undefined;
  #since = -1;
  /** Those with their texts, the last one that was put last. */
  readonly #whole = new Set<string>();
  /** What came while answers are waited for. */
  readonly #heard = new Set<TurnEvent[]>();

  /** Oldest first; the same list until one of them changes. */
  get all(): readonly TurnTold[] {
    return this.#all ??= [...this.#turns.values()].sort((a, b) => compare(a.submittedAt, b.submittedAt));
  }

  get(id: string): TurnTold | undefined {
    return this.#turns.get(id);
  }

  /** Oldest first. */
  ofSession(sessionId: string): readonly TurnTold[] {
    return this.all.filter((turn) => turn.sessionId === sessionId);
  }

  /** Everything is as told here. @param part of the feature `turn`; a daemon without turns has none */
  snapshot(seq: number, part: { readonly turns: readonly TurnTold[] } | undefined): void {
    this.#since = seq;
    this.#turns = new Map((part?.turns ?? []).map((turn) => [turn.id, turn]));
    this.#all = undefined;
    this.#whole.clear();
    this.#heard.clear();
  }

  /** @returns whether it was of a turn */
  event(event: TurnEvent): boolean {
    if (!event.type.startsWith("turn.") || (event.seq !== undefined && event.seq <= this.#since)) return false;
    for (const heard of this.#heard) heard.push(event);
    this.#apply(event);
    return true;
  }

  /**
   * To be called before `turn.recent` is: what its answer does not know yet is added to it. A snapshot that comes meanwhile
   * makes the answer void.
   */
  reading(): TakeTurns {
    const heard: TurnEvent[] = [];
    this.#heard.add(heard);
    return (answer) => {
      if (!this.#heard.delete(heard) || answer === undefined) return;
      const { seq, turns } = answer;
      for (const turn of turns) this.#put(turn);
      const ids = new Set(turns.map(({ id }) => id));
      for (const event of heard) if ((event.seq ?? 0) > seq && ids.has(idOf(event))) this.#apply(event);
    };
  }

  #apply({ type, ts, data }: TurnEvent): void {
    if (type === "turn.submitted") return this.#put(data["turn"] as TurnTold);
    const turn = this.#turns.get(idOf({ data }));
    const change = turn && turnChange<ToolTold, StepTold>(turn, { type, data }, ts ?? turn.submittedAt);
    if (turn !== undefined && change !== undefined) this.#put({ ...turn, ...change });
  }

  #put(turn: TurnTold): void {
    this.#all = undefined;
    this.#turns.set(turn.id, turn);
    if (turn.reply !== undefined) this.#forgetTexts(turn.id);
    for (const { id, status } of this.#turns.values()) {
      if (this.#turns.size <= KEPT.turns) return;
      if (!isTurnOver(status)) continue;
      this.#turns.delete(id);
      this.#whole.delete(id);
    }
  }

  /** Of others than the last ones that were looked at or heard of a line is kept: who looks at one asks for the rest again. */
  #forgetTexts(id: string): void {
    this.#whole.delete(id);
    this.#whole.add(id);
    for (const old of this.#whole) {
      if (this.#whole.size <= KEPT.whole) return;
      const turn = this.#turns.get(old);
      if (turn !== undefined && !isTurnOver(turn.status)) continue;
      this.#whole.delete(old);
      const { reply: _, tools: __, ...line } = turn ?? {};
      if ("id" in line) this.#turns.set(old, line as TurnTold);
    }
  }
}

function idOf({ data }: Pick<TurnEvent, "data">): string {
  return String(data["turnId"]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
