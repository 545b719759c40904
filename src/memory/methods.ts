/** The rows of the feature's methods, and what the program's types must know of them. */
import * as v from "valibot";
import type { FeatureRows } from "../core/service.ts";
import { MAX_LISTED_NOTES } from "../protocol/limits.ts";
import { committed, count, id, idempotencyKey, noParams, text } from "../protocol/schemas.ts";

/** Its size is the handler's to check, which can say how to go on. */
const noteText = v.pipe(v.string(), v.regex(/\S/));
const tag = v.pipe(text(64), v.regex(/\S/));
/** The folder that a note is about, as sessions name theirs. */
const workspace = v.exactOptional(v.pipe(text(4096), v.startsWith("/")));
const limit = v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_LISTED_NOTES)));

const note = v.object({
  id: v.string(),
  /** When the daemon took it, ISO 8601 UTC. */
  at: v.string(),
  /** Who wrote it, as the journal names whoever acts. */
  by: v.string(),
  text: v.string(),
  tags: v.array(v.string()),
  /** Absent: it is global. */
  workspace: v.exactOptional(v.string()),
});

export const memoryMethods = {
  "memory.append": {
    aliases: [],
    scope: "admin",
    mutates: true,
    params: v.strictObject({
      text: noteText,
      tags: v.exactOptional(v.pipe(v.array(tag), v.maxLength(16))),
      workspace,
      idempotencyKey,
    }),
    result: v.object({
      ...committed.entries,
      id: v.string(),
      /** Something in it looked like a secret, and was replaced. */
      masked: v.exactOptional(v.literal(true)),
    }),
    doc: "Keeps a note, of a workspace or without one for all of them; what looks like a secret is masked.",
  },
  "memory.forget": {
    aliases: [],
    scope: "admin",
    mutates: true,
    params: v.strictObject({ id, idempotencyKey }),
    result: v.object({ ...committed.entries, id: v.string() }),
    doc: "Forgets a note, by its id or the beginning of it; its records stay in the journal.",
  },
  "memory.peek": {
    aliases: ["GetMemoryPeek"],
    scope: "read",
    mutates: false,
    params: v.strictObject({ workspace, limit }),
    result: v.object({ notes: v.array(note) }),
    doc: "The newest notes first: those of the workspace and the global ones; without one the global ones alone.",
  },
  "memory.search": {
    aliases: [],
    scope: "read",
    mutates: false,
    params: v.strictObject({ query: v.pipe(text(1000), v.regex(/\S/)), workspace, limit }),
    result: v.object({ notes: v.array(v.object({ ...note.entries, score: v.number() })) }),
    doc: "The notes that memory.peek sees in which words of the query are, the best match first (BM25).",
  },
  "memory.stats": {
    aliases: ["GetMemoryInspect"],
    scope: "read",
    mutates: false,
    params: noParams,
    result: v.object({
      notes: count,
      /** Of their texts, in UTF-8. */
      bytes: count,
      /** Those without a workspace. */
      global: count,
      /** The workspaces that have notes, those with most of them first. */
      workspaces: v.array(v.object({ workspace: v.string(), notes: count })),
      maxNotes: count,
      maxBytes: count,
      maxNoteBytes: count,
    }),
    doc: "How many notes there are, where, and how many there may be.",
  },
} as const satisfies FeatureRows;

type Rows = typeof memoryMethods;

declare module "../protocol/method_schemas.ts" {
  interface FeatureMethods extends Rows {}
}
