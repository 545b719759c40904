/** What a call's repository may run by itself, from the settings that a hook or a client found of it. */
import { REPOSITORY_PLACES } from "../platform/repository_places.ts";
import { repositoryRuns } from "../policy/git_settings.ts";
import type { Where } from "../policy/where.ts";

/**
 * @param config the text; null: none was found; undefined: nobody looked
 * @param cwd where the look began. Where it ended below the root, a repository may begin higher up.
 */
export function repositoryOf(
  config: string | null | undefined,
  cwd: string | undefined,
): Pick<Where, "repositoryRuns"> {
  if (config === undefined) return {};
  if (config !== null) return { repositoryRuns: repositoryRuns(config) };
  const folders = cwd?.split("/").filter((part) => part !== "").length ?? Infinity;
  return { repositoryRuns: folders < REPOSITORY_PLACES.length ? "nothing" : "something" };
}
