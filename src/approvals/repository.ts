/** What a call's repository may run by itself, from the settings that a hook or a client found of it. */
import { repositoryRuns } from "../policy/git_settings.ts";
import type { Where } from "../policy/where.ts";

/**
 * @param config the text; null: none was found, so that a repository may begin higher up, and without one `git diff`
 *   compares any two folders; undefined: nobody looked
 */
export function repositoryOf(config: string | null | undefined): Pick<Where, "repositoryRuns"> {
  if (config === undefined) return {};
  return { repositoryRuns: config === null ? "something" : repositoryRuns(config) };
}
