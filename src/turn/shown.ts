/** How long the texts of an agent may be in rows and records. Pure. */
import { maskSecrets } from "../domain/mask.ts";
import { clip } from "../domain/sanitize.ts";

/** UTF-16 units. */
export const LONG = { id: 200, name: 100, step: 200, detail: 2000 } as const;

/** A text of the agent, as rows and records keep it. */
export function shown(text: string, cap: number): string {
  return maskSecrets(clip(text, cap));
}
