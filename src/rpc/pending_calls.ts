/** The requests that one end has sent and waits for. */
import type { ConsoleError } from "../protocol/errors.ts";

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export class PendingCalls {
  #byId = new Map<number, Pending>();
  #nextId = 1;
  /** Set when no more replies will come. */
  #gone: ConsoleError | undefined;

  /** Whether any call was made: late replies are then no surprise. */
  get any(): boolean {
    return this.#nextId > 1;
  }

  /** @returns the promise of the reply, and the id to send; without an id there is nothing to send */
  begin(signal: AbortSignal): { readonly id?: number; readonly result: Promise<unknown> } {
    if (this.#gone !== undefined) return { result: Promise.reject(this.#gone) };
    if (signal.aborted) return { result: Promise.reject(signal.reason) };
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const forget = () => {
      this.#byId.delete(id);
      signal.removeEventListener("abort", onAbort);
    };
    const onAbort = () => {
      forget();
      reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    this.#byId.set(id, {
      resolve: (value) => (forget(), resolve(value)),
      reject: (error) => (forget(), reject(error)),
    });
    return { id, result: promise };
  }

  resolve(id: number, value: unknown): void {
    this.#byId.get(id)?.resolve(value);
  }

  reject(id: number, error: ConsoleError): void {
    this.#byId.get(id)?.reject(error);
  }

  rejectAll(error: ConsoleError): void {
    for (const pending of [...this.#byId.values()]) pending.reject(error);
  }

  end(error: ConsoleError): void {
    this.#gone ??= error;
    this.rejectAll(this.#gone);
  }
}
