/** What a capsule could do, in words. Pure; texts of the capsule escaped. */
import type { CapsuleFile } from "../capsule/folder.ts";
import { LISTED } from "../capsule/grant.ts";
import type { Capabilities, Manifest, SettingValue } from "../capsule/manifest.ts";
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
  if (kv > 0) yield keepsText(kv);
}

function keepsText(kv: number): string {
  return `may keep ${bytes(kv)} of its own`;
}

/** A line for each setting. @param given what the configuration has of them */
export function settingLines(
  settings: Manifest["settings"],
  given: Readonly<Record<string, SettingValue>> | undefined,
): string[] {
  return Object.entries(settings).map(([name, { type, default: usual, description }]) => {
    const own = given !== undefined && Object.hasOwn(given, name) ? given[name] : undefined;
    const value = own !== undefined && typeof own as string === type ? own : usual;
    const about = description === "" ? "" : `: ${description}`;
    return escapeControls(`${name} = ${JSON.stringify(value)} (${type}, default ${JSON.stringify(usual)})${about}`);
  });
}

/** What was granted before, as the copy of that grant tells it. */
export interface FormerGrant {
  readonly digest: string;
  readonly manifest: Manifest;
  readonly capabilities: Capabilities;
  readonly files: readonly CapsuleFile[];
}

/** What a grant would give of `asked`: also what is newly asked for, and not what was asked for before and not granted. */
export function withNewlyAsked({ manifest, capabilities }: FormerGrant, asked: Capabilities): Capabilities {
  const before = manifest.capabilities;
  const lists = LISTED.map((kind) => {
    const [was, has]: readonly (readonly string[])[] = [before[kind], capabilities[kind]];
    return [kind, asked[kind].filter((value) => has?.includes(value) || !was?.includes(value))] as const;
  });
  const kv = asked.kv === before.kv ? capabilities.kv : asked.kv;
  return { ...asked, ...Object.fromEntries(lists), kv };
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
  const [kept, keeps] = [before.capabilities.kv, now.capabilities.kv];
  const isOtherKv = kept !== keeps && kept > 0 && keeps > 0;
  const isKv = (line: string) => isOtherKv && (line === keepsText(kept) || line === keepsText(keeps));
  return [
    ...(before.manifest.version === version ? [] : [`version ${before.manifest.version} is now ${version}`]),
    ...(isOtherKv ? [`${keepsText(keeps)}, instead of ${bytes(kept)}`] : []),
    ...is.filter((line) => !was.includes(line) && !isKv(line)).map((line) => `new: ${line}`),
    ...was.filter((line) => !is.includes(line) && !isKv(line)).map((line) => `no longer: ${line}`),
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
