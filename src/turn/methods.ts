/** The rows of the feature's methods, and what the program's types must know of them. */
import * as v from "valibot";
import type { FeatureRows } from "../core/service.ts";
import { MAX_PROMPT } from "../domain/turn_change.ts";
import { MAX_RECENT_TURNS, MAX_WORKSPACE_CONFIG } from "../protocol/limits.ts";
import { committed, count, id, idempotencyKey, text } from "../protocol/schemas.ts";

const tool = v.object({
  id: v.string(),
  name: v.string(),
  text: v.exactOptional(v.string()),
  status: v.string(),
  /** What it changes in files, as far as it is kept: lines with + and - before them. */
  detail: v.exactOptional(v.string()),
});

const planStep = v.object({ text: v.string(), status: v.string() });

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
  /** `prompt` is all of what was submitted. */
  isWhole: v.exactOptional(v.literal(true)),
  /** Which of the turns that wait for a place is next. */
  priority: v.number(),
  /** Its session is one that somebody else runs. */
  isElsewhere: v.exactOptional(v.literal(true)),
  /** A daemon ended in it, and the next one took it up: at most once. */
  interrupted: v.exactOptional(v.literal(true)),
  /** Then it went on: its session is open again. */
  resumed: v.exactOptional(v.literal(true)),
  status: v.picklist(["queued", "running", "finished", "cancelled", "failed"]),
  submittedAt: v.string(),
  startedAt: v.exactOptional(v.string()),
  endedAt: v.exactOptional(v.string()),
  /** What the agent said, as far as it is kept. */
  reply: v.string(),
  tools: v.array(tool),
  /** What the agent is going to do, as it said last. */
  plan: v.exactOptional(v.array(planStep)),
  /** ACP's word for why it ended. */
  stopReason: v.exactOptional(v.string()),
  /** Why it failed. */
  error: v.exactOptional(v.string()),
});
export type Turn = v.InferOutput<typeof turn>;
/** What a list shows of it. */
export type TurnLine = Omit<Turn, "reply" | "tools" | "plan">;
export type TurnTool = v.InferOutput<typeof tool>;
export type TurnPlanStep = v.InferOutput<typeof planStep>;

export const turnMethods = {
  "turn.submit": {
    aliases: ["SubmitTurn", "SubmitTask"],
    scope: "admin",
    mutates: true,
    params: v.strictObject({
      /** Of the configuration; absent where `sessionId` says it. */
      agent: v.exactOptional(id),
      /** Goes on with a session that the daemon runs, or with one of somebody else where a feed has a way into it. */
      sessionId: v.exactOptional(id),
      text: v.pipe(text(MAX_PROMPT), v.nonEmpty()),
      /** Where a new session works; an absolute path. */
      cwd: v.exactOptional(v.pipe(text(1024), v.startsWith("/"))),
      /** Before others that wait for a place; absent: that of its session. */
      priority: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(-100), v.maxValue(100))),
      /** Text of the folder's own configuration; null: there is none. Absent: nobody looked, so no allow rule counts. */
      workspaceConfig: v.exactOptional(v.nullable(text(MAX_WORKSPACE_CONFIG))),
      idempotencyKey,
    }),
    result: v.object({ ...committed.entries, turnId: v.string() }),
    doc:
      "Gives an agent a prompt, in a new session that the daemon runs or in one that is there; answers once it is queued.",
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
      /** Sessions in which a turn runs that asks no person, and for how long its agent has said nothing; absent where none does. */
      readonly quiet?: readonly { readonly sessionId: string; readonly agent: string; readonly secs: number }[];
      /** Of the turns that the last daemon left open: those that went on, and those that ended before; absent while all wait. */
      readonly interrupted?: { readonly resumed: number; readonly failed: number };
    };
  }
  interface FeatureSnapshot {
    readonly turn?: {
      /** Oldest first; the prompts cut. */
      readonly turns: readonly TurnLine[];
    };
  }
}
