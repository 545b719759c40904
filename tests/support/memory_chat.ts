/** One file that an agent appends to, in memory, with what was read of it. */
import type { FileStat } from "../../src/platform/system.ts";

const STAT = { size: 0, mode: 0o600, uid: 0, inode: 1, device: 1, mtimeMs: 0 };

export class MemoryChat {
  readonly path: string;
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  /** The kind of each path that is no plain file or folder. */
  readonly kinds = new Map<string, FileStat["kind"]>();
  /** Offset and length of each read, and paths that were asked about. */
  readonly reads: [offset: number, length: number][] = [];
  readonly asked = new Set<string>();

  constructor(path: string) {
    this.path = path;
  }

  write(text: string): void {
    const more = new TextEncoder().encode(text);
    const all = new Uint8Array(this.bytes.length + more.length);
    all.set(this.bytes);
    all.set(more, this.bytes.length);
    this.bytes = all;
  }

  readonly stat = (path: string): FileStat | undefined => {
    this.asked.add(path);
    const kind = this.kinds.get(path);
    if (path === this.path) return { ...STAT, kind: kind ?? "file", size: this.bytes.length };
    return this.path.startsWith(`${path}/`) ? { ...STAT, kind: kind ?? "directory" } : undefined;
  };

  readonly readRange = (path: string, offset: number, length: number): Uint8Array => {
    if (path !== this.path) throw new Error(`${path} was read`);
    this.reads.push([offset, length]);
    return this.bytes.subarray(offset, offset + length);
  };
}
