/** The examples of install/capsules as texts: their manifests, what their pages quote, and that they stand by themselves. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readManifest } from "../../src/capsule/read_manifest.ts";
import { problemOf, quoted } from "../support/docs_commands.ts";
import { longLines } from "../support/docs_links.ts";
import { tree } from "../support/docs_sections.ts";
import { exampleFolder, EXAMPLES } from "../support/example_capsules.ts";
import { REPOSITORY } from "../support/harness.ts";

const MOST_LINES = 150;
/** Of `capsule new`. */
const TEMPLATE = "template";

const filesOf = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name);

Deno.test("X1 each example has a manifest that is taken, a page and a main, and the page of capsules leads to it", () => {
  const folders = [...Deno.readDirSync(`${REPOSITORY}/install/capsules`)].filter(({ isDirectory }) => isDirectory);
  assertEquals(folders.map(({ name }) => name).sort(), [...EXAMPLES, TEMPLATE].sort());
  const page = Deno.readTextFileSync(`${REPOSITORY}/docs/capsules.md`);
  for (const name of EXAMPLES) {
    const folder = exampleFolder(name);
    assertEquals(readManifest(Deno.readTextFileSync(`${folder}/capsule.jsonc`)).name, name);
    assertStringIncludes(page, `](../install/capsules/${name}/README.md)`);
    for (const file of ["main.ts", "README.md", "capsule.test.jsonc"]) {
      assert(filesOf(folder).includes(file), `${name}/${file}`);
    }
  }
});

Deno.test("X1 each example loads its own files alone: the types of authors are types, and nothing else is imported", () => {
  for (const name of EXAMPLES) {
    const folder = exampleFolder(name);
    for (const file of filesOf(folder).filter((one) => one.endsWith(".ts"))) {
      const text = Deno.readTextFileSync(`${folder}/${file}`);
      assert(text.startsWith("/**"), `${name}/${file} begins with what it is`);
      assert(text.split("\n").length <= MOST_LINES, `${name}/${file} is over ${MOST_LINES} lines`);
      const imports = [...text.matchAll(/^import (type )?.* from "(.+)";$/gm)].map(([, type, from]) =>
        `${type}${from}`
      );
      const others = imports.filter((one) =>
        one !== "type ../agent-console.d.ts" && !/^(?:type |undefined)\.\/\w+\.ts$/.test(one)
      );
      assertEquals(others, [], `${name}/${file}`);
      assert(!/import\(|require\(/.test(text), `${name}/${file}`);
    }
  }
});

Deno.test("X1 each command that the page of an example quotes exists, and its first one installs it", () => {
  const root = tree();
  for (const name of EXAMPLES) {
    const page = Deno.readTextFileSync(`${exampleFolder(name)}/README.md`);
    const lines = quoted(page);
    assertEquals(lines.flatMap((line) => problemOf(line, root, {}) ?? []), [], name);
    assertEquals(lines[0], `agent-console capsule install install/capsules/${name}`);
    assertEquals(longLines(page), [], name);
  }
});
