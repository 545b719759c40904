/** The rows of the feature's methods, and what the program's types must know of them. */
import * as v from "valibot";
import type { FeatureRows } from "../core/service.ts";
import { MAX_RECENT_TURNS } from "../protocol/limits.ts";
import { committed, count, id, idempotencyKey, text } from "../protocol/schemas.ts";

/** A prompt, UTF-16 units: a line of the wire has room for it. */
const MAX_PROMPT = 500_000;

const tool = v.object({
  id: v.string(),
  name: v.string(),
  text: v.exactOptional(v.string()),
  status: v.string(),
});

const turn = v.object({
  id: v.string(),
  agent: v.string(),
  /** null until its session is open. */
  sessionId: v.nullable(v.string()),
  cwd: v.string(),
  /** The kind of client that submitted it. */
  source: v.string(),
  /** The prompt: its beginning, secrets masked. */
  prompt: v.string(),
  status: v.picklist(["queued", "running", "finished", "cancelled", "failed"]),
  submittedAt: v.string(),
  startedAt: v.exactOptional(v.string()),
  endedAt: v.exactOptional(v.string()),
  /** What the agent said, as far as it is kept. */
  reply: v.string(),
  tools: v.array(tool),
  /** ACP's word for why it ended. */
  stopReason: v.exactOptional(v.string()),
  /** Why it failed. */
  error: v.exactOptional(v.string()),
});
export type Turn = v.InferOutput<typeof turn>;
/** What a list shows of it. */
export type TurnLine = Omit<Turn, "reply" | "tools">;
export type TurnTool = v.InferOutput<typeof tool>;

export const turnMethods = {
  "turn.submit": {
    aliases: ["SubmitTurn", "SubmitTask"],
    scope: "admin",
    mutates: true,
    params: v.strictObject({
      /** Of the configuration; absent where `sessionId` says it. */
      agent: v.exactOptional(id),
      /** Goes on with a session that the daemon runs. */
      sessionId: v.exactOptional(id),
      text: v.pipe(text(MAX_PROMPT), v.nonEmpty()),
      /** Where a new session works; an absolute path. */
      cwd: v.exactOptional(v.pipe(text(1024), v.startsWith("/"))),
      idempotencyKey,
    }),
    result: v.object({ ...committed.entries, turnId: v.string() }),
    doc: "Gives an agent that the daemon runs a prompt, in a new session or one of its own; answers once it is queued.",
  },
  "turn.cancel": {
    aliases: ["CancelTask"],
    scope: "admin",
    mutates: true,
    params: v.strictObject({ turnId: v.exactOptional(id), sessionId: v.exactOptional(id), idempotencyKey }),
    result: v.object({ cancelled: v.array(v.string()) }),
    doc: "Ends a turn, or all of a session; answers with those that were told to end.",
  },
  "turn.recent": {
    aliases: ["context.recent", "GetRecentContext"],
    scope: "read",
    mutates: false,
    params: v.strictObject({
      sessionId: v.exactOptional(id),
      turnId: v.exactOptional(id),
      limit: v.exactOptional(v.pipe(count, v.minValue(1), v.maxValue(MAX_RECENT_TURNS))),
    }),
    result: v.object({ seq: count, turns: v.array(turn) }),
    doc: "The last turns, oldest first: what a window shows that is opened again.",
  },
} as const satisfies FeatureRows;

type Rows = typeof turnMethods;

declare module "../protocol/method_schemas.ts" {
  interface FeatureMethods extends Rows {}
  interface FeatureStatus {
    /** Absent where no agent is configured. */
    readonly turn?: {
      readonly running: number;
      readonly queued: number;
      /** The agents whose processes run. */
      readonly agents: readonly string[];
      /** Those that prompts may be given to. */
      readonly configured: readonly string[];
    };
  }
  interface FeatureSnapshot {
    readonly turn?: {
      /** Oldest first; the prompts cut. */
      readonly turns: readonly TurnLine[];
    };
  }
}
