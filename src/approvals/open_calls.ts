/**
 * The calls of each row that have begun and not ended, where their agent sends ids: calls of one turn run side by side,
 * and two of them may be equal. Each of them needs an answer of its own.
 */
import type { AgentEvent } from "../domain/report.ts";
import { mayBeSame, type ProcessName } from "../domain/row_processes.ts";
import type { ToolUse } from "../domain/session.ts";
import { isSameCall } from "../domain/transition.ts";

/** Most calls that are kept; older ones are dropped. */
const KEPT = 256;

interface OpenCall {
  readonly rowId: string;
  readonly tool: ToolUse;
  readonly process: ProcessName | undefined;
}

export class OpenCalls {
  #calls: readonly OpenCall[] = [];

  /** `event` was committed for the row `rowId`, sent by the process `process` of its conversation. */
  eventCommitted(rowId: string, event: AgentEvent, process: ProcessName | undefined): void {
    switch (event.kind) {
      case "tool":
      case "requested":
        return this.#begun({ rowId, process, ...event });
      case "progress":
        return this.#end(rowId, ({ tool }) => event.tools?.some((one) => isSameCall(one, tool)) ?? false);
      case "prompt": // one that the agent wrote to itself may come while its calls run
        return event.byUser ? this.#end(rowId, (call) => mayBeSame(call.process, process)) : undefined;
      case "finished":
      case "interrupted":
      case "failed":
      case "rested":
      case "announced":
      case "ended":
        return this.#end(rowId, (call) => mayBeSame(call.process, process));
    }
  }

  /** How many such calls run or wait. */
  count(rowId: string, { name, text }: ToolUse, process: ProcessName | undefined): number {
    return this.#calls.filter((call) =>
      call.rowId === rowId && call.tool.name === name && call.tool.text === text && mayBeSame(call.process, process)
    ).length;
  }

  /** The call of that id, of a row that `isMeant`. */
  withId(id: string, isMeant: (rowId: string) => boolean): OpenCall | undefined {
    return this.#calls.find(({ tool, rowId }) => tool.id === id && isMeant(rowId));
  }

  /** The same call may be told by several hooks. */
  #begun({ rowId, tool, process }: { readonly tool?: ToolUse } & Omit<OpenCall, "tool">): void {
    if (tool?.id === undefined) return;
    if (this.#calls.some((call) => call.rowId === rowId && call.tool.id === tool.id)) return;
    this.#calls = [...this.#calls, { rowId, tool, process }].slice(-KEPT);
  }

  #end(rowId: string, isOver: (call: OpenCall) => boolean): void {
    this.#calls = this.#calls.filter((call) => call.rowId !== rowId || !isOver(call));
  }
}
