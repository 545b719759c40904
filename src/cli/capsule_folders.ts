/** Finds capsules for the person who looks at them or grants them: by the files themselves, whatever a daemon says. */
import { findCapsules, type Found } from "../capsule/discovery.ts";
import { capsuleFiles, type CapsuleFolder } from "../capsule/folder.ts";
import { CapsuleFlaw, checkCapabilities, checkManifest } from "../capsule/read_manifest.ts";
import { capsulesSection } from "../capsule/section.ts";
import { valuesOf } from "../config/values.ts";
import { clip, escapeControls } from "../domain/sanitize.ts";
import { capsulePlaces } from "../platform/capsule_places.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { ownUid } from "../platform/process.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { FormerGrant } from "./capsule_text.ts";
import { loadConfigFile } from "./config_file.ts";
import type { CommandContext } from "./context.ts";

/** The capsule of that name, whole or with why it is refused. @throws {ConsoleError} `not_found`, `config_invalid` */
export async function capsuleNamed(run: CommandContext, name: string): Promise<Found> {
  const { paths } = run.context;
  const { config } = await loadConfigFile(run);
  const { trusted_workspaces: workspaces } = valuesOf(config, capsulesSection);
  const folder = lastGrant(run, name)?.folder;
  const found = findCapsules(
    { capsules: paths.capsules, workspaces, uid: ownUid() },
    (one) => one === name ? folder : undefined,
  ).filter((one) => one.name === name);
  const one = found.find((each) => "capsule" in each) ?? found[0];
  if (one !== undefined) return one;
  throw new ConsoleError("not_found", `there is no capsule "${escapeControls(clip(name, 64))}" in ${paths.capsules}`, {
    hint: "agent-console capsule list",
  });
}

/** @throws {ConsoleError} `failed` with why it is refused, `not_found` */
export async function wholeCapsule(run: CommandContext, name: string): Promise<CapsuleFolder> {
  const found = await capsuleNamed(run, name);
  if ("capsule" in found) return found.capsule;
  throw new ConsoleError("failed", `the capsule ${found.name} is refused: ${found.reason}`);
}

/** What was granted last, as the copy of it tells; undefined where there is none, or none that can be read. */
export function lastGrant(run: CommandContext, name: string): FormerGrant & { readonly folder: string } | undefined {
  const places = capsulePlaces(run.context.paths.root);
  const folder = `${places?.granted}/${name}`;
  const newest = places === undefined ? undefined : grantsIn(folder).sort((a, b) => a.at < b.at ? 1 : -1)[0];
  if (newest === undefined) return undefined;
  const { at: _, ...grant } = newest;
  return grant;
}

function grantsIn(folder: string) {
  const digests = denoFiles.list(folder).filter((name) => /^[0-9a-f]{64}$/.test(name));
  return digests.flatMap((digest) => {
    try {
      const text = new TextDecoder().decode(denoFiles.read(`${folder}/${digest}/grant.json`));
      const { at, folder: from, manifest, capabilities } = JSON.parse(text) as Readonly<Record<string, unknown>>;
      return [{
        at: String(at),
        folder: String(from),
        digest,
        manifest: checkManifest(manifest),
        capabilities: checkCapabilities(capabilities),
        files: capsuleFiles(`${folder}/${digest}/code`, ownUid()),
      }];
    } catch (error) {
      if (error instanceof CapsuleFlaw || error instanceof SyntaxError) return []; // of an earlier version, or damaged
      throw error;
    }
  });
}
