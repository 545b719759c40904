/** Files that a person has written by name: never in the home, whose files are the daemon's. */
import { escapeControls } from "../domain/sanitize.ts";
import { realPathSoFar } from "../platform/deno_files.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { withTilde } from "./tilde.ts";

/**
 * `path`, where neither it nor the folder that it lies in is the home or in it, wherever links lead. Among the journal's
 * files another one would be taken for a part of it, and what is there would be changed.
 *
 * @param path absolute @param option that names it @param home the daemon's folder @throws {ConsoleError} `usage`
 */
export function outsideHome(path: string, option: string, home: string): string {
  const ours = realPathSoFar(home);
  const places = [path.slice(0, path.lastIndexOf("/")) || "/", path].map(realPathSoFar);
  if (!places.some((place) => place === ours || place.startsWith(`${ours}/`))) return path;
  const message = `${option} names ${escapeControls(path)}, in the home, whose files are the daemon's`;
  throw new ConsoleError("usage", message, { hint: `give a path outside of ${withTilde(home)}` });
}
