/**
 * Notes that agents and people keep across sessions, of a workspace or for all of them. They are events of the journal, so
 * that they outlive the daemon; the search is loaded at its first use.
 */
import { onceOf } from "../core/idempotency.ts";
import type { Feature, FeatureContext } from "../core/service.ts";
import { maskSecrets } from "../domain/mask.ts";
import { shortId } from "../lib/short_id.ts";
import { resolveFrom } from "../platform/home_paths.ts";
import type { Actor } from "../protocol/actor.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ParamsOf, ResultOf } from "../protocol/method_schemas.ts";
import { LateSearch } from "./late_search.ts";
import { memoryMethods } from "./methods.ts";
import { type Note, Notes, utf8Bytes } from "./notes.ts";

/** Longest text of a note, bytes: what is longer is a file, and a note can name it. */
const MAX_NOTE_BYTES = 16_384;
/** All of them are in the daemon's memory and in each snapshot of the journal. */
const MAX_NOTES = 10_000;
const MAX_BYTES = 4 * 1_048_576;
/** Notes of one answer where the call names no limit. */
const USUAL_LISTED = 10;

export const memoryFeature: Feature<keyof typeof memoryMethods, Notes> = {
  name: "memory",
  methods: memoryMethods,
  events: {
    "memory.appended": "A person or an agent has kept a note.",
    "memory.forgotten": "A note is forgotten; what it said stays in the records before.",
  },
  projection: () => new Notes(),
  create: (context, notes) => {
    const search = new LateSearch(notes, context.clock);
    return {
      service: { tick: () => search.rest() },
      handlers: {
        "memory.append": (params, { peer }) => append(context, notes, params, peer.actor),
        "memory.forget": (params, { peer }) => forget(context, notes, params, peer.actor),
        "memory.peek": ({ workspace, limit = USUAL_LISTED }) => ({
          notes: notes.newest(folderOf(workspace), limit).map(noteJson),
        }),
        "memory.search": async ({ query, workspace, limit = USUAL_LISTED }, { signal }) => {
          const found = await search.find(query, folderOf(workspace), limit, signal);
          return { notes: found.map(({ note, score }) => ({ ...noteJson(note), score })) };
        },
        "memory.stats": () => statsOf(notes),
      },
    };
  },
};

/** @throws {ConsoleError} `too_large`, `conflict` where there is no room, `read_only` */
function append(
  { store }: Pick<FeatureContext, "store">,
  notes: Notes,
  params: ParamsOf<"memory.append">,
  actor: Actor,
): ResultOf<"memory.append"> {
  const { text, tags = [], workspace } = params;
  const bytes = utf8Bytes(text);
  if (bytes > MAX_NOTE_BYTES) {
    throw new ConsoleError("too_large", `the note has ${bytes} bytes, and ${MAX_NOTE_BYTES} are the most`, {
      param: "text",
      hint: "keep it in a file, and name that file in the note",
    });
  }
  const kept = masked(text);
  const isMasked = kept === text.toWellFormed() ? {} : { masked: true as const };
  const once = onceOf("memory.append", params);
  const earlier = store.repeated(once);
  if (earlier !== undefined) return { ...earlier, id: earlier.id ?? "", ...isMasked };
  checkRoom(notes, utf8Bytes(kept));
  const id = shortId((taken) => notes.get(taken) !== undefined || notes.isForgotten(taken));
  const folder = folderOf(workspace);
  const data = {
    id,
    text: kept,
    tags: [...new Set(tags.map((tag) => masked(tag.trim())))],
    ...(folder === undefined ? {} : { workspace: folder }),
    by: actor,
  };
  return { ...store.commit({ type: "memory.appended", data }, actor, once), id, ...isMasked };
}

function checkRoom(notes: Notes, bytes: number): void {
  const full = notes.size >= MAX_NOTES
    ? `there are ${MAX_NOTES} notes, the most that are kept`
    : notes.bytes + bytes > MAX_BYTES
    ? `the notes have ${notes.bytes} bytes, and with this one more than the ${MAX_BYTES} that are kept`
    : undefined;
  if (full !== undefined) throw new ConsoleError("conflict", full, { hint: "agent-console memory forget ID" });
}

/** @throws {ConsoleError} `not_found`, `invalid_params` where several begin so, `conflict`, `read_only` */
function forget(
  { store }: Pick<FeatureContext, "store">,
  notes: Notes,
  params: ParamsOf<"memory.forget">,
  actor: Actor,
): ResultOf<"memory.forget"> {
  const { id: given } = params;
  const once = onceOf("memory.forget", params);
  const earlier = store.repeated(once);
  if (earlier !== undefined) return { ...earlier, id: earlier.id ?? given };
  const id = idOf(notes, given);
  return { ...store.commit({ type: "memory.forgotten", data: { id } }, actor, once), id };
}

function idOf(notes: Notes, given: string): string {
  if (notes.get(given) !== undefined) return given;
  const matches = Array.from(notes.all(), ({ id }) => id).filter((id) => id.startsWith(given));
  const [id] = matches;
  const hint = { hint: "agent-console memory peek", param: "id" };
  if (matches.length > 1) {
    throw new ConsoleError("invalid_params", `the ids of ${matches.length} notes begin with "${given}"`, hint);
  }
  if (id !== undefined) return id;
  if (notes.isForgotten(given)) throw new ConsoleError("conflict", `the note "${given}" is forgotten already`, hint);
  throw new ConsoleError("not_found", `no note has the id "${given}"`, hint);
}

/** As it is kept: a journal shows no secret, and is UTF-8. */
function masked(text: string): string {
  return maskSecrets(text.toWellFormed());
}

/** One spelling for one folder. */
function folderOf(workspace: string | undefined): string | undefined {
  return workspace === undefined ? undefined : masked(resolveFrom(workspace, "/"));
}

function noteJson({ tags, ...rest }: Note): ResultOf<"memory.peek">["notes"][number] {
  return { ...rest, tags: [...tags] };
}

function statsOf(notes: Notes): ResultOf<"memory.stats"> {
  const byFolder = new Map<string, number>();
  let global = 0;
  for (const { workspace } of notes.all()) {
    if (workspace === undefined) global++;
    else byFolder.set(workspace, (byFolder.get(workspace) ?? 0) + 1);
  }
  return {
    notes: notes.size,
    bytes: notes.bytes,
    global,
    workspaces: Array.from(byFolder, ([workspace, count]) => ({ workspace, notes: count }))
      .sort((a, b) => b.notes - a.notes),
    maxNotes: MAX_NOTES,
    maxBytes: MAX_BYTES,
    maxNoteBytes: MAX_NOTE_BYTES,
  };
}
