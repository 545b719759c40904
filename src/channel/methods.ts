/** The rows of the feature's methods, and what the program's types must know of them. */
import * as v from "valibot";
import type { FeatureRows } from "../core/service.ts";
import { MAX_MUTE_MINUTES } from "../protocol/limits.ts";
import { committed, idempotencyKey, noParams, text } from "../protocol/schemas.ts";
import { CHANNEL_NAMES } from "./kinds.ts";

const outcome = v.object({
  /** Whether its program ended with code 0, or its host has taken the notification. */
  ok: v.boolean(),
  at: v.string(),
  code: v.exactOptional(v.number()),
  stderr: v.exactOptional(v.string()),
  /** Why it did not notify, or not to the end. */
  problem: v.exactOptional(v.string()),
});
export type ChannelOutcome = v.InferOutput<typeof outcome>;

const channel = v.object({
  name: v.string(),
  enabled: v.boolean(),
  /** What runs; null where there is none that may, or the channel runs nothing. */
  program: v.nullable(v.string()),
  /** What runs, or where it speaks to; null where it cannot notify. Absent in what older daemons say. */
  target: v.exactOptional(v.nullable(v.string())),
  /** What a person does to turn it on; where it is off. */
  turnOn: v.exactOptional(v.string()),
  /** What a person does when a test of it fails. */
  whenItFails: v.exactOptional(v.string()),
  /** What else it tells of itself: counts and the like. */
  details: v.exactOptional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]))),
  problem: v.exactOptional(v.string()),
  /** What a person does about the problem. */
  cure: v.exactOptional(v.string()),
  /** Its last notification since the daemon's start. */
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
    doc:
      "The channels that notify a person: which are on, what they run or speak to, and how their last notification ended.",
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
    doc: "No channel notifies for so many minutes; null ends that.",
  },
  "channel.test": {
    aliases: [],
    scope: "admin",
    mutates: false,
    params: v.strictObject({
      name: v.picklist(CHANNEL_NAMES),
      tmuxSocket: v.exactOptional(text(200)),
    }),
    // `program`: what ran; of a channel that runs nothing the same as `target`.
    result: v.object({
      ...outcome.entries,
      program: v.string(),
      target: v.exactOptional(v.string()),
      text: v.string(),
    }),
    doc: "Notifies by one channel at once, whatever is quiet or muted, and tells how that went.",
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
      /** The channels whose last notification failed, each with why. */
      readonly problems?: readonly string[];
      /** What a person does about those that cannot notify, each under its channel's name. */
      readonly cures?: Readonly<Record<string, string>>;
      /** What channels tell of themselves, each under its name. */
      readonly details?: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;
    };
  }
}
