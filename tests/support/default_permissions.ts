/** What the daemon may do beyond its folder and socket where nothing is configured, on this machine. */
import { initialSettings } from "../../src/config/values.ts";
import { featurePermissions, SCHEMA } from "../../src/daemon/features.ts";
import type { Permission } from "../../src/platform/sandbox.ts";
import { exists } from "./exists.ts";

/**
 * @param root the home folder; without it, what is the same for all of them
 * @param userHome in whose data folder the launcher of capsules lies; ours by default
 */
export function defaultPermissions(root?: string, userHome?: string): Permission[] {
  const env = (name: string) => name === "HOME" && userHome !== undefined ? userHome : Deno.env.get(name);
  const named = root === undefined ? {} : { root };
  return featurePermissions({ config: initialSettings(SCHEMA), env, exists, ...named });
}
