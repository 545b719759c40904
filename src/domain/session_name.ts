/** What people call a session: its title, else the last part of its folder. As it came, in one line, not escaped. Pure. */
import { oneLine } from "./sanitize.ts";

/** What a name is made of. */
export interface Nameable {
  readonly title?: string | undefined;
  readonly cwd?: string | undefined;
}

/** Between the name of a session and that of its sub-agent: `api › general-purpose`. */
export const BELOW = " › ";

/** Empty where it has neither. Two sessions may have the same name. */
export function nameOfSession({ title = "", cwd = "" }: Nameable): string {
  return oneLine(title) || lastParts(cwd, 1);
}

/** The last `count` parts of a path; of one without parts, as `/`, all of it. */
export function lastParts(path: string, count: number): string {
  return path.split("/").filter(Boolean).slice(-count).join("/") || path;
}
