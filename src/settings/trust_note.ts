/**
 * The file in which an agent records trust on our request, given back when the trust is taken back: what it was before
 * is noted in our own home folder. Only where nobody else has changed it since is it restored byte for byte; else only
 * the empty container of the records goes.
 */
import { dirname, join } from "@std/path";
import type { TrustRecord } from "../agents/shared/hook_trust.ts";
import { type BackupReader, readKept, writeKept } from "./backup.ts";
import { makeFolders, readSettings, settingsPath, unwritable, writeSettings } from "./settings_file.ts";

interface TrustSystem extends BackupReader {
  readonly realPath: (path: string) => string;
}

export interface TrustPlace {
  /** Our own home folder, absolute. */
  readonly home: string;
  /** The agent's name. */
  readonly agent: string;
  /** The agent's file. */
  readonly file: string;
  readonly record: Omit<TrustRecord, "file">;
}

interface TrustNote {
  readonly file: string;
  /** The text before the first request of ours, and its mode; null where there was no file. */
  readonly original: string | null;
  readonly mode: number | null;
  /** What the agent made of it then: sha256 of the text, and the mode; "" where somebody else changed it in between. */
  readonly made: string;
  readonly madeMode: number | null;
}

interface Now {
  readonly path: string;
  readonly text: string | null;
  readonly mode: number | null;
  readonly hash: string;
}

/** `give` has the agent record trust; noted is what that changes, also where it fails. */
export async function giveNoted(system: TrustSystem, place: TrustPlace, give: () => Promise<void>): Promise<void> {
  const before = nowOrNothing(system, place);
  try {
    await give();
  } finally {
    const after = nowOrNothing(system, place);
    if (before !== undefined && after !== undefined && after.hash !== before.hash) {
      const known = noteOf(system, place);
      const { original, mode } = known ?? { original: before.text, mode: before.mode };
      const made = known === undefined || known.made === before.hash ? after.hash : "";
      writeNote(system, place, { file: place.file, original, mode, made, madeMode: after.mode });
    }
  }
}

/**
 * `take` has the agent forget its records.
 *
 * @returns what stays, and why: of `take`, or of what the agent made besides the records
 */
export async function takeNoted(
  system: TrustSystem,
  place: TrustPlace,
  take: () => Promise<string | undefined>,
): Promise<string | undefined> {
  const before = nowOrNothing(system, place);
  const kept = await take();
  if (kept !== undefined || before === undefined) return kept;
  const note = noteOf(system, place);
  const stays = (why: string) => `${place.file} keeps the ${place.record.container} that held the records: ${why}`;
  try {
    const after = nowOf(system, place);
    const next = note && await restored(place, note, before, after);
    if (next === undefined) {
      const holds = await place.record.holds(after.text);
      if (holds === "records" && note !== undefined) {
        // Of others, or of hooks of ours in another folder: those may go later.
        writeNote(system, place, { ...note, made: note.made === before.hash ? after.hash : "", madeMode: after.mode });
        return undefined;
      }
      forget(system, place);
      if (holds !== "container" || before.hash === after.hash) return undefined;
      if (note === undefined) return stays("what it was before is not known");
      return await place.record.holds(note.original) === "nothing"
        ? stays("it is not as the agent made it")
        : undefined;
    }
    if (nowOf(system, place).hash !== after.hash) return stays("it is being written by another program");
    if (next.text !== after.text || next.mode !== after.mode) {
      writeSettings(system.files, after.path, next.text ?? undefined, next.mode ?? undefined);
    }
    forget(system, place);
    return undefined;
  } catch (error) {
    return stays((unwritable(place.file, error) as Error).message);
  }
}

/** What the file is to be; undefined where it is to stay. */
async function restored(
  { record }: TrustPlace,
  note: TrustNote,
  before: Now,
  after: Now,
): Promise<Pick<Now, "text" | "mode"> | undefined> {
  if (note.made === before.hash && await record.sameBut(note.original, after.text)) {
    return { text: note.original, mode: note.madeMode === before.mode ? note.mode : after.mode };
  }
  const isOurs = await record.holds(note.original) === "nothing" && await record.holds(after.text) === "container";
  const text = isOurs && after.text !== null ? await record.without(after.text) : undefined;
  if (text === undefined) return undefined;
  return { text: text.trim() === "" && note.original === null ? null : text, mode: after.mode };
}

/** @throws {ConsoleError} failed, config_invalid */
function nowOf(system: TrustSystem, { file }: TrustPlace): Now {
  const path = settingsPath(system, file);
  const text = readSettings(system, path, file) ?? null;
  const hash = system.sha256(new TextEncoder().encode(text ?? "\0"));
  return { path, text, mode: system.files.stat(path)?.mode ?? null, hash };
}

/** Undefined where it is not plainly readable: then nothing is noted of it, and nothing given back. */
function nowOrNothing(system: TrustSystem, place: TrustPlace): Now | undefined {
  try {
    return nowOf(system, place);
  } catch {
    return undefined;
  }
}

function notePath({ sha256 }: TrustSystem, { home, agent, file }: TrustPlace): string {
  return join(home, "backups", `${agent}-trust-${sha256(new TextEncoder().encode(file)).slice(0, 16)}.json`);
}

function noteOf(system: TrustSystem, place: TrustPlace): TrustNote | undefined {
  const { file, original, mode, made, madeMode } = readKept(system, notePath(system, place)) ?? {};
  const isMode = (value: unknown) => value === null || typeof value === "number";
  if (file !== place.file || typeof made !== "string" || !isMode(mode) || !isMode(madeMode)) return undefined;
  if (original !== null && typeof original !== "string") return undefined;
  return { file, original, mode, made, madeMode } as TrustNote;
}

function writeNote(system: TrustSystem, place: TrustPlace, note: TrustNote): void {
  const path = notePath(system, place);
  makeFolders(system.files, dirname(path));
  writeKept(system.files, path, note);
}

function forget(system: TrustSystem, place: TrustPlace): void {
  system.files.remove(notePath(system, place));
}
