/** Closing a segment whose writes were answered for. */
import type { AppendFile } from "../platform/system.ts";

export function closeQuietly(file: AppendFile): void {
  try {
    file.close();
  } catch {
    // Its bytes are synced, or their loss was reported already.
  }
}
