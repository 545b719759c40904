/**
 * A feature as the docs tell how to add one: it counts the prompts of each session (`dummy.count`), keeps greetings
 * that clients send (`dummy.greet`, event `dummy.greeted`), tells its numbers in `status` and in the log at each tick,
 * and may read the folder that its section of the configuration names. Nothing else in the program knows it.
 */
import { onceOf } from "../../../src/core/idempotency.ts";
import type { Feature } from "../../../src/core/service.ts";
import { maskSecrets } from "../../../src/domain/mask.ts";
import { ConsoleError } from "../../../src/protocol/errors.ts";
import { methods } from "./methods.ts";
import { DummyState } from "./projection.ts";
import { dummySection } from "./section.ts";

export const dummy: Feature<keyof typeof methods, DummyState, typeof dummySection> = {
  name: "dummy",
  config: dummySection,
  methods,
  permissions: ({ settings: { source } }) => [
    { kind: "read", values: [source.folder], reason: "a test of the seam", configKey: "dummy.source.folder" },
  ],
  events: { "dummy.greeted": "A client has sent a greeting." },
  projection: () => new DummyState(),
  create: ({ log, settings, store }, state) => ({
    service: {
      start: () => log.info("dummy started"),
      tick: () => log.info("dummy ticked", { sum: state.sum }),
      status: () => ({ prompts: state.sum, greetings: state.greetings.length }),
      reload: () => {
        const { greeting, targets } = settings.current;
        const prompts = Object.values(targets).reduce((sum, target) => sum + target.prompts, 0);
        log.info("dummy reloaded", { greeting, prompts, booted: settings.booted.source.folder });
      },
      stop: () => log.info("dummy stopped", { sum: state.sum }),
    },
    snapshot: () => ({ greetings: state.greetings }),
    handlers: {
      "dummy.count": ({ sessionId }) => ({ prompts: state.of(sessionId) }),
      "dummy.greet": (params, { peer }) => {
        const { text } = params;
        const once = onceOf("dummy.greet", params);
        const earlier = store.repeated(once);
        if (earlier !== undefined) return earlier;
        if (state.greetings.length >= settings.current.max) {
          const hint = "agent-console config set dummy.max N, then agent-console daemon reload";
          throw new ConsoleError("conflict", `there are ${state.greetings.length} greetings already`, { hint });
        }
        return store.commit({ type: "dummy.greeted", data: { text: maskSecrets(text) } }, peer.actor, once);
      },
    },
  }),
};
