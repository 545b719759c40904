/** The rows of the feature's methods, and what the program's types must know of them. */
import * as v from "valibot";
import type { FeatureRows } from "../core/service.ts";
import { committed, count, idempotencyKey, noParams, text } from "../protocol/schemas.ts";

const name = v.pipe(text(32), v.minLength(1));
const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/**
 * In what state a capsule is. `absent`: granted, but its code was not put on this machine; `blocked`: the sandbox of this daemon
 * does not let it start any.
 */
export const CAPSULE_STATES = [
  "invalid",
  "ungranted",
  "starting",
  "running",
  "restarting",
  "failed",
  "absent",
  "blocked",
] as const;

const list = v.array(v.string());
/** As the manifest's, which the feature checks when it is called: what knows it is loaded only then. */
const capabilities = v.object({
  net: list,
  read: list,
  write: list,
  env: list,
  kv: count,
  secrets: list,
  exec: list,
});

const capsule = v.object({
  name: v.string(),
  state: v.picklist(CAPSULE_STATES),
  /** Of `invalid`, `restarting`, `failed`, `absent` and `blocked`: why, in words for people. */
  reason: v.exactOptional(v.string()),
  /** Of `restarting`: when it is started again, ISO 8601 UTC. */
  at: v.exactOptional(v.string()),
  /** Its folder is not what was granted; the granted copy goes on. */
  changed: v.boolean(),
  /** Where it lies; absent where only the grant is left. */
  folder: v.exactOptional(v.string()),
  /** Of its folder now; absent where that cannot be read. */
  digest: v.exactOptional(v.string()),
  /** Of the grant. */
  grantedDigest: v.exactOptional(v.string()),
  grantedAt: v.exactOptional(v.string()),
  version: v.exactOptional(v.string()),
  description: v.exactOptional(v.string()),
});

export const capsuleMethods = {
  "capsule.grant": {
    aliases: [],
    scope: "admin",
    mutates: true,
    params: v.strictObject({
      name,
      digest,
      /** No more than the manifest asks for. */
      capabilities: v.record(v.string(), v.unknown()),
      /** As its `capsule.jsonc` has it. */
      manifest: v.record(v.string(), v.unknown()),
      folder: v.pipe(text(1024), v.startsWith("/")),
      idempotencyKey,
    }),
    result: committed,
    doc: "Records that a capsule may run, with which files and capabilities, and starts it; its code must be there " +
      "already, which only the command line can put there.",
  },
  "capsule.list": {
    aliases: ["ListCapsules"],
    scope: "read",
    mutates: false,
    params: noParams,
    result: v.object({ capsules: v.array(capsule) }),
    doc: "The capsules of the home and of trusted workspaces, and those that are granted, each with its state.",
  },
  "capsule.metadata": {
    aliases: ["GetCapsuleMetadata"],
    scope: "read",
    mutates: false,
    params: v.strictObject({ name }),
    result: v.object({
      ...capsule.entries,
      /** Of its folder, or of the grant where there is none that can be read. */
      manifest: v.exactOptional(v.record(v.string(), v.unknown())),
      /** What was granted. */
      capabilities: v.exactOptional(capabilities),
    }),
    doc: "One capsule with its manifest, and what was granted to it.",
  },
  "capsule.reload": {
    aliases: ["ReloadCapsules"],
    scope: "admin",
    mutates: false,
    params: v.strictObject({ name: v.exactOptional(name) }),
    result: v.object({
      reloaded: v.array(v.string()),
      notRunning: v.array(v.object({ name: v.string(), reason: v.string() })),
    }),
    doc: "Starts a granted capsule anew, or all of them, those too that have failed; no event is lost or told twice.",
  },
  "capsule.revoke": {
    aliases: [],
    scope: "admin",
    mutates: true,
    params: v.strictObject({
      name,
      /** What it has kept is removed too. */
      forget: v.exactOptional(v.boolean()),
      idempotencyKey,
    }),
    result: committed,
    doc: "Takes the grant of a capsule back and ends its process; what it has kept can be forgotten then or later.",
  },
} as const satisfies FeatureRows;

type Rows = typeof capsuleMethods;

declare module "../protocol/method_schemas.ts" {
  interface FeatureMethods extends Rows {}
  interface FeatureStatus {
    /** Absent where no capsule is granted. */
    readonly capsule?: {
      readonly granted: number;
      readonly running: number;
      /** Those that are granted and do not run, or whose folder has changed; none for one that starts. */
      readonly attention: readonly { readonly name: string; readonly problem: string }[];
    };
  }
}
