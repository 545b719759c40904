/** The rows of the feature's methods, and what the program's types must know of them. */
import * as v from "valibot";
import type { FeatureRows } from "../core/service.ts";
import { GATEWAY_SCOPES } from "../protocol/methods.ts";
import { committed, idempotencyKey, noParams } from "../protocol/schemas.ts";

const listener = v.object({
  /** Where the page is. */
  url: v.string(),
  listening: v.boolean(),
  tls: v.boolean(),
  /** Why it does not listen. */
  problem: v.exactOptional(v.string()),
});

const gatewayStatus = v.object({
  /** As the configuration has it; `state` says what became of that. */
  enabled: v.boolean(),
  state: v.picklist(["off", "running", "needs_restart", "failed"]),
  listeners: v.array(listener),
  allowedOrigins: v.array(v.string()),
  /** Open now, of at most so many. */
  connections: v.number(),
  maxConnections: v.number(),
  /** Requests since the start, and how many of them were refused, by status. */
  requests: v.number(),
  /** Those that asked for the page itself. */
  pageRequests: v.number(),
  refused: v.record(v.string(), v.number()),
  /** What a person should know of how it is set up. */
  warnings: v.array(v.string()),
});
type GatewayStatus = v.InferOutput<typeof gatewayStatus>;

export const gatewayMethods = {
  "gateway.rotateToken": {
    aliases: [],
    scope: "admin",
    mutates: true,
    params: v.strictObject({ scope: v.exactOptional(v.picklist(GATEWAY_SCOPES)), idempotencyKey }),
    result: committed,
    doc: "Makes a new token for that scope of the gateway, or for all; who has the old one is disconnected.",
  },
  "gateway.status": {
    aliases: [],
    scope: "read",
    mutates: false,
    params: noParams,
    result: gatewayStatus,
    doc: "Whether the gateway listens and where, who is connected, what was refused.",
  },
} as const satisfies FeatureRows;

type Rows = typeof gatewayMethods;

declare module "../protocol/method_schemas.ts" {
  interface FeatureMethods extends Rows {}
  interface FeatureStatus {
    /** Absent where the gateway is off. */
    readonly gateway?: GatewayStatus;
  }
}

declare module "../domain/event.ts" {
  interface EventData {
    "gateway.token_rotated": { readonly scopes: readonly string[] };
  }
}
