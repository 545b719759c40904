/**
 * What an agent says and does in one turn: told to its row as hooks tell it, and recorded for windows and for the next
 * start. Bounded, because an agent that never stops must not fill the disk.
 */
import type { AcpUpdate, PlanStep } from "../acp/read_update.ts";
import { readAskedCall, readToolCall, subjectOf, type ToolCall } from "../acp/tool_calls.ts";
import { describeTool } from "../agents/shared/tool_label.ts";
import type { NewEvent } from "../domain/event.ts";
import type { AgentEvent } from "../domain/report.ts";
import type { Facts } from "../domain/session.ts";
import { TEXT_CAPS } from "../domain/session.ts";
import { isCallOver } from "../domain/turn_change.ts";
import type { Fields } from "../lib/json_fields.ts";
import type { Clock } from "../platform/system.ts";
import { StreamMask } from "../domain/stream_mask.ts";
import { maskedReply } from "../domain/masked_reply.ts";
import { type Chunk, Chunks } from "./chunks.ts";
import { LONG, recordedText } from "./recorded_text.ts";

/** Where it goes. */
export interface TurnSink {
  readonly clock: Clock;
  readonly report: (event: AgentEvent, facts?: Facts) => void;
  readonly record: (event: NewEvent) => void;
}

/** Of one turn: UTF-16 units, changes of calls and plans, changes of its row, calls, steps of a plan. */
const MOST = { units: 1_048_576, records: 3000, reports: 1000, calls: 1000, steps: 50 } as const;
/** Between two signs of life of a row whose agent writes, ms. */
const ALIVE_MS = 30_000;

export class TurnOutput {
  readonly #ids: { readonly turnId: string; readonly sessionId: string };
  readonly #to: TurnSink;
  readonly #calls = new Map<string, ToolCall>();
  readonly #chunks = new Chunks((chunk) => this.#tell(chunk));
  readonly #masks = { text: new StreamMask(), thought: new StreamMask() };
  #said = "";
  /** What may still be recorded. */
  readonly #left: Record<"units" | "records" | "reports", number> = { ...MOST };
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

  /** The turn has ended: tells all that is held back. */
  flush(): void {
    this.#chunks.flush();
  }

  update(update: AcpUpdate): void {
    switch (update.kind) {
      case "text":
      case "thought":
        return this.#chunks.add(update);
      case "tool":
        return void this.#tool(update.fields);
      case "plan":
        return this.#plan(update.steps);
      case "usage": {
        const contextPercent = update.size > 0 ? Math.min(100, 100 * update.used / update.size) : undefined;
        const cost = {
          tokens: update.used,
          ...(contextPercent === undefined ? {} : { contextPercent }),
          ...(update.usd === undefined ? {} : { usd: update.usd }),
        };
        return this.#measured({ cost });
      }
      case "title":
        return this.#measured({ title: recordedText(update.title, TEXT_CAPS.title) });
      case "mode":
        return this.#measured({ permissionMode: recordedText(update.mode, LONG.name) });
    }
  }

  /** The call that a request is about, with what was told of it before; undefined where it names none. */
  requested(fields: Fields): ToolCall | undefined {
    const asked = readAskedCall(fields, this.#calls.get(String(fields["toolCallId"])));
    if (asked !== undefined) this.#tool(fields);
    return asked;
  }

  #measured(facts: Facts): void {
    if (this.#left.reports-- > 0) this.#to.report({ kind: "measured" }, facts);
  }

  /** A call that is over stays so: its end is told once, and nothing behind it. */
  #tool(fields: Fields): void {
    const before = this.#calls.get(String(fields["toolCallId"]));
    const read = readToolCall(fields, before);
    if (read === undefined || isCallOver(before?.status)) return;
    if (before === undefined && this.#calls.size >= MOST.calls) return;
    const call = { ...read, status: read.status ?? "pending" };
    if (before === undefined) this.#chunks.part();
    else this.#chunks.interrupt();
    this.#calls.set(call.id, call);
    this.#told(call, before);
  }

  #told(call: ToolCall, before: ToolCall | undefined): void {
    const subject = subjectOf(call);
    const id = recordedText(call.id, LONG.id);
    const tool = describeTool(subject, id);
    const { status = "pending" } = call;
    const isEnd = isCallOver(status);
    const isNew = before?.status !== status || before.title !== call.title;
    // The end of a call is always told: it would look as if it ran for ever.
    if (isNew && (this.#left.records-- > 0 || isEnd)) {
      const told = {
        id,
        name: recordedText(tool.name, LONG.name),
        status: recordedText(status, LONG.name),
        ...(tool.text === undefined ? {} : { text: tool.text }),
        ...(subject.detail === undefined ? {} : { detail: recordedText(subject.detail, LONG.detail) }),
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
    if (this.#left.records-- <= 0) return;
    this.#chunks.interrupt();
    const steps = given.slice(0, MOST.steps).map(({ text, status }) => ({
      text: recordedText(text, LONG.step),
      status: recordedText(status, LONG.name),
    }));
    this.#to.record({ type: "turn.plan", data: { ...this.#ids, steps } });
  }

  #tell({ kind, text }: Chunk): void {
    const isKept = this.#left.units > 0;
    this.#left.units -= text.length;
    const masked = this.#masks[kind].mask(text);
    // A row that says something is not stale.
    const now = this.#to.clock.steady();
    if (now - this.#shownAt > ALIVE_MS) {
      this.#shownAt = now;
      this.#to.report({ kind: "noted" });
    }
    if (kind === "text") this.#said = maskedReply(this.#said, masked).slice(-TEXT_CAPS.message);
    if (!isKept) return;
    const last = this.#left.units > 0 ? "" : "\n[no more of this turn is kept]\n";
    if (masked + last === "") return;
    this.#to.record({ type: "turn.chunk", data: { ...this.#ids, kind, text: masked + last } });
  }
}
