/** Paths as people write them. */
import { env } from "../platform/process.ts";

/** `path` with `~` for the user's own folder. */
export function withTilde(path: string): string {
  const home = env("HOME")?.replace(/\/+$/, "");
  if (!home) return path;
  return path === home ? "~" : path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
