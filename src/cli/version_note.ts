/** Which program this is, and what people are told where the daemon is another one: as a rule an older, after an update. */
import type { ClientContext } from "../client/endpoint.ts";
import { BUILD, VERSION } from "../protocol/version.ts";
import type { Output } from "./output.ts";

export interface ProgramVersion {
  readonly version: string;
  readonly build?: string;
}

export const OWN_VERSION: ProgramVersion = { version: VERSION, ...(BUILD === undefined ? {} : { build: BUILD }) };

/** `0.1.0`, or `0.1.0 (build 1a2b3c4d)` of the installed form. */
export function versionText({ version, build }: ProgramVersion): string {
  return build === undefined ? version : `${version} (build ${build})`;
}

/** Of an installed version, by the name of its folder. */
export function versionOfFolder(name: string): Required<ProgramVersion> {
  const at = name.lastIndexOf("-");
  return { version: name.slice(0, at), build: name.slice(at + 1) };
}

export function ownVersion(): string {
  return versionText(OWN_VERSION);
}

/** What a greeted daemon is compared with; on stderr, once in the life of a command. */
export function versionNote(out: Pick<Output, "note">): NonNullable<ClientContext["onGreeted"]> {
  let isSaid = false;
  return (hello) => {
    const text = differenceOf(hello, OWN_VERSION);
    if (text === undefined || isSaid) return;
    isSaid = true;
    out.note(`note: ${text}\nhint: agent-console daemon restart`);
  };
}

/** Undefined where both are one program; those that were not installed are compared by their versions alone. */
export function differenceOf(daemon: ProgramVersion, own: ProgramVersion): string | undefined {
  if (daemon.version === own.version && daemon.build === own.build) return undefined;
  const named = (one: ProgramVersion) =>
    one.build === undefined && daemon.version === own.version ? `${one.version} (not installed)` : versionText(one);
  return `the daemon runs ${named(daemon)}, this is ${named(own)}`;
}
