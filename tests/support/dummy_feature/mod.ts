/**
 * A feature as the docs tell how to add one: it counts the prompts of each session, answers `dummy.count`, tells its sum
 * in the log at each tick, and may read one folder. Nothing else in the program knows it.
 */
import * as v from "valibot";
import type { Projection } from "../../../src/core/projection.ts";
import type { Feature } from "../../../src/core/service.ts";
import type { NewEvent } from "../../../src/domain/event.ts";
import type { Method } from "../../../src/rpc/handler.ts";

class PromptCounts implements Projection {
  readonly name = "dummy";
  readonly layout = 1;
  #counts = new Map<string, number>();

  apply(event: NewEvent): void {
    if (event.type !== "session.created" && event.type !== "session.updated") return;
    const { id, turnCount } = event.data.session;
    this.#counts.set(id, turnCount);
  }
  of(id: string): number {
    return this.#counts.get(id) ?? 0;
  }
  get sum(): number {
    return [...this.#counts.values()].reduce((a, b) => a + b, 0);
  }
  save(): [string, number][] {
    return [...this.#counts];
  }
  restore(saved: unknown): void {
    this.#counts = new Map(saved as [string, number][]);
  }
}

export const dummy: Feature<never, PromptCounts> = {
  name: "dummy",
  permissions: () => [{ kind: "read", values: ["/usr/share/dummy"], reason: "a test of the seam" }],
  projection: () => new PromptCounts(),
  create: ({ log }, counts) => ({
    service: {
      start: () => log.info("dummy started"),
      tick: () => log.info("dummy ticked", { sum: counts.sum }),
      stop: () => log.info("dummy stopped", { sum: counts.sum }),
    },
    methods: { "dummy.count": countMethod(counts) },
  }),
};

function countMethod(counts: PromptCounts): Method {
  return {
    row: {
      area: "session",
      aliases: [],
      scope: "read",
      mutates: false,
      params: v.strictObject({ sessionId: v.string() }),
      result: v.object({ prompts: v.number() }),
      doc: "How often a session was prompted.",
    },
    run: ({ sessionId }: { sessionId: string }) => ({ prompts: counts.of(sessionId) }),
  };
}
