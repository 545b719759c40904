/** How long the texts of an agent may be in rows and records. Pure. */
import { maskSecrets } from "../domain/mask.ts";
import { clip } from "../domain/sanitize.ts";

/** UTF-16 units. */
export const LONG = { id: 200, name: 100, step: 200, detail: 2000 } as const;

/** Behind the cap so much is looked at, UTF-16 units: a secret that is cut looks like none. */
const BEYOND = 4096;

/** A text of the agent, as rows and records keep it. */
export function recordedText(text: string, cap: number): string {
  return clip(maskSecrets(clip(text, cap + BEYOND)), cap);
}
