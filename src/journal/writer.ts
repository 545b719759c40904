/**
 * The end of the journal, where records are appended. A record is written in one call; what a failed call left is cut
 * off again, so that a record is stored whole or not at all.
 *
 * Rotation: the segment record and the record that caused it go into the new file in one call. Until that call has
 * succeeded the old segment is the last one, so a crash at any step leaves one chain (promise C7).
 */
import type { ConsoleError } from "../protocol/errors.ts";
import { JOURNAL_FORMAT } from "../protocol/version.ts";
import type { AppendFile } from "../platform/system.ts";
import { canonicalJson } from "./canonical.ts";
import { closeQuietly } from "./close_quietly.ts";
import type { JournalOptions } from "./journal_options.ts";
import { Sealer, SEGMENT_TYPE } from "./record.ts";
import type { Appended, NewRecord } from "../protocol/record.ts";
import { readOnly, reasonOf, SegmentChanged } from "./read_only.ts";
import { bytesBehind, checkTail, openTruncated, syncInPlace, truncateUnsynced } from "./repair.ts";
import { hasEarlierFormat } from "./segment_errors.ts";
import { checkRoom } from "./room.ts";
import { type Segment, segmentOf, type Tip } from "./segment.ts";
import type { Position } from "./snapshot.ts";
import type { TornEnd } from "./truncate_torn.ts";

const RETRY_MS = 1000; // least time between two attempts to write again after a failure
const NOT_WRITTEN = "the journal cannot be written";

type WriterOptions = Pick<JournalOptions, "dir" | "files" | "sha256" | "clock" | "segmentBytes" | "actor">;

interface Current {
  readonly segment: Segment;
  readonly isEarlier: boolean; // of an earlier format
  file: AppendFile;
  /** Bytes that are records; more may follow only while the journal is read-only. */
  size: number;
}

interface Trouble {
  readonly error: unknown;
  /** Steady time of the next attempt. */
  readonly retryAt: number;
  /** Of the write that failed. */
  readonly bytes?: number;
}

export class Writer {
  #options: WriterOptions;
  #sealer: Sealer;
  #seq: number;
  #hash: string;
  #current: Current | undefined;
  #segments: number;
  #bytes: number;
  /** Closed segments that wait for their fsync. */
  #retired: AppendFile[];
  /** The file that an fsync is under way for: it must not be closed. */
  #syncing: AppendFile | undefined;
  #tornEnd: TornEnd;
  #trouble: Trouble | undefined;
  #failures = 0;
  #unsynced = false;
  #repaired: () => void;

  /** @param repaired called when everything unsynced was synced after a failed fsync */
  constructor(options: WriterOptions, tip: Tip, tornEnd: TornEnd, repaired: () => void) {
    this.#options = options;
    this.#sealer = new Sealer(options.sha256);
    this.#seq = tip.seq;
    this.#hash = tip.hash;
    this.#segments = tip.segments;
    this.#bytes = tip.bytes;
    this.#repaired = repaired;
    this.#tornEnd = tornEnd;
    if (tornEnd.refused !== undefined) this.#stop(tornEnd.refused);
    this.#retired = tip.unsynced.map(({ path }) => options.files.append(path, "never"));
    if (tip.last !== undefined) {
      const { segment, size } = tip.last;
      const isEarlier = hasEarlierFormat(options.files, segment);
      this.#current = { segment, isEarlier, size, file: options.files.append(segment.path, "never") };
    }
  }

  get seq(): number {
    return this.#seq;
  }
  get hash(): string {
    return this.#hash;
  }
  get segments(): number {
    return this.#segments;
  }
  get bytes(): number {
    return this.#bytes;
  }
  /** Why nothing can be written, or undefined while writing works. */
  get trouble(): string | undefined {
    return this.#trouble === undefined ? undefined : reasonOf(this.#trouble.error);
  }
  /** How often writing has failed: also what went by between two looks is seen. */
  get failures(): number {
    return this.#failures;
  }
  /** The place after the last record; undefined while there is none. */
  get position(): Position | undefined {
    if (this.#current === undefined) return undefined;
    const { segment, size } = this.#current;
    return { seq: this.#seq, hash: this.#hash, segment: segment.name, offset: size };
  }

  /** Appends; the result is the record, after the segment record where a segment was begun. */
  append(record: NewRecord): Appended[] {
    const dataJson = canonicalJson(record.data);
    this.reopen();
    const ts = new Date(this.#options.clock.now()).toISOString();
    const { type, actor } = record;
    const appended: Appended = { seq: this.#seq + 1, ts, type, dataJson };
    const { bytes, hash } = this.#sealer.seal(appended, actor, this.#hash);
    const current = this.#current;
    if (current === undefined || this.#isFull(bytes.length)) {
      return this.#rotate({ ...appended, seq: appended.seq + 1 }, actor);
    }
    this.#write(current.file, bytes, () => current.file.truncate(current.size));
    current.size += bytes.length;
    this.#advance(1, hash, bytes.length);
    return [appended];
  }

  /** Whether a record of so many bytes begins a new segment. */
  #isFull(bytes: number): boolean {
    const { isEarlier = true, size = 0 } = this.#current ?? {};
    return isEarlier || size + bytes > this.#options.segmentBytes;
  }

  #rotate(record: Appended, actor: string): Appended[] {
    const { dir, files, actor: own } = this.#options;
    const first = this.#seq + 1;
    const dataJson = canonicalJson({ first, format: JOURNAL_FORMAT });
    const opening: Appended = { seq: first, ts: record.ts, type: SEGMENT_TYPE, dataJson };
    const opener = this.#sealer.seal(opening, own, this.#hash);
    const start = opener.bytes.slice(); // the sealer's buffer is used again
    const { bytes, hash } = this.#sealer.seal(record, actor, opener.hash);
    const both = new Uint8Array(start.length + bytes.length);
    both.set(start);
    both.set(bytes, start.length);
    const segment = segmentOf(dir, first);
    let file: AppendFile;
    try {
      file = files.append(segment.path, "new");
    } catch (error) {
      throw this.#stop(error, both.length);
    }
    this.#write(file, both, () => {
      file.close();
      files.remove(segment.path);
    });
    if (this.#current !== undefined) this.#retired.push(this.#current.file);
    this.#current = { segment, isEarlier: false, file, size: both.length };
    this.#segments++;
    this.#advance(2, hash, both.length);
    return [opening, record];
  }

  #advance(records: number, hash: string, bytes: number): void {
    this.#seq += records;
    this.#hash = hash;
    this.#bytes += bytes;
  }

  #write(file: AppendFile, bytes: Uint8Array, undo: () => void): void {
    try {
      file.write(bytes);
    } catch (error) {
      try {
        undo();
      } catch {
        // What is left over is cut off before the next write, or by recovery.
      }
      throw this.#stop(error, bytes.length);
    }
  }

  /** Makes the journal read-only; returns the error for the caller. */
  #stop(error: unknown, bytes = this.#trouble?.bytes): ConsoleError {
    this.#failures++;
    const retryAt = this.#options.clock.steady() + RETRY_MS;
    if (this.#trouble?.retryAt !== Infinity) {
      this.#trouble = { error, retryAt, ...(bytes === undefined ? {} : { bytes }) };
    }
    return readOnly(NOT_WRITTEN, error);
  }

  /**
   * Looks whether the last segment is still there, and has our records alone: what is written to a file without a name is
   * lost with this process, and behind what somebody else appended the next start finds no record. So that is cut off;
   * what cannot be put right makes the journal read-only, until a later look finds it as it was. After a failed fsync it
   * tries to write anew: until then no head is kept and nothing is signed. @returns bytes that were cut off
   */
  keepWritable(): number {
    const { files, clock } = this.#options;
    const [current, found] = [this.#current, this.#trouble];
    if (found?.retryAt === Infinity) return 0;
    const mayBeChanged = found === undefined || found.error instanceof SegmentChanged || this.#unsynced;
    if (mayBeChanged ? current === undefined : clock.steady() < found.retryAt) return 0;
    try {
      const behind = mayBeChanged && current !== undefined ? bytesBehind(files, current.segment, current.size) : 0;
      if (found !== undefined) this.#reopen({ ...found, retryAt: 0 }, "none");
      else if (behind > 0 || current?.file.isInPlace() === false) this.#reopen({ error: undefined, retryAt: 0 });
      return found === undefined || found.error instanceof SegmentChanged ? behind : 0; // else of a write that failed
    } catch (error) {
      if (this.#trouble === found) this.#stop(error);
      return 0;
    }
  }

  /** Removes a segment that is on the disk and no longer needed. @throws the OS error */
  removeClosed(path: string): void {
    const size = this.#options.files.stat(path)?.size ?? 0;
    this.#options.files.remove(path);
    this.#segments--;
    this.#bytes -= size;
  }

  /** No record may follow. */
  halt(why: ConsoleError): void {
    this.#failures++;
    this.#trouble = { error: why, retryAt: Infinity };
  }

  /** After a failed fsync the kernel's state is unknown: no record may follow. */
  syncFailed(error: unknown): void {
    this.#unsynced = true;
    this.#stop(error);
  }

  /** Where nothing can be written: tries to make that work again, at most once a second. @throws {ConsoleError} `read_only` */
  reopen(): void {
    if (this.#trouble !== undefined) this.#reopen(this.#trouble);
  }

  /** @param next what is written after this; where that is nothing, it is tried whether there is room for a record */
  #reopen({ error, retryAt, bytes = 0 }: Trouble, next: "record" | "none" = "record"): void {
    if (this.#options.clock.steady() < retryAt) throw readOnly(NOT_WRITTEN, error);
    const { dir, files, sha256 } = this.#options;
    try {
      const current = this.#current;
      const tip = { seq: this.#seq, hash: this.#hash };
      if (current !== undefined) checkTail(files, sha256, current.segment, { ...tip, size: current.size });
      this.#tornEnd.cut(); // before anything that cuts without a copy
      if (current !== undefined) {
        if (this.#unsynced) this.#rewrite(current);
        this.#replaceFile(current);
      }
      // A file with the next segment's name is the rest of a failed rotation: nothing in it was ever acknowledged.
      const { path } = segmentOf(dir, this.#seq + 1);
      files.remove(path);
      if (next === "none") checkRoom(files, this.#isFull(bytes) ? path : current!.file, bytes);
    } catch (error) {
      throw this.#stop(error);
    }
    this.#trouble = undefined;
  }

  #replaceFile(current: Current): void {
    const file = openTruncated(this.#options.files, current.segment.path, current.size);
    if (this.#syncing === current.file) this.#retired.push(current.file); // the next fsync closes it
    else closeQuietly(current.file);
    current.file = file;
  }

  #rewrite(current: Current): void {
    const { files, sha256 } = this.#options;
    const closed = new Set(this.#retired.map((file) => file.path));
    closed.delete(current.segment.path);
    for (const path of closed) truncateUnsynced(files, sha256, path);
    truncateUnsynced(files, sha256, current.segment.path, current.size);
    for (const file of this.#retired) closeQuietly(file);
    this.#retired = [];
    this.#unsynced = false;
    this.#repaired();
  }

  /** Syncs everything written so far, closed segments first: no record may be stored before its predecessor. */
  async sync(): Promise<void> {
    for (let file = this.#retired[0]; file !== undefined; file = this.#retired[0]) {
      await syncInPlace(file);
      this.#retired.shift();
      closeQuietly(file);
    }
    this.#syncing = this.#current?.file;
    try {
      if (this.#syncing !== undefined) await syncInPlace(this.#syncing);
    } finally {
      this.#syncing = undefined;
    }
  }

  close(): void {
    for (const file of this.#retired) closeQuietly(file);
    if (this.#current !== undefined) closeQuietly(this.#current.file);
  }
}
