/**
 * The ids by which tests name promises: each is in the table of docs/testing.md, and each of the table has a test. The
 * fault tests with two numbers of rounds are in its other table.
 */
import { assertEquals } from "@std/assert";
import { urlOf } from "../support/docs.ts";

/** What a test is named with: the first argument of `Deno.test` or of a helper that calls it, or its `name`. */
const NAMES = /(?:\w\(|\bname:)\s*["`]((?:[A-Z]\d{1,2} )+)/g;

function idsOf(source: string): readonly string[] {
  return [...source.matchAll(NAMES)].flatMap(([, ids = ""]) => ids.trim().split(" "));
}

/** All but this one, whose texts only look like names. */
function* testFiles(folder: URL): Generator<URL> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const at = new URL(isDirectory ? `${name}/` : name, folder);
    if (isDirectory) yield* testFiles(at);
    else if (name.endsWith("_test.ts") && at.href !== import.meta.url) yield at;
  }
}

Deno.test("every promise that a test names is in the table of docs/testing.md, and every one there has a test", async () => {
  const page = await Deno.readTextFile(urlOf("docs/testing.md"));
  const section = page.split("\n## Promises\n")[1]?.split("\n## ")[0] ?? "";
  const told = [...section.matchAll(/^\| ([A-Z]\d{1,2}) +\|/gm)].map(([, id]) => id!);
  const sources = await Promise.all([...testFiles(urlOf("tests/"))].map((file) => Deno.readTextFile(file)));
  const used = new Set(sources.flatMap(idsOf));
  assertEquals(told.length, new Set(told).size, "a promise stands there twice");
  assertEquals([...used].filter((id) => !told.includes(id)).sort(), [], "not in docs/testing.md, Promises");
  assertEquals(told.filter((id) => !used.has(id)), [], "no test is named so");
});

Deno.test("each fault test whose short run does less than its long one is in the table of rounds", async () => {
  const page = await Deno.readTextFile(urlOf("docs/testing.md"));
  const told = page.split("how many rounds\n")[1]?.split("\n### ")[0] ?? "";
  const missing: string[] = [];
  for (const file of testFiles(urlOf("tests/fault/"))) {
    const doesLess = /\b(?:rounds|longTest|longStep)\(|\bisLong\b/.test(await Deno.readTextFile(file));
    if (doesLess && !told.includes(`](../tests/fault/${file.pathname.split("/").at(-1)})`)) missing.push(file.pathname);
  }
  assertEquals(missing, []);
});

Deno.test("a test's promises are read from its name, however it is made, and from nothing else", () => {
  const helper = 'asOthers(\n  "S4 H1 a link", () => {})';
  assertEquals(idsOf(`Deno.test("C3 x", f); ${helper}; Deno.test({ name: \`L7 y\${z}\` })`), ["C3", "S4", "H1", "L7"]);
  assertEquals(idsOf('assert(ok, "V8 compiles"); // C3 is another\nDeno.test("first hour 3: H1", f)'), []);
});
