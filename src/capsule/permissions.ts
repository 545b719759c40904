/** What the daemon may do for capsules: run the one launcher, and look at the capsules of trusted workspaces. */
import type { SandboxContext } from "../core/service.ts";
import { capsulePlaces } from "../platform/capsule_places.ts";
import { LAUNCHER_ENV } from "../platform/home_launchers.ts";
import type { Permission } from "../platform/sandbox.ts";
import { type CapsulesSettings, workspaceCapsules } from "./section.ts";

/**
 * The launcher is permitted from the start, so that the first grant needs no restart. It is no door to other programs: it
 * runs what a person has put where the daemon can neither read nor write.
 */
export function capsulePermissions({ settings, env, root }: SandboxContext<CapsulesSettings>): readonly Permission[] {
  const places = root === undefined ? undefined : capsulePlaces(root, env);
  const launcher: readonly Permission[] = places === undefined ? [] : [
    { kind: "run", values: [places.launcher], reason: "run granted capsules, by a file that runs nothing else" },
    { kind: "env", values: LAUNCHER_ENV, reason: "where that file is" },
  ];
  const configKey = "capsules.trusted_workspaces";
  const read = settings.trusted_workspaces.map(workspaceCapsules);
  return [
    ...launcher,
    ...(read.length === 0 ? [] : [{ kind: "read" as const, values: read, reason: "look for capsules", configKey }]),
  ];
}
