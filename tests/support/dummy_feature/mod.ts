/**
 * A feature as the docs tell how to add one: it counts the prompts of each session, answers `dummy.count`, tells its sum
 * in the log at each tick, and may read the folder that its section of the configuration names. Nothing else in the
 * program knows it.
 */
import * as v from "valibot";
import type { Projection } from "../../../src/core/projection.ts";
import type { Feature } from "../../../src/core/service.ts";
import type { NewEvent } from "../../../src/domain/event.ts";
import type { Method } from "../../../src/rpc/handler.ts";
import { dummySection } from "./section.ts";

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

export const dummy: Feature<never, PromptCounts, typeof dummySection> = {
  name: "dummy",
  config: dummySection,
  permissions: ({ settings: { source } }) => [
    { kind: "read", values: [source.folder], reason: "a test of the seam", configKey: "dummy.source.folder" },
  ],
  projection: () => new PromptCounts(),
  create: ({ log, settings }, counts) => ({
    service: {
      start: () => log.info("dummy started"),
      tick: () => log.info("dummy ticked", { sum: counts.sum }),
      reload: () => {
        const { greeting, targets } = settings.current;
        const prompts = Object.values(targets).reduce((sum, target) => sum + target.prompts, 0);
        log.info("dummy reloaded", { greeting, prompts, booted: settings.booted.source.folder });
      },
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
