/** The notes, made from the journal's events: they outlive sessions and restarts. */
import type { Projection } from "../core/projection.ts";
import type { NewEvent } from "../domain/event.ts";

declare module "../domain/event.ts" {
  interface EventData {
    /** Without `workspace` it is for all of them. Controls in it are as they were written. */
    "memory.appended": {
      readonly id: string;
      readonly text: string;
      readonly tags: readonly string[];
      readonly workspace?: string;
      readonly by: string;
    };
    "memory.forgotten": { readonly id: string };
  }
}

export interface Note {
  readonly id: string;
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly by: string;
  readonly text: string;
  readonly tags: readonly string[];
  /** Absent: it is for all of them. */
  readonly workspace?: string;
}

interface SavedNotes {
  readonly notes: readonly Note[];
  readonly forgotten: readonly string[];
}

/** Ids of forgotten notes that are still known as such: the newest ones. */
const MAX_FORGOTTEN = 1000;

export class Notes implements Projection {
  readonly name = "memory";
  readonly layout = 1;
  /** By id, the oldest first. */
  #notes = new Map<string, Note>();
  #forgotten = new Set<string>();
  /** Of all texts, in UTF-8. */
  bytes = 0;

  apply(event: NewEvent, at: string): void {
    if (event.type === "memory.appended") {
      const { id, text, tags, workspace, by } = event.data;
      this.#add({ id, at, by, text, tags, ...(workspace === undefined ? {} : { workspace }) });
    }
    if (event.type === "memory.forgotten") this.#forget(event.data.id);
  }

  save(): SavedNotes {
    return { notes: [...this.#notes.values()], forgotten: [...this.#forgotten] };
  }

  restore(saved: unknown): void {
    const { notes, forgotten } = saved as SavedNotes;
    for (const note of notes) this.#add(note);
    this.#forgotten = new Set(forgotten);
  }

  #add(note: Note): void {
    this.#notes.set(note.id, note);
    this.bytes += utf8Bytes(note.text);
  }

  #forget(id: string): void {
    const note = this.#notes.get(id);
    if (note === undefined) return;
    this.#notes.delete(id);
    this.bytes -= utf8Bytes(note.text);
    this.#forgotten.add(id);
    const [oldest] = this.#forgotten;
    if (this.#forgotten.size > MAX_FORGOTTEN && oldest !== undefined) this.#forgotten.delete(oldest);
  }

  get size(): number {
    return this.#notes.size;
  }

  get(id: string): Note | undefined {
    return this.#notes.get(id);
  }

  isForgotten(id: string): boolean {
    return this.#forgotten.has(id);
  }

  /** The oldest first. */
  all(): Iterable<Note> {
    return this.#notes.values();
  }

  /** Those of the workspace and the global ones, the newest first. */
  newest(workspace: string | undefined, limit: number): Note[] {
    return [...this.#notes.values()].filter((note) => sees(workspace, note)).slice(-limit).reverse();
  }
}

/** Whether a note is seen from a workspace; undefined: from none. */
export function sees(workspace: string | undefined, note: Note): boolean {
  return note.workspace === undefined || note.workspace === workspace;
}

export function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
