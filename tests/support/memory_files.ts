/**
 * Files in memory that can fail like real ones: a disk that fills up, an fsync that fails or does not come back, a call
 * that fails once, a process that dies at its n-th change, a power failure that takes what was not synced. Each call is
 * made of the changes that the real one makes, so that a fault can come between any two of them.
 */
import { type AppendFile, type Files, type FileStat, type Replacement, UNFINISHED } from "../../src/platform/system.ts";
import { addBytes, type MemoryNode } from "./memory_node.ts";

/** Thrown at the step where the process dies, and by everything that it would do afterwards. */
export class Crash extends Error {}

/** How much of the last step still happens. */
export type CrashPart = "none" | "half" | "all";

/** The number of the change that fails, how much of it is done, and whether the process dies of it. */
const NO_FAULT = { at: Infinity, part: "none" as CrashPart, kills: false };
const NO_SPACE = "ENOSPC: no space left on device";

export class MemoryFiles implements Files {
  #nodes = new Map<string, MemoryNode>();
  #folders = new Set<string>();
  #inodes = 0;
  #dead = false;
  #fault = NO_FAULT;
  #fullAt = Infinity;
  #fullUndoError: Error | undefined;

  /** Bytes that fit on the disk. */
  capacity = Infinity;
  /** Thrown by every fsync while set. */
  syncError: Error | undefined;
  /** Thrown by every truncate and remove while set. */
  undoError: Error | undefined;
  /** Every fsync comes back when this does. */
  syncHeld: Promise<void> | undefined;
  /** Changes so far: what a crash is counted by. */
  changes = 0;
  /** Fsyncs so far. */
  syncs = 0;
  /** Files that are open. */
  open = 0;

  /** The process dies at its `step`-th change from now on. */
  crashAt(step: number, part: CrashPart): void {
    this.#fault = { at: this.changes + step, part, kills: true };
  }

  /** The `step`-th change from now on fails, with so much of it done; the ones after it do not. */
  failAt(step: number, part: CrashPart): void {
    this.#fault = { at: this.changes + step, part, kills: false };
  }

  /**
   * The disk is full from the first write on that is not before the `step`-th change: the half of it still fits.
   *
   * @param undoError as of {@link undoError}, from then on
   */
  fullAt(step: number, undoError?: Error): void {
    this.#fullAt = this.changes + step;
    this.#fullUndoError = undoError;
  }

  /** There is room again. */
  free(): void {
    [this.capacity, this.#fullAt, this.undoError] = [Infinity, Infinity, undefined];
  }

  get isDead(): boolean {
    return this.#dead;
  }

  /** The same disk, seen by the next process. */
  restart(): MemoryFiles {
    return this.#copy((node) => node.length, (node) => node.synced);
  }

  /** The same disk after the power failed: what was not synced is gone. */
  afterPowerFailure(): MemoryFiles {
    return this.#copy((node) => node.synced);
  }

  #copy(lengthOf: (node: MemoryNode) => number, syncedOf = lengthOf): MemoryFiles {
    const next = new MemoryFiles();
    next.#folders = new Set(this.#folders);
    for (const [path, node] of this.#nodes) {
      const length = lengthOf(node);
      next.#nodes.set(path, { ...node, bytes: node.bytes.slice(0, length), length, synced: syncedOf(node) });
    }
    next.#inodes = this.#inodes;
    return next;
  }

  /** Puts that into the file, which is made where there is none; counted as no change. */
  put(path: string, bytes: Uint8Array): void {
    const node = this.#nodes.get(path) ?? { mode: 0o600, inode: ++this.#inodes };
    this.#nodes.set(path, Object.assign(node, { bytes: bytes.slice(), length: bytes.length, synced: bytes.length }));
  }

  /** All files with their content. */
  contents(): Map<string, Uint8Array> {
    return new Map([...this.#nodes].map(([path, node]) => [path, node.bytes.slice(0, node.length)]));
  }

  read(path: string): Uint8Array {
    return this.#node(path).bytes.slice(0, this.#node(path).length);
  }

  readRange(path: string, offset: number, length: number): Uint8Array {
    const node = this.#node(path);
    return node.bytes.slice(offset, Math.min(node.length, offset + length));
  }

  list(path: string): string[] {
    this.#alive();
    const below = (file: string) => file.lastIndexOf("/") === path.length && file.startsWith(path);
    return [...this.#nodes.keys()].filter(below).map((file) => file.slice(path.length + 1)).sort();
  }

  stat(path: string): FileStat | undefined {
    this.#alive();
    const common = { uid: 1000, device: 1, mtimeMs: 0 };
    if (this.#folders.has(path)) return { ...common, kind: "directory", size: 0, mode: 0o700, inode: 0 };
    const node = this.#nodes.get(path);
    if (node === undefined) return undefined;
    return { ...common, kind: "file", size: node.length, mode: node.mode, inode: node.inode };
  }

  append(path: string, create: "new" | "may" | "never"): AppendFile {
    this.#alive();
    const there = this.#nodes.get(path);
    if (there !== undefined && create === "new") throw new Error(`EEXIST: ${path}`);
    if (there === undefined && create === "never") throw new Error(`ENOENT: ${path}`);
    if (there === undefined) this.#change(() => this.#create(path, 0o600));
    return new MemoryAppendFile(path, this.#nodes.get(path)!, this);
  }

  replace(path: string, bytes: Uint8Array, mode = 0o600): void {
    const temporary = `${path}.${this.#inodes}.tmp`;
    try {
      this.create(temporary, bytes, mode);
      this.rename(temporary, path);
    } catch (error) {
      this.remove(temporary);
      throw error;
    }
  }

  replaceInParts(path: string): Replacement {
    const temporary = `${path}${UNFINISHED}`;
    this.#change(() => this.#create(temporary, 0o600));
    const node = this.#node(temporary);
    return {
      write: (bytes) => Promise.resolve().then(() => this.write(node, bytes)),
      overwrite: (offset, bytes) => Promise.resolve().then(() => this.#change(() => node.bytes.set(bytes, offset))),
      commit: async () => {
        await this.sync(node);
        this.rename(temporary, path);
      },
      discard: () => {
        if (this.#nodes.get(temporary) === node) this.remove(temporary);
      },
    };
  }

  create(path: string, bytes: Uint8Array, mode: number): void {
    if (this.#nodes.has(path)) throw new Error(`EEXIST: ${path}`);
    this.#change(() => this.#create(path, mode));
    const node = this.#node(path);
    this.write(node, bytes);
    this.#synced(node, node.length);
  }

  mkdir(path: string, _mode: number): void {
    this.#change(() => this.#folders.add(path));
  }

  rename(from: string, to: string): void {
    const node = this.#node(from);
    this.#change(() => {
      this.#nodes.delete(from);
      this.#nodes.set(to, node);
    });
  }

  remove(path: string): void {
    if (!this.#nodes.has(path)) return this.#alive();
    if (this.undoError !== undefined) throw this.undoError;
    this.#change(() => this.#nodes.delete(path));
  }

  // -- for the files that are open ---------------------------------------------------------------------------------

  write(node: MemoryNode, bytes: Uint8Array): void {
    if (this.changes + 1 >= this.#fullAt) {
      this.#fullAt = Infinity;
      this.capacity = this.#used() + (bytes.length >> 1);
      this.undoError = this.#fullUndoError;
    }
    const fits = Math.max(0, Math.min(bytes.length, this.capacity - this.#used()));
    this.#change((half) => addBytes(node, bytes.subarray(0, half ? fits >> 1 : fits)));
    if (fits < bytes.length) throw new Error(NO_SPACE);
  }

  truncate(node: MemoryNode, length: number): void {
    if (this.undoError !== undefined) throw this.undoError;
    this.#change(() => {
      node.length = length;
      node.synced = Math.min(node.synced, length);
    });
  }

  async sync(node: MemoryNode): Promise<void> {
    this.#alive();
    const { length } = node;
    await this.syncHeld;
    this.syncs++;
    this.#synced(node, length);
  }

  #synced(node: MemoryNode, length: number): void {
    if (this.syncError !== undefined) throw this.syncError;
    // What was cut off meanwhile is not there to be on the disk.
    this.#change(() => node.synced = Math.max(node.synced, Math.min(length, node.length)));
  }

  #node(path: string): MemoryNode {
    this.#alive();
    const node = this.#nodes.get(path);
    if (node === undefined) throw new Error(`ENOENT: ${path}`);
    return node;
  }

  #create(path: string, mode: number): void {
    this.#nodes.set(path, { bytes: new Uint8Array(256), length: 0, synced: 0, mode, inode: ++this.#inodes });
  }

  #used(): number {
    let used = 0;
    for (const node of this.#nodes.values()) used += node.length;
    return used;
  }

  #change(step: (half: boolean) => void): void {
    this.#alive();
    this.changes++;
    const { at, part, kills } = this.#fault;
    const isHit = this.changes >= at;
    if (!isHit || part !== "none") step(isHit && part === "half");
    if (!isHit) return;
    this.#fault = NO_FAULT;
    if (!kills) throw new Error(`EIO: input/output error at change ${this.changes}`);
    this.#dead = true;
    throw new Crash(`died at change ${this.changes}`);
  }

  #alive(): void {
    if (this.#dead) throw new Crash("is dead");
  }
}

class MemoryAppendFile implements AppendFile {
  #closed = false;

  constructor(readonly path: string, readonly node: MemoryNode, readonly files: MemoryFiles) {
    files.open++;
  }

  size(): number {
    return this.node.length;
  }

  isInPlace(): boolean {
    return this.files.stat(this.path)?.inode === this.node.inode;
  }

  write(bytes: Uint8Array): void {
    this.#open();
    this.files.write(this.node, bytes);
  }

  sync(): Promise<void> {
    this.#open();
    return this.files.sync(this.node);
  }

  truncate(length: number): void {
    this.#open();
    this.files.truncate(this.node, length);
  }

  close(): void {
    this.#open();
    this.#closed = true;
    this.files.open--;
  }

  #open(): void {
    if (this.#closed) throw new Error(`EBADF: ${this.path} is closed`);
  }
}
