/** Our calls to a capsule that it has not answered yet: each has a deadline, and ends once. */
import * as v from "valibot";
import { ConsoleError } from "../../protocol/errors.ts";
import type { Deadlines } from "./deadlines.ts";
import { NotAMessage } from "./messages.ts";

interface OpenCall {
  readonly method: string;
  readonly schema: v.GenericSchema;
  resolve(result: unknown): void;
  reject(error: unknown): void;
  readonly callOff: () => void;
}

export class CallTable {
  readonly #deadlines: Deadlines;
  readonly #name: string;
  readonly #open = new Map<number, OpenCall>();
  #lastId = 0;

  /** @param name of the capsule */
  constructor(deadlines: Deadlines, name: string) {
    this.#deadlines = deadlines;
    this.#name = name;
  }

  get size(): number {
    return this.#open.size;
  }

  /** @param onLate its time is over: the outcome is rejected with `timeout` */
  open<S extends v.GenericSchema>(
    method: string,
    ms: number,
    schema: S,
    onLate: () => void,
  ): { readonly id: number; readonly outcome: Promise<v.InferOutput<S>> } {
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<v.InferOutput<S>>();
    const callOff = this.#deadlines.set(ms, () => {
      const late = new ConsoleError("timeout", `capsule ${this.#name} did not answer ${method} within ${ms} ms`);
      if (this.fail(id, late)) onLate();
    });
    this.#open.set(id, { method, schema, resolve: (result) => resolve(result as v.InferOutput<S>), reject, callOff });
    return { id, outcome: promise };
  }

  /**
   * False where the call has ended before.
   *
   * @throws {NotAMessage} such a call was never made
   */
  answer(id: number, result: unknown): boolean {
    const call = this.#take(id);
    if (call === undefined) return false;
    const read = v.safeParse(call.schema, result, { abortEarly: true });
    if (read.success) call.resolve(read.output);
    else {
      const problem = `capsule ${this.#name} answered ${call.method} in a wrong form`;
      call.reject(new ConsoleError("failed", problem));
    }
    return true;
  }

  /** As {@link answer}. */
  fail(id: number, error: unknown): boolean {
    const call = this.#take(id);
    call?.reject(error);
    return call !== undefined;
  }

  /** All that are open fail. @param why in words */
  end(why: string): void {
    for (const id of [...this.#open.keys()]) this.fail(id, new ConsoleError("failed", `capsule ${this.#name}: ${why}`));
  }

  #take(id: number): OpenCall | undefined {
    if (id > this.#lastId) throw new NotAMessage("it answered a call that was never made");
    const call = this.#open.get(id);
    if (call === undefined) return undefined;
    this.#open.delete(id);
    call.callOff();
    return call;
  }
}
