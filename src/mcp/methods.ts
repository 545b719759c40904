/** The rows of the feature's methods, and what the program's types must know of them. */
import * as v from "valibot";
import type { FeatureRows } from "../core/service.ts";
import { decided, id, idempotencyKey, text } from "../protocol/schemas.ts";

/**
 * Who asks: what the server that an agent started says of itself. It is the client's own word, so it is used to refuse
 * and never to allow more.
 */
const asker = {
  /** The ids of sessions that the agent's environment names. */
  sessionIds: v.exactOptional(v.pipe(v.array(id), v.maxLength(8))),
  /** The processes that it descends from. */
  pids: v.exactOptional(v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(1))), v.maxLength(64))),
};

export const mcpMethods = {
  "mcp.answer": {
    aliases: [],
    scope: "approve",
    mutates: true,
    params: v.strictObject({
      id,
      decision: v.picklist(["approve", "deny"]),
      message: v.exactOptional(text(2000)),
      ...asker,
      idempotencyKey,
    }),
    result: decided,
    doc: "An agent answers a request of another session, once; refused unless mcp.answer_approvals allows it.",
  },
  "mcp.sessions": {
    aliases: [],
    scope: "read",
    mutates: false,
    params: v.strictObject(asker),
    result: v.object({ sessions: v.array(v.object({ id: v.string(), agent: v.string() })) }),
    doc: "The open sessions that an agent's MCP server may belong to, by what it says of itself; the likeliest first.",
  },
} as const satisfies FeatureRows;

type Rows = typeof mcpMethods;

declare module "../protocol/method_schemas.ts" {
  interface FeatureMethods extends Rows {}
}
