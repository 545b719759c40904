/** The rows of the dummy's methods, and what the program's types must know of them. */
import * as v from "valibot";
import type { FeatureRows } from "../../../src/core/service.ts";
import { committed, idempotencyKey } from "../../../src/protocol/schemas.ts";

export const methods = {
  "dummy.count": {
    aliases: [],
    scope: "read",
    mutates: false,
    params: v.strictObject({ sessionId: v.string() }),
    result: v.object({ prompts: v.number() }),
    doc: "How often a session was prompted.",
  },
  "dummy.greet": {
    aliases: ["Greet"],
    scope: "approve",
    mutates: true,
    params: v.strictObject({ text: v.pipe(v.string(), v.maxLength(100)), idempotencyKey }),
    result: committed,
    doc: "Keeps a greeting.",
  },
} as const satisfies FeatureRows;

type Rows = typeof methods;

declare module "../../../src/protocol/method_schemas.ts" {
  interface FeatureMethods extends Rows {}
  interface FeatureStatus {
    readonly dummy: { readonly prompts: number; readonly greetings: number };
  }
  interface FeatureSnapshot {
    readonly dummy: { readonly greetings: readonly string[] };
  }
}
