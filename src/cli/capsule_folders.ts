/** Finds capsules for the person who looks at them or grants them: by the files themselves, whatever a daemon says. */
import { findCapsules, type Found } from "../capsule/discovery.ts";
import { capsuleFiles, type CapsuleFolder } from "../capsule/folder.ts";
import { CAPSULE_NAME } from "../capsule/names.ts";
import { CapsuleFlaw, checkCapabilities, checkManifest } from "../capsule/read_manifest.ts";
import type { Manifest } from "../capsule/manifest.ts";
import { capsulesSection } from "../capsule/section.ts";
import { RECORDED_MARK } from "../client/put_capsule.ts";
import { settingFlaws } from "../capsule/setting_flaws.ts";
import type { Config } from "../config/base_sections.ts";
import { valuesOf } from "../config/values.ts";
import { clip, escapeControls } from "../domain/sanitize.ts";
import { capsulePlaces } from "../platform/capsule_places.ts";
import { denoFiles, isNotFound } from "../platform/deno_files.ts";
import { ownUid } from "../platform/process.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { FormerGrant } from "./capsule_text.ts";
import { loadConfigFile } from "./config_file.ts";
import type { CommandContext } from "./context.ts";

type LastGrant = FormerGrant & { readonly folder: string };

/**
 * The capsule of that name, whole or with why it is refused.
 *
 * @param before its {@link lastGrant}
 * @throws {ConsoleError} `not_found`, `config_invalid`
 */
export async function capsuleNamed(
  run: CommandContext,
  name: string,
  before: Pick<LastGrant, "folder"> | undefined,
): Promise<Found> {
  const { paths } = run.context;
  const { config } = await loadConfigFile(run);
  const { trusted_workspaces: workspaces } = valuesOf(config, capsulesSection);
  const search = { capsules: paths.capsules, workspaces, uid: ownUid(), name };
  const found = findCapsules(search, () => before?.folder);
  const one = found.find((each) => "capsule" in each) ?? found[0];
  if (one !== undefined) return one;
  throw new ConsoleError("not_found", `there is no capsule "${escapeControls(clip(name, 64))}" in ${paths.capsules}`, {
    hint: "agent-console capsule list",
  });
}

/** As {@link capsuleNamed}. @throws {ConsoleError} `failed` with why it is refused, `not_found`, `config_invalid` */
export async function wholeCapsule(
  run: CommandContext,
  name: string,
  before: Pick<LastGrant, "folder"> | undefined,
): Promise<CapsuleFolder> {
  const found = await capsuleNamed(run, name, before);
  if ("capsule" in found) return found.capsule;
  throw new ConsoleError("failed", `the capsule ${found.name} is refused: ${found.reason}`, {
    hint: `mend it in ${escapeControls(found.folder)}, or install another version of it`,
  });
}

/**
 * What the configuration sets and no capsule reads. Of a granted capsule its granted manifest counts: that runs.
 *
 * @returns a sentence for each
 */
export function idleSettings(run: CommandContext, config: Config): readonly string[] {
  const { settings, trusted_workspaces: workspaces } = valuesOf(config, capsulesSection);
  if (Object.keys(settings).length === 0) return []; // no folder is read
  const { paths } = run.context;
  const search = { capsules: paths.capsules, workspaces, uid: ownUid() };
  const found = findCapsules(search, (name) => lastGrant(run, name)?.folder);
  const manifests = new Map<string, Pick<Manifest, "settings"> | undefined>();
  for (const name of [...found.map((one) => one.name), ...Object.keys(settings)]) {
    const granted = lastGrant(run, name)?.manifest;
    const one = found.find((each) => each.name === name && "capsule" in each);
    const manifest = granted ?? (one !== undefined && "capsule" in one ? one.capsule.manifest : undefined);
    if (manifest !== undefined || found.some((each) => each.name === name)) manifests.set(name, manifest);
  }
  return settingFlaws(settings, manifests);
}

/**
 * What was granted last, as the copy of it tells; undefined where there is none, or none that can be read. A copy whose
 * grant got no answer comes behind those that were recorded: it may run nothing.
 */
export function lastGrant(run: CommandContext, name: string): LastGrant | undefined {
  const places = capsulePlaces(run.context.paths.root);
  if (places === undefined || !CAPSULE_NAME.test(name)) return undefined;
  const folder = `${places.granted}/${name}`;
  const copies = denoFiles.list(folder).filter((copy) => /^[0-9a-f]{64}$/.test(copy)).map((copy) =>
    `${folder}/${copy}`
  );
  const newest = copies.flatMap((copy) => readable(() => [writtenGrant(copy)]) ?? []).sort((a, b) =>
    Number(b.isRecorded) - Number(a.isRecorded) || (a.at < b.at ? 1 : -1)
  );
  for (const { copy, at: _, isRecorded: __, ...grant } of newest) {
    const files = readable(() => capsuleFiles(`${copy}/code`, ownUid()));
    if (files !== undefined) return { ...grant, files };
  }
  return undefined;
}

/** @throws {CapsuleFlaw}, a SyntaxError or the OS error */
function writtenGrant(copy: string) {
  const text = new TextDecoder().decode(denoFiles.read(`${copy}/grant.json`));
  const { at, digest, folder, ...grant } = (JSON.parse(text) ?? {}) as Readonly<Record<string, unknown>>;
  const [manifest, capabilities] = [checkManifest(grant["manifest"]), checkCapabilities(grant["capabilities"])];
  const isRecorded = denoFiles.stat(`${copy}/${RECORDED_MARK}`) !== undefined;
  return { copy, isRecorded, at: String(at), digest: String(digest), folder: String(folder), manifest, capabilities };
}

/** Undefined where a copy is of an earlier version, or damaged. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof CapsuleFlaw || error instanceof SyntaxError || isNotFound(error)) return undefined;
    throw error;
  }
}
