/** The dashboard without a terminal: fed with the story, pressed by names of keys, read as text. */
import { assertMatch } from "@std/assert";
import { rowText } from "../../src/dashboard/ansi.ts";
import type { Effect } from "../../src/dashboard/effect.ts";
import { drawFrame, type Frame } from "../../src/dashboard/frame.ts";
import { DashboardKeys } from "../../src/dashboard/keys.ts";
import { DashboardState, type StateOptions } from "../../src/dashboard/state.ts";
import type { TerminalSize } from "../../src/dashboard/terminal_port.ts";
import type { Approval } from "../../src/domain/approval.ts";
import type { SessionView } from "../../src/domain/query.ts";
import type { TurnTold } from "../../src/view/live_turns.ts";

/** What a dashboard is fed with. */
export interface Feed {
  readonly sessions: readonly SessionView[];
  readonly approvals: readonly Approval[];
  /** ms since the epoch */
  readonly now: number;
}

const USUAL: TerminalSize = { columns: 120, rows: 32 };

export class TestDashboard {
  readonly state: DashboardState;
  readonly keys: DashboardKeys;
  now: number;
  size: TerminalSize;
  #top = 0;
  #seq = 1;
  #frame: Frame | undefined;

  constructor({ now, sessions, approvals }: Feed, options: StateOptions & { readonly size?: TerminalSize } = {}) {
    const { size = USUAL, ...form } = options;
    this.now = now;
    this.size = size;
    this.state = new DashboardState({ home: "/home/you", ...form });
    this.keys = new DashboardKeys(this.state);
    this.state.mode = "guarded";
    this.snapshot(sessions, approvals);
  }

  snapshot(sessions: readonly SessionView[], approvals: readonly Approval[], turns: readonly TurnTold[] = []): void {
    const features = { turn: { turns: turns.map((one) => ({ priority: 0, ...one })) } };
    this.state.hear({ kind: "snapshot", seq: this.#seq, resync: false, sessions, approvals, features }, this.now);
    this.draw();
  }

  /** @returns whether it would ring */
  event(type: string, data: Record<string, unknown>): boolean {
    const ts = new Date(this.now).toISOString();
    const rings = this.state.hear({ kind: "event", event: { seq: ++this.#seq, ts, type, data } }, this.now);
    this.draw();
    return rings;
  }

  loses(reason: string): void {
    this.state.hear({ kind: "disconnected", reason }, this.now);
    this.draw();
  }

  draw(): Frame {
    this.#frame = drawFrame(this.state, this.size, this.now, this.#top);
    this.#top = this.#frame.top;
    return this.#frame;
  }

  /** Time passes, and what is on the screen is there to be read. */
  waits(ms = 1000): this {
    this.now += ms;
    this.draw();
    return this;
  }

  /** Each key by itself. @returns what the last one asks for */
  press(...keys: readonly string[]): Effect | undefined {
    let effect: Effect | undefined;
    for (const key of keys) {
      effect = this.keys.press({ key, alone: true }, this.now, 10);
      this.draw();
    }
    return effect;
  }

  /** Keys that come in one read. */
  pressTogether(...keys: readonly string[]): void {
    for (const key of keys) this.keys.press({ key, alone: false }, this.now, 10);
    this.draw();
  }

  click(row: number, column: number): void {
    this.keys.mouse({ kind: "press", row, column, button: "left" }, this.draw(), this.now);
    this.draw();
  }

  wheel(...turns: readonly ("wheelUp" | "wheelDown")[]): void {
    for (const kind of turns) {
      this.keys.mouse({ kind, row: 3, column: 3, button: "none" }, this.draw(), this.now);
      this.draw();
    }
  }

  get lines(): readonly string[] {
    return this.draw().rows.map((row) => rowText(row, false));
  }

  get text(): string {
    return this.lines.join("\n");
  }

  /** The row with the mark. */
  get current(): string {
    return this.lines.find((line) => line.includes("▸")) ?? "";
  }
}

/** To the row of a session, by its name. */
export function goTo(board: TestDashboard, name: string): TestDashboard {
  board.press("g");
  for (let i = 0; i < 20 && !board.current.includes(` ${name} `); i++) board.press("j");
  assertMatch(board.current, new RegExp(` ${name} `));
  return board.waits();
}
