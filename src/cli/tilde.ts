/** Paths as people write them. */
import { env } from "../platform/process.ts";
import { tildePath } from "../view/names.ts";

/** {@link tildePath} for the user's own folder. */
export function withTilde(path: string): string {
  return tildePath(path, env("HOME"));
}
