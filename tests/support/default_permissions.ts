/** What the daemon may do beyond its folder and socket where nothing is configured, on this machine. */
import { initialSettings } from "../../src/config/values.ts";
import { featurePermissions, SCHEMA } from "../../src/daemon/features.ts";
import type { Permission } from "../../src/platform/sandbox.ts";
import { exists } from "./exists.ts";

export function defaultPermissions(): Permission[] {
  return featurePermissions({ config: initialSettings(SCHEMA), env: (name) => Deno.env.get(name), exists });
}
