/** What a file in memory is: its bytes, and how many of them are on the disk. */

export interface MemoryNode {
  bytes: Uint8Array;
  length: number;
  synced: number;
  mode: number;
  inode: number;
}

export function addBytes(node: MemoryNode, bytes: Uint8Array): void {
  const needed = node.length + bytes.length;
  if (needed > node.bytes.length) {
    const larger = new Uint8Array(needed * 2);
    larger.set(node.bytes.subarray(0, node.length));
    node.bytes = larger;
  }
  node.bytes.set(bytes, node.length);
  node.length = needed;
}
