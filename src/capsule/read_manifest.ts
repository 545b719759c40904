/** From the text of a `capsule.jsonc` to what it says, or why it is refused, with the place. Pure. */
import {
  API_VERSIONS,
  type Capabilities,
  capabilitiesSchema,
  type Manifest,
  MANIFEST_FILE,
  manifestSchema,
} from "./manifest.ts";
import { CapsuleFlaw, checkStrict, readStrict } from "./read_strict.ts";

export { CapsuleFlaw };

/** @throws {CapsuleFlaw} with the line and column of the first thing that is wrong */
export function readManifest(text: string): Manifest {
  return readStrict(text, {
    file: MANIFEST_FILE,
    what: "the manifest",
    schema: manifestSchema,
    ofEditors: "$schema",
    before: checkVersionOf,
  });
}

/** The manifest that a call brings as a value, not as text. @throws {CapsuleFlaw} */
export function checkManifest(value: unknown): Manifest {
  checkVersionOf(value);
  return checkStrict(value, manifestSchema, "the manifest is");
}

/** The capabilities that a call brings. @throws {CapsuleFlaw} */
export function checkCapabilities(value: unknown): Capabilities {
  return checkStrict(value, capabilitiesSchema, "the capabilities are");
}

/** First of all: what else is wrong may be right in the version that it is written for. */
function checkVersionOf(value: unknown): void {
  checkApiVersion((value as { readonly apiVersion?: unknown } | null)?.apiVersion);
}

function checkApiVersion(version: unknown): void {
  if (typeof version !== "number" || !Number.isInteger(version)) return; // the schema says what it must be
  const { oldest, newest } = API_VERSIONS;
  if (version < oldest) {
    throw new CapsuleFlaw(
      `it is written for version ${version} of the API, too old for this agent-console (${oldest} to ${newest}): ` +
        "its author must bring it up to date",
    );
  }
  if (version > newest) {
    throw new CapsuleFlaw(
      `it is written for version ${version} of the API, newer than this agent-console knows (${oldest} to ${newest}): ` +
        "update agent-console",
    );
  }
}
