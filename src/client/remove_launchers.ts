/** Takes away the files by which agents' hooks run, where no agent runs them any more. */
import { removeEmptyFolder } from "../platform/build_folder.ts";
import { capsulePlaces } from "../platform/capsule_places.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { homeLaunchers, launcherFolder } from "../platform/home_launchers.ts";
import type { ClientContext } from "./endpoint.ts";

/**
 * `former`: only the file that hooks of an earlier version run. The stubs go with the last home's launchers; folders that
 * hold something else stay.
 */
export function removeLaunchers({ paths: { root } }: Pick<ClientContext, "paths">, which: "former" | "all"): void {
  const launchers = homeLaunchers(root);
  const common = launcherFolder();
  if (launchers === undefined || common === undefined) return;
  denoFiles.remove(launchers.formerStart);
  removeEmptyFolder(`${common}/start`);
  if (which === "former") return;
  for (const path of [launchers.hook, launchers.statusline, launchers.start]) denoFiles.remove(path);
  // A granted capsule runs without hooks too; the next grant writes it again.
  const capsules = capsulePlaces(root);
  if (capsules !== undefined && denoFiles.list(capsules.granted).length === 0) denoFiles.remove(capsules.launcher);
  removeEmptyFolder(launchers.hook.slice(0, launchers.hook.lastIndexOf("/")));
  if (!removeEmptyFolder(`${common}/homes`)) return;
  for (const stub of ["hook", "statusline"]) denoFiles.remove(`${common}/${stub}`);
  removeEmptyFolder(common);
}
