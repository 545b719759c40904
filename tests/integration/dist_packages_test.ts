/** D2: which packages go into the programs: the list of them (CycloneDX), and what the bundled files hold in fact. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { bundleModules, RUN_BY_DAEMON, SOURCE } from "../../install/modules.ts";
import { makeSbom } from "../../install/sbom.ts";
import { BUILT, PARTS } from "../../src/platform/prebuilt.ts";
import { exists } from "../support/exists.ts";
import { denoDir } from "../support/harness_guard.ts";

interface Component {
  readonly type: string;
  readonly "bom-ref": string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly scope: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly { readonly license?: { readonly id: string }; readonly expression?: string }[];
}

interface Sbom {
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
  readonly [name: string]: unknown;
}

/** Names of SPDX that the packages of today use; another one is looked at before it is added here. */
const SPDX = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0", "Unlicense"];

const nameOf = ({ group, name }: Component) => group === undefined ? name : `${group}/${name}`;

Deno.test("D2 the list of packages is CycloneDX 1.6, and has every package of deno.lock and no other", async () => {
  const text = await makeSbom();
  assertEquals(await makeSbom(), text, "it is the same each time");
  const { metadata, components, dependencies, ...head } = JSON.parse(text) as Sbom;
  assertEquals(Object.keys(head).sort(), ["bomFormat", "serialNumber", "specVersion", "version"]);
  assertEquals([head["bomFormat"], head["specVersion"], head["version"]], ["CycloneDX", "1.6", 1]);
  assertMatch(
    String(head["serialNumber"]),
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  assertEquals([metadata.component.type, metadata.component.name], ["application", "agent-console"]);

  const libraries = components.filter(({ type }) => type === "library");
  assertEquals(components.filter(({ type }) => type !== "library").map(({ purl }) => purl), [
    `pkg:generic/deno@${Deno.version.deno}`,
  ]);
  const { npm } = JSON.parse(await Deno.readTextFile(`${SOURCE}deno.lock`)) as {
    npm: Record<string, { integrity: string }>;
  };
  const locked = Object.entries(npm).map(([key, { integrity }]) => `${key.replace(/(?<=.)_.*$/, "")} ${integrity}`)
    .sort();
  const listed = libraries.map((one) => {
    const [hash, ...more] = one.hashes!;
    assertEquals([hash!.alg, hash!.content.length, more], ["SHA-512", 128, []]);
    return `${nameOf(one)}@${one.version} sha512-${Uint8Array.fromHex(hash!.content).toBase64()}`;
  }).sort();
  assertEquals(listed, locked);
  for (const one of libraries) {
    assertEquals(one.purl, `pkg:npm/${nameOf(one).replace("@", "%40")}@${one.version}`);
    assertEquals(one["bom-ref"], one.purl);
    assert(["required", "excluded"].includes(one.scope), one.purl);
    for (const { license, expression } of one.licenses ?? []) {
      assert(
        license === undefined ? expression !== undefined : SPDX.includes(license.id),
        `${one.purl} ${license?.id}`,
      );
    }
  }
  const refs = [metadata.component, ...components].map((one) => one["bom-ref"]);
  assertEquals(new Set(refs).size, refs.length);
  assertEquals(dependencies.map(({ ref }) => ref).sort(), [...refs].sort());
  const named = dependencies.flatMap(({ dependsOn = [] }) => dependsOn);
  assertEquals(named.filter((ref) => !refs.includes(ref)), []);
  // What the programs need needs nothing that only tests use.
  const scope = new Map(components.map((one) => [one["bom-ref"], one.scope]));
  const broken = dependencies.filter(({ ref, dependsOn = [] }) =>
    scope.get(ref) !== "excluded" && dependsOn.some((need) => scope.get(need) === "excluded")
  );
  assertEquals(broken, []);
});

interface Scripts {
  readonly text: string;
  /** Those that no minifier changes. */
  readonly sentences: ReadonlySet<string>;
}

/** Of a package that is to be nowhere: each is looked for in every file. */
const ENOUGH = 300;

function scriptsOf({ group, name, version, scope }: Component): Scripts {
  const sentences = new Set<string>();
  const texts: string[] = [];
  const walk = (folder: string) => {
    for (const entry of Deno.readDirSync(folder)) {
      const path = `${folder}/${entry.name}`;
      if (scope === "excluded" && sentences.size > ENOUGH) return;
      if (entry.isDirectory) walk(path);
      else if (/\.[cm]?js$/.test(entry.name) && Deno.statSync(path).size < 2_000_000) {
        const text = Deno.readTextFileSync(path);
        texts.push(text);
        for (const [, one] of text.matchAll(/["'`]([A-Za-z][A-Za-z ,.]{22,70})["'`$]/g)) {
          if (one!.split(" ").length > 3) sentences.add(one!);
        }
      }
    }
  };
  walk(`${denoDir()}/npm/registry.npmjs.org/${group === undefined ? name : `${group}/${name}`}/${version}`);
  return { text: texts.join("\n"), sentences };
}

Deno.test("D2 no bundled file holds a package that it does not need; page, plugin and templates are in", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await bundleModules(folder);
    const files = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    const texts = new Map(
      files.filter((name) => name.endsWith(".js")).map((name) => [name, Deno.readTextFileSync(`${folder}/${name}`)]),
    );
    const page = `${PARTS.daemon}page.js`;
    const daemon = [...texts.keys()].filter((name) =>
      name !== page && (name === BUILT.daemon || name.startsWith(PARTS.daemon))
    );
    const { components } = JSON.parse(await makeSbom()) as Sbom;
    const libraries = components.filter(({ type }) => type === "library");
    const scripts = new Map(libraries.map((one) => [nameOf(one), scriptsOf(one)]));
    const holds = (name: string, file: string) => {
      const others = libraries.filter((one) => one.scope === "required" && nameOf(one) !== name).map(nameOf);
      return [...scripts.get(name)!.sentences].filter((text) =>
        texts.get(file)!.includes(text) && !others.some((other) => scripts.get(other)!.text.includes(text))
      );
    };
    const excluded = libraries.filter(({ scope }) => scope === "excluded").map(nameOf);
    for (const name of ["playwright-core", "fast-check", "@modelcontextprotocol/client", "axe-core"]) {
      assert(excluded.includes(name) && scripts.get(name)!.sentences.size > 3, `${name} can be told by nothing`);
    }
    for (const name of excluded) {
      for (const file of texts.keys()) assertEquals(holds(name, file), [], `${file} holds ${name}`);
    }
    /** Which files may hold what; that some file does is what makes the other half of it a check. */
    const places: [string, readonly string[]][] = [
      ["commander", [BUILT.cli]],
      ["@modelcontextprotocol/server", [BUILT.mcp]],
      ["@agentclientprotocol/sdk", daemon],
      ["@logtape/logtape", daemon],
      ["preact", []],
    ];
    for (const [name, may] of places) {
      const found = [...texts.keys()].filter((file) => file !== page && holds(name, file).length > 0);
      assertEquals(found.filter((file) => !may.includes(file)), [], `${name} is where it is not needed`);
      if (may.length > 0) assert(found.length > 0, `${name} is nowhere`);
    }

    // The bundler leaves out by the last part of a name: what is imported by such a word is one of those.
    const words = new Set(RUN_BY_DAEMON.map((path) => path.replace(/^.*\//, "")));
    const strange = (await Array.fromAsync(sources(`${SOURCE}src`))).flatMap((path) =>
      [...Deno.readTextFileSync(path).matchAll(/(?:from |import\()"\.\/([\w.]+)"(?!\)\.)/g)]
        .filter(([, name = ""]) => words.has(name))
        .map(([, name]) => `${path.slice(SOURCE.length).replace(/[^/]*$/, "")}${name}`)
        .filter((path) => !RUN_BY_DAEMON.includes(path))
    );
    assertEquals(strange, []);
    assertEquals(RUN_BY_DAEMON.filter((path) => !exists(`${SOURCE}${path}`)), []);
    // What only the bot of a channel and what only the one of the webhook says.
    for (const word of ["answerCallbackQuery", "replied 410: it wants no more"]) {
      const holding = [...texts].filter(([, text]) => text.includes(word)).map(([file]) => file);
      assert(holding.some((file) => daemon.includes(file)), `${word} is nowhere`);
      assertEquals(holding.filter((file) => !daemon.includes(file)), [], word);
    }

    // Its longest piece that is written alike in every kind of quotes.
    const inside = (files: readonly string[], text: string) => {
      const pieces = text.split(/["'`\\$\n]/).filter((piece) => /^[ -~]+$/.test(piece) && !piece.includes("</"));
      const marker = pieces.sort((a, b) => b.length - a.length)[0] ?? "";
      return marker.length > 15 && files.some((file) => texts.get(file)!.includes(marker));
    };
    const source = (path: string) => Deno.readTextFileSync(`${SOURCE}${path}`);
    assert(texts.get(page)!.length > 20_000);
    for (const path of ["src/page/index.html", "src/page/service_worker.js"]) {
      assert(inside(daemon, source(path)), path);
    }
    for (
      const path of [
        "install/agent-console.service",
        "install/com.agent-console.daemon.plist",
        "install/hook_stub.sh",
        "src/agents/opencode/plugin.js",
      ]
    ) {
      assert(inside([BUILT.cli], source(path)), path);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* sources(`${folder}/${name}`);
    else if (name.endsWith(".ts")) yield `${folder}/${name}`;
  }
}
