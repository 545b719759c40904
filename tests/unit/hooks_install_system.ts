/** The real system for installation tests. */
import { denoFiles } from "../../src/platform/deno_files.ts";
import { sha256Hex } from "../../src/platform/hash.ts";
import { sleep } from "../../src/platform/delay.ts";
import { tryLock } from "../../src/platform/lock_file.ts";
import type { InstallSystem } from "../../src/settings/install.ts";

const sha256 = sha256Hex;

export function installSystem(): InstallSystem {
  return { files: denoFiles, timers: { sleep }, sha256, uid: Deno.uid(), realPath: Deno.realPathSync, tryLock };
}
