/** The rows of the feature's methods, and what the program's types must know of them. */
import * as v from "valibot";
import type { FeatureRows } from "../core/service.ts";
import { MAX_MUTE_MINUTES } from "../protocol/limits.ts";
import { committed, idempotencyKey, noParams, text } from "../protocol/schemas.ts";

/** The channels, in the order of lists. */
export const CHANNEL_NAMES = ["desktop", "tmux", "command"] as const;
export type ChannelName = typeof CHANNEL_NAMES[number];

const outcome = v.object({
  /** Whether the program ended with code 0. */
  ok: v.boolean(),
  at: v.string(),
  code: v.exactOptional(v.number()),
  stderr: v.exactOptional(v.string()),
  /** Why it did not run, or not to its end. */
  problem: v.exactOptional(v.string()),
});
export type ChannelOutcome = v.InferOutput<typeof outcome>;

const channel = v.object({
  name: v.string(),
  enabled: v.boolean(),
  /** What runs; null where there is none that may. */
  program: v.nullable(v.string()),
  problem: v.exactOptional(v.string()),
  /** Its last call since the daemon's start. */
  last: v.exactOptional(outcome),
});

export const methods = {
  "channel.list": {
    aliases: [],
    scope: "read",
    mutates: false,
    params: noParams,
    result: v.object({
      channels: v.array(channel),
      on: v.array(v.string()),
      quietHours: v.nullable(v.string()),
      quietNow: v.boolean(),
      mutedUntil: v.nullable(v.string()),
    }),
    doc: "The channels that call a person: which are on, what they run, and how their last call ended.",
  },
  "channel.mute": {
    aliases: [],
    scope: "admin",
    mutates: true,
    params: v.strictObject({
      minutes: v.nullable(v.pipe(v.number(), v.minValue(1), v.maxValue(MAX_MUTE_MINUTES))),
      idempotencyKey,
    }),
    result: committed,
    doc: "No channel calls for so many minutes; null ends that.",
  },
  "channel.test": {
    aliases: [],
    scope: "admin",
    mutates: false,
    params: v.strictObject({
      name: v.picklist(CHANNEL_NAMES),
      tmuxSocket: v.exactOptional(text(200)),
    }),
    result: v.object({ ...outcome.entries, program: v.string(), text: v.string() }),
    doc: "Calls by one channel at once, whatever is quiet or muted, and tells what its program said.",
  },
} as const satisfies FeatureRows;

type Rows = typeof methods;

declare module "../protocol/method_schemas.ts" {
  interface FeatureMethods extends Rows {}
  interface FeatureStatus {
    /** Absent where no channel is on. */
    readonly channel?: {
      readonly on: readonly string[];
      readonly mutedUntil?: string;
      /** The channels whose last call failed, each with why. */
      readonly problems?: readonly string[];
    };
  }
}
