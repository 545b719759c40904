/**
 * What an agent says and does in one turn: told to its row as hooks tell it, and recorded for windows and for the next
 * start. Bounded, because an agent that never stops must not fill the disk.
 */
import type { AcpUpdate, PlanStep } from "../acp/read_update.ts";
import { readToolCall, subjectOf, type ToolCall } from "../acp/tool_calls.ts";
import { describeTool } from "../agents/shared/tool_label.ts";
import type { NewEvent } from "../domain/event.ts";
import type { AgentEvent } from "../domain/report.ts";
import type { Facts } from "../domain/session.ts";
import { TEXT_CAPS } from "../domain/session.ts";
import type { Fields } from "../lib/json_fields.ts";
import type { Clock } from "../platform/system.ts";
import { maskSecrets } from "../domain/mask.ts";
import { type Chunk, Chunks } from "./chunks.ts";
import { LONG, shown } from "./shown.ts";

/** Where it goes. */
export interface TurnSink {
  readonly clock: Clock;
  readonly report: (event: AgentEvent, facts?: Facts) => void;
  readonly record: (event: NewEvent) => void;
}

/** Of one turn: UTF-16 units, records that are no text, calls, steps of a plan. */
const MOST = { units: 1_048_576, records: 3000, calls: 1000, steps: 50 } as const;
/** Between two signs of life of a row whose agent writes, ms. */
const ALIVE_MS = 30_000;

export class TurnOutput {
  readonly #ids: { readonly turnId: string; readonly sessionId: string };
  readonly #to: TurnSink;
  readonly #calls = new Map<string, ToolCall>();
  readonly #chunks = new Chunks((chunk) => this.#tell(chunk));
  #said = "";
  /** What may still be recorded. */
  #left: { units: number; records: number } = { units: MOST.units, records: MOST.records };
  /** When its row was last told that it goes on, steady ms. */
  #shownAt = 0;

  constructor(turnId: string, sessionId: string, to: TurnSink) {
    this.#ids = { turnId, sessionId };
    this.#to = to;
  }

  /** The end of what it has said. */
  get said(): string {
    return this.#said;
  }

  /** Tells all that is held back. */
  flush(): void {
    this.#chunks.flush();
  }

  update(update: AcpUpdate): void {
    const isText = update.kind === "text" || update.kind === "thought";
    if (!isText && this.#left.records-- <= 0) return;
    switch (update.kind) {
      case "text":
      case "thought":
        return this.#chunks.add(update);
      case "tool":
        return this.#tool(update.fields);
      case "plan":
        return this.#plan(update.steps);
      case "usage": {
        const contextPercent = update.size > 0 ? Math.min(100, 100 * update.used / update.size) : undefined;
        const cost = {
          tokens: update.used,
          ...(contextPercent === undefined ? {} : { contextPercent }),
          ...(update.usd === undefined ? {} : { usd: update.usd }),
        };
        return this.#to.report({ kind: "measured" }, { cost });
      }
      case "title":
        return this.#to.report({ kind: "measured" }, { title: shown(update.title, TEXT_CAPS.title) });
      case "mode":
        return this.#to.report({ kind: "measured" }, { permissionMode: shown(update.mode, LONG.name) });
    }
  }

  /** The call that a request is about, with what was told of it before; undefined where it names none. */
  requested(fields: Fields): ToolCall | undefined {
    const call = readToolCall(fields, this.#calls.get(String(fields["toolCallId"])));
    if (call === undefined) return undefined;
    this.#chunks.flush();
    this.#calls.set(call.id, call);
    return call;
  }

  #tool(fields: Fields): void {
    const before = this.#calls.get(String(fields["toolCallId"]));
    const call = readToolCall(fields, before);
    if (call === undefined || (before === undefined && this.#calls.size >= MOST.calls)) return;
    this.#chunks.flush();
    this.#calls.set(call.id, call);
    const subject = subjectOf(call);
    const tool = describeTool(subject, call.id);
    const status = call.status ?? "pending";
    const isEnd = status === "completed" || status === "failed";
    if (before?.status !== status || before.title !== call.title) {
      const told = {
        id: shown(call.id, LONG.id),
        name: shown(tool.name, LONG.name),
        status: shown(status, LONG.name),
        ...(tool.text === undefined ? {} : { text: tool.text }),
        ...(subject.detail === undefined ? {} : { detail: shown(subject.detail, LONG.detail) }),
      };
      this.#to.record({ type: "turn.tool", data: { ...this.#ids, tool: told } });
    }
    if (isEnd) {
      const failed = status === "failed" ? { failed: true } as const : {};
      return this.#to.report({ kind: "progress", tools: [tool], ...failed });
    }
    if (before === undefined) this.#to.report({ kind: "tool", tool });
  }

  #plan(given: readonly PlanStep[]): void {
    this.#chunks.flush();
    const steps = given.slice(0, MOST.steps).map(({ text, status }) => ({
      text: shown(text, LONG.step),
      status: shown(status, LONG.name),
    }));
    this.#to.record({ type: "turn.plan", data: { ...this.#ids, steps } });
  }

  #tell({ kind, text }: Chunk): void {
    if (this.#left.units <= 0) return;
    this.#left.units -= text.length;
    const masked = maskSecrets(this.#left.units > 0 ? text : `${text}\n[no more of this turn is kept]\n`);
    // A row that says something is not stale.
    const now = this.#to.clock.steady();
    if (now - this.#shownAt > ALIVE_MS) {
      this.#shownAt = now;
      this.#to.report({ kind: "noted" });
    }
    if (kind === "text") this.#said = (this.#said + masked).slice(-TEXT_CAPS.message);
    this.#to.record({ type: "turn.chunk", data: { ...this.#ids, kind, text: masked } });
  }
}
