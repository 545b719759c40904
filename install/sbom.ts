/**
 * The packages that the program is made of, as CycloneDX 1.6: read from deno.lock, with what Deno's cache says of their
 * licences. Nothing is fetched and nothing guessed, and the same sources give the same text.
 */
import { sha256Hex } from "../src/platform/hash.ts";
import { ENTRIES, SOURCE } from "./modules.ts";
import { PAGE_ENTRY } from "./page.ts";
import { buildError, reason, run } from "./run_deno.ts";

export const SBOM = "sbom.cdx.json";
const INFO_MS = 60_000;

interface Lock {
  readonly specifiers: Readonly<Record<string, string>>;
  readonly npm: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly integrity: string;
  readonly dependencies?: readonly string[];
  readonly optionalDependencies?: readonly string[];
}

interface Package {
  /** As deno.lock names it, with the peers that it was resolved with. */
  readonly key: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly needs: readonly string[];
  readonly sha512: string;
}

/** @returns the text of the file */
export async function makeSbom(): Promise<string> {
  const lockText = await Deno.readTextFile(`${SOURCE}deno.lock`);
  const { specifiers, npm } = JSON.parse(lockText) as Lock;
  const { version, license } = JSON.parse(await Deno.readTextFile(`${SOURCE}deno.json`));
  const packages = Object.entries(npm).map(([key, locked]) => packageOf(key, locked));
  const roots = await importedByPrograms();
  const direct = packages.filter(({ key, name }) => roots.has(name) && isNamed(specifiers, name, key));
  const required = closure(direct, packages);
  const own = `pkg:generic/agent-console@${version}`;
  const runtime = `pkg:generic/deno@${Deno.version.deno}`;
  const cache = await cacheFolder();
  const sbom = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(`${own} ${runtime} ${lockText}`)}`,
    version: 1,
    metadata: {
      component: { type: "application", "bom-ref": own, name: "agent-console", version, licenses: licences(license) },
    },
    components: [
      // In the installed and the compiled form; what it is made of itself, its own project says.
      {
        type: "platform",
        "bom-ref": runtime,
        name: "deno",
        version: Deno.version.deno,
        purl: runtime,
        scope: "required",
      },
      ...packages.map((one) => component(one, required.has(one), licenceOf(cache, one))),
    ],
    dependencies: [
      { ref: own, dependsOn: [runtime, ...direct.map(({ purl }) => purl)] },
      { ref: runtime },
      ...packages.map(({ purl, needs }) => ({ ref: purl, dependsOn: needs.map((name) => find(packages, name).purl) })),
    ],
  };
  return `${JSON.stringify(sbom, null, 2)}\n`;
}

/** Names of the packages that modules of the programs import, with those that are loaded later. */
async function importedByPrograms(): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const entry of [ENTRIES.hook, ENTRIES.daemon, PAGE_ENTRY]) {
    const argv = [Deno.execPath(), "info", "--json", entry];
    const { code, stdout, stderr } = await run(argv, { cwd: SOURCE, ms: INFO_MS });
    if (code !== 0) throw buildError(`deno info refused ${entry} (${reason(stderr)})`);
    for (const { specifier } of (JSON.parse(stdout) as { modules: { specifier: string }[] }).modules) {
      const name = /^npm:\/?((?:@[^/]+\/)?[^@/]+)/.exec(specifier)?.[1];
      if (name !== undefined) names.add(name);
    }
  }
  return names;
}

function packageOf(key: string, { integrity, dependencies = [], optionalDependencies = [] }: LockedPackage): Package {
  const [, name = "", version = ""] = /^((?:@[^/]+\/)?[^@]+)@([^_]+)/.exec(key) ?? [];
  const [, base64] = /^sha512-([A-Za-z0-9+/]+={0,2})$/.exec(integrity) ?? [];
  if (name === "" || base64 === undefined) throw buildError(`deno.lock names ${key} in an unknown form`);
  const sha512 = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)).toHex();
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  return { key, name, version, purl, needs: [...dependencies, ...optionalDependencies], sha512 };
}

function component({ name, version, purl, sha512 }: Package, isRequired: boolean, licence: unknown): object {
  const [, group, own] = /^(@[^/]+)\/(.+)$/.exec(name) ?? [];
  return {
    type: "library",
    "bom-ref": purl,
    ...(group === undefined ? { name } : { group, name: own }),
    version,
    // "excluded" is what only tests, benchmarks and pictures use.
    scope: isRequired ? "required" : "excluded",
    hashes: [{ alg: "SHA-512", content: sha512 }],
    ...(typeof licence === "string" ? { licenses: licences(licence) } : {}),
    purl,
  };
}

function closure(from: readonly Package[], packages: readonly Package[]): ReadonlySet<Package> {
  const seen = new Set(from);
  for (const { needs } of seen) for (const name of needs) seen.add(find(packages, name));
  return seen;
}

/** @param need a name, with a version where there is more than one */
function find(packages: readonly Package[], need: string): Package {
  const found = packages.filter(({ key, name }) => name === need || key === need);
  if (found.length !== 1) throw buildError(`deno.lock has ${found.length} packages for ${need}, expected one`);
  return found[0]!;
}

/** Whether deno.json itself names this version, and not only a package that it names. */
function isNamed(specifiers: Lock["specifiers"], name: string, key: string): boolean {
  return Object.entries(specifiers).some(([named, version]) =>
    named.startsWith(`npm:${name}@`) && `${name}@${version}` === key
  );
}

/** An SPDX expression of one name, or of several. */
function licences(text: string): readonly object[] {
  return /^[\w.+-]+$/.test(text) ? [{ license: { id: text } }] : [{ expression: text }];
}

/** As the package says it itself; undefined where Deno's cache has it not. */
function licenceOf(cache: string, { name, version }: Package): unknown {
  try {
    return JSON.parse(Deno.readTextFileSync(`${cache}/${name}/${version}/package.json`))["license"];
  } catch {
    return undefined;
  }
}

async function cacheFolder(): Promise<string> {
  const { stdout } = await run([Deno.execPath(), "info", "--json"], { cwd: SOURCE, ms: INFO_MS });
  return `${(JSON.parse(stdout) as { npmCache: string }).npmCache}/registry.npmjs.org`;
}

/** Version 8 of RFC 9562, of the content: the same in each run. */
function uuidOf(text: string): string {
  const hex = sha256Hex(new TextEncoder().encode(text));
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}
