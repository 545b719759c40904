/** What the dummy remembers, made from the journal's events; and the event that it adds to them. */
import type { Projection } from "../../../src/core/projection.ts";
import type { NewEvent } from "../../../src/domain/event.ts";

declare module "../../../src/domain/event.ts" {
  interface EventData {
    "dummy.greeted": { readonly text: string };
  }
}

interface Saved {
  readonly prompts: readonly (readonly [sessionId: string, count: number])[];
  readonly greetings: readonly string[];
}

export class DummyState implements Projection {
  readonly name = "dummy";
  readonly layout = 1;
  #prompts = new Map<string, number>();
  greetings: readonly string[] = [];

  apply(event: NewEvent): void {
    if (event.type === "dummy.greeted") this.greetings = [...this.greetings, event.data.text];
    if (event.type !== "session.created" && event.type !== "session.updated") return;
    const { id, turnCount } = event.data.session;
    this.#prompts.set(id, turnCount);
  }
  of(id: string): number {
    return this.#prompts.get(id) ?? 0;
  }
  get sum(): number {
    return this.#prompts.values().reduce((a, b) => a + b, 0);
  }
  save(): Saved {
    return { prompts: [...this.#prompts], greetings: this.greetings };
  }
  restore(saved: unknown): void {
    const { prompts, greetings } = saved as Saved;
    this.#prompts = new Map(prompts);
    this.greetings = greetings;
  }
}
