/**
 * Files in memory that can fail like real ones: a disk that fills up, an fsync that fails, a process that dies at its
 * n-th change, a power failure that takes what was not synced.
 */
import { type AppendFile, type Files, type FileStat, type Replacement, UNFINISHED } from "../../src/platform/system.ts";

interface Node {
  bytes: Uint8Array;
  length: number;
  synced: number;
  mode: number;
  inode: number;
}

/** Thrown at the step where the process dies, and by everything that it would do afterwards. */
export class Crash extends Error {}

/** How much of the last step still happens. */
export type CrashPart = "none" | "half" | "all";

export class MemoryFiles implements Files {
  #nodes = new Map<string, Node>();
  #folders = new Set<string>();
  #inodes = 0;
  #dead = false;
  #crashAt = Infinity;
  #crashPart: CrashPart = "none";

  /** Bytes that fit on the disk. */
  capacity = Infinity;
  /** Thrown by every fsync while set. */
  syncError: Error | undefined;
  /** Thrown by every truncate and remove while set. */
  undoError: Error | undefined;
  /** Changes so far: what a crash is counted by. */
  changes = 0;
  /** Fsyncs so far. */
  syncs = 0;
  /** Files that are open. */
  open = 0;

  /** The process dies at its `step`-th change from now on. */
  crashAt(step: number, part: CrashPart): void {
    this.#crashAt = this.changes + step;
    this.#crashPart = part;
  }

  /** The same disk, seen by the next process. */
  restart(): MemoryFiles {
    return this.#copy((node) => node.length, (node) => node.synced);
  }

  /** The same disk after the power failed: what was not synced is gone. */
  afterPowerFailure(): MemoryFiles {
    return this.#copy((node) => node.synced);
  }

  #copy(lengthOf: (node: Node) => number, syncedOf = lengthOf): MemoryFiles {
    const next = new MemoryFiles();
    next.#folders = new Set(this.#folders);
    for (const [path, node] of this.#nodes) {
      const length = lengthOf(node);
      next.#nodes.set(path, { ...node, bytes: node.bytes.slice(0, length), length, synced: syncedOf(node) });
    }
    next.#inodes = this.#inodes;
    return next;
  }

  /** Puts a file there, whatever was there before; counted as no change. */
  put(path: string, bytes: Uint8Array): void {
    const length = bytes.length;
    this.#nodes.set(path, { bytes: bytes.slice(), length, synced: length, mode: 0o600, inode: ++this.#inodes });
  }

  /** All files with their content. */
  contents(): Map<string, Uint8Array> {
    return new Map([...this.#nodes].map(([path, node]) => [path, node.bytes.slice(0, node.length)]));
  }

  read(path: string): Uint8Array {
    const node = this.#node(path);
    return node.bytes.slice(0, node.length);
  }

  readRange(path: string, offset: number, length: number): Uint8Array {
    const node = this.#node(path);
    return node.bytes.slice(offset, Math.min(node.length, offset + length));
  }

  list(path: string): string[] {
    this.#alive();
    const names = [...this.#nodes.keys()].filter((file) => file.slice(0, file.lastIndexOf("/")) === path);
    return names.map((file) => file.slice(path.length + 1)).sort();
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
    this.#room(bytes.length);
    if (this.syncError !== undefined) throw this.syncError;
    this.#change(() => {
      this.put(path, bytes);
      this.#nodes.get(path)!.mode = mode;
    });
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
    this.#room(bytes.length);
    this.#change((half) => {
      this.put(path, half ? bytes.subarray(0, bytes.length >> 1) : bytes);
      this.#nodes.get(path)!.mode = mode;
    });
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

  write(node: Node, bytes: Uint8Array): void {
    const fits = Math.max(0, Math.min(bytes.length, this.capacity - this.#used()));
    this.#change((half) => add(node, bytes.subarray(0, half ? fits >> 1 : fits)));
    if (fits < bytes.length) throw new Error("ENOSPC: no space left on device");
  }

  truncate(node: Node, length: number): void {
    if (this.undoError !== undefined) throw this.undoError;
    this.#change(() => {
      node.length = length;
      node.synced = Math.min(node.synced, length);
    });
  }

  async sync(node: Node): Promise<void> {
    this.#alive();
    const { length } = node;
    await Promise.resolve();
    this.syncs++;
    if (this.syncError !== undefined) throw this.syncError;
    this.#change(() => node.synced = Math.max(node.synced, length));
  }

  #node(path: string): Node {
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

  #room(bytes: number): void {
    if (this.#used() + bytes > this.capacity) throw new Error("ENOSPC: no space left on device");
  }

  #change(step: (half: boolean) => void): void {
    this.#alive();
    this.changes++;
    const last = this.changes >= this.#crashAt;
    if (!last || this.#crashPart !== "none") step(last && this.#crashPart === "half");
    if (last) {
      this.#dead = true;
      throw new Crash(`died at change ${this.changes}`);
    }
  }

  #alive(): void {
    if (this.#dead) throw new Crash("is dead");
  }
}

class MemoryAppendFile implements AppendFile {
  #closed = false;

  constructor(readonly path: string, readonly node: Node, readonly files: MemoryFiles) {
    files.open++;
  }

  size(): number {
    return this.node.length;
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

function add(node: Node, bytes: Uint8Array): void {
  const needed = node.length + bytes.length;
  if (needed > node.bytes.length) {
    const larger = new Uint8Array(needed * 2);
    larger.set(node.bytes.subarray(0, node.length));
    node.bytes = larger;
  }
  node.bytes.set(bytes, node.length);
  node.length = needed;
}
