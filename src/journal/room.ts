/** Whether the disk takes a record again, tried by a write that leaves nothing: what a disk says of its free space is no promise. */
import type { AppendFile, Files } from "../platform/system.ts";

/** More than a page, which a file system may have kept for the end of the file, and some records: bytes. */
const LEAST_ROOM = 16 * 1024;

/**
 * Writes so many bytes where the next record comes, and takes them away again: behind the records of a segment, or in
 * the file that is to be the next one. They have no line feed, so what a kill in between leaves is an unfinished record,
 * which the next start cuts off. Nothing is synced.
 *
 * @param place the open segment, which ends in a record; the path of the next one, where no file is
 * @throws the OS error
 */
export function checkRoom(files: Files, place: AppendFile | string, bytes: number): void {
  const filler = new Uint8Array(Math.max(bytes, LEAST_ROOM)).fill(0x20);
  if (typeof place !== "string") {
    const size = place.size();
    try {
      return place.write(filler);
    } finally {
      place.truncate(size);
    }
  }
  const file = files.append(place, "new");
  try {
    file.write(filler);
  } finally {
    file.close();
    files.remove(place);
  }
}
