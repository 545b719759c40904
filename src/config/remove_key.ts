/** Takes a key out of a text of JSON with comments again; all else stays as it stands. Pure. */
import { applyEdits, modify } from "jsonc-parser";

/** @param key dotted; nothing changes where it is not there */
export function withoutKey(text: string, key: string): string {
  const bom = text.startsWith("\ufeff") ? "\ufeff" : "";
  const bare = text.slice(bom.length);
  return bom + applyEdits(bare, modify(bare, key.split("."), undefined, {}));
}
