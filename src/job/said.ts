/** What of a run's words is kept. Pure. */
import { maskSecrets } from "../domain/mask.ts";
import { clip } from "../domain/sanitize.ts";
import type { RunEnd } from "./job.ts";

/** So much of what was printed or replied is kept, characters of each stream. */
const PRINTED = 2000;

/** The beginning, secrets masked; nothing where there is none. */
export function said(stream: "stdout" | "stderr", text: string): Partial<RunEnd> {
  const kept = clip(maskSecrets(text.trimEnd()), PRINTED);
  return kept === "" ? {} : { [stream]: kept };
}
