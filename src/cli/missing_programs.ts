/** Programs that the configuration names and that are not there, each with what to do. */
import type { Config } from "../config/base_sections.ts";
import { featurePrograms } from "../daemon/features.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { env } from "../platform/process.ts";
import { setupSteps } from "./agent_setup.ts";

interface MissingProgram {
  readonly configKey: string;
  readonly text: string;
  readonly hint: string;
}

/** @returns whether the configuration names any, and those that are not there */
export function missingPrograms(
  config: Config,
): { readonly isAny: boolean; readonly missing: readonly MissingProgram[] } {
  const named = featurePrograms({ config, env });
  const exists = (path: string) => denoFiles.stat(path) !== undefined;
  const missing = named.filter(({ places }) => !places.some(exists)).map(({ configKey, argv }) => ({
    configKey,
    text: `${configKey} names ${argv[0]}, which is not there`,
    hint: setupSteps(configKey, argv),
  }));
  return { isAny: named.length > 0, missing };
}
