/** What a capsule could do, in words. Pure; texts of the capsule escaped. */
import type { CapsuleFile } from "../capsule/folder.ts";
import type { Capabilities, Manifest } from "../capsule/manifest.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { localIpv6Network, openedNetworks } from "../platform/capsule_networks.ts";
import { bytes } from "./format.ts";

/**
 * A line for each thing that it could do with `capabilities`; the last says that there is no more.
 *
 * @param asked of the manifest: what is asked for and not granted is told as such
 */
export function capabilityLines(
  manifest: Pick<Manifest, "subscribes" | "intercepts" | "commands">,
  granted: Capabilities,
  asked: Capabilities = granted,
): string[] {
  const { subscribes, intercepts, commands } = manifest;
  const lines = [...capabilityTexts(granted)];
  const refused = [...capabilityTexts(asked)].filter((line) => !lines.includes(line));
  return [
    ...lines,
    ...(subscribes.length === 0 ? [] : [`sees every event of: ${subscribes.join(", ")}`]),
    ...(intercepts.length === 0 ? [] : ["may tighten approvals: deny, ask you, add a note; it can allow none"]),
    ...commands.map(({ name, args, description }) =>
      escapeControls(`brings the command /${name}${args === "" ? "" : ` ${args}`}: ${description}`)
    ),
    "nothing else: no other file, host, program or variable",
    ...refused.map((line) => `asks for and does not get: ${line}`),
  ];
}

function* capabilityTexts({ net, read, write, env, secrets, exec, kv }: Capabilities): Generator<string> {
  for (const host of net) {
    const opened = openedNetworks(host);
    const also = opened.length === 0 ? "" : `, and so its names may lead into ${opened.join(" and ")}`;
    const local = localIpv6Network(host);
    const around = local === undefined ? "" : `, which is around you: in ${local}`;
    yield `may connect to ${host}${around}${also}`;
  }
  for (const path of read) yield escapeControls(`may read ${path}, what is below it, and what links there lead to`);
  for (const path of write) yield escapeControls(`may write ${path}, what is below it, and what links there lead to`);
  for (const name of env) yield `gets the variable ${name} of your shell, as it is at the grant`;
  for (const name of secrets) yield `gets the secret in the file ${name} of your folder keys`;
  for (const name of exec) yield `may run the console's command /${name}, only to look`;
  if (kv > 0) yield `may keep ${bytes(kv)} of its own`;
}

/** What was granted before, as the copy of that grant tells it. */
export interface FormerGrant {
  readonly digest: string;
  readonly manifest: Manifest;
  readonly capabilities: Capabilities;
  readonly files: readonly CapsuleFile[];
}

/** A line for each thing that is not as it was granted. */
export function changeLines(
  before: FormerGrant,
  now: { readonly manifest: Manifest; readonly capabilities: Capabilities; readonly files: readonly CapsuleFile[] },
): string[] {
  const lines = (one: { readonly manifest: Manifest; readonly capabilities: Capabilities }) =>
    capabilityLines(one.manifest, one.capabilities);
  const [was, is] = [lines(before), lines(now)];
  const { version } = now.manifest;
  return [
    ...(before.manifest.version === version ? [] : [`version ${before.manifest.version} is now ${version}`]),
    ...is.filter((line) => !was.includes(line)).map((line) => `new: ${line}`),
    ...was.filter((line) => !is.includes(line)).map((line) => `no longer: ${line}`),
    ...fileChanges(before.files, now.files),
  ];
}

function* fileChanges(before: readonly CapsuleFile[], now: readonly CapsuleFile[]): Generator<string> {
  const was = new Map(before.map(({ path, bytes }) => [path, bytes]));
  const is = new Map(now.map(({ path, bytes }) => [path, bytes]));
  for (const path of [...new Set([...was.keys(), ...is.keys()])].sort()) {
    const [old, fresh] = [was.get(path), is.get(path)];
    if (old === undefined) yield `the file ${path} is new`;
    else if (fresh === undefined) yield `the file ${path} is gone`;
    else if (!isSame(old, fresh)) yield `the file ${path} has changed`;
  }
}

/** By their bytes: as texts two files could look the same that are no text. */
function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
