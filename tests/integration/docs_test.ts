import { assert, assertEquals, assertThrows } from "@std/assert";
import { featureMethods, FEATURES } from "../../src/daemon/features.ts";
import { METHODS } from "../../src/protocol/methods.ts";
import { CAPSULE_SCHEMA } from "../support/capsule_schema.ts";
import { PAGES, pages, renewed, sectionOf, SUBJECTS, urlOf } from "../support/docs.ts";
import { problemOf, quoted, unknownCommands } from "../support/docs_commands.ts";
import { benchCharts } from "../support/docs_bench.ts";
import { anchorsOf, longLines, missingPaths, targetsOf } from "../support/docs_links.ts";
import { ROOT, tree } from "../support/docs_sections.ts";
import { pathOf } from "../support/docs_source.ts";
import { pictures, RECORDINGS } from "../support/record.ts";
import { COLUMNS } from "../support/record_terminal.ts";

const HOW = "run: deno task docs";
const README_LINES = 150;

async function tasks(): Promise<Record<string, string>> {
  return (JSON.parse(await Deno.readTextFile(urlOf("deno.json"))) as { tasks: Record<string, string> }).tasks;
}

Deno.test("P5 the table of methods in docs/protocol.md equals the methods table", async () => {
  const now = await pages();
  const protocol = "docs/protocol.md";
  const methods = sectionOf(now.get(protocol) ?? "", "methods");
  assertEquals(methods, sectionOf((await renewed(now)).get(protocol) ?? "", "methods"), HOW);
  const named = [...methods.matchAll(/^\| `([a-zA-Z._]+)` /gm)].map(([, name]) => name);
  assertEquals(named, Object.keys({ ...METHODS, ...featureMethods(FEATURES) }));
});

Deno.test("every page is up to date", async () => {
  const now = await pages();
  for (const [path, fresh] of await renewed(now)) assertEquals(now.get(path), fresh, `${path}: ${HOW}`);
});

Deno.test("the README has 150 lines at most, and leads to every page", async () => {
  const readme = await Deno.readTextFile(urlOf("README.md"));
  const lines = readme.trimEnd().split("\n").length;
  assert(lines <= README_LINES, `README.md has ${lines} lines, must have ${README_LINES} at most`);
  for (const subject of SUBJECTS) assert(readme.includes(`](docs/${subject}.md)`), `docs/${subject}.md is not linked`);
});

Deno.test("docs holds the pages, the schema of manifests, the charts, and nothing else", async () => {
  const found: string[] = [];
  for await (const { name } of Deno.readDir(urlOf("docs/"))) found.push(`docs/${name}`);
  const pages = PAGES.filter((path) => path.startsWith("docs/"));
  assertEquals(found.sort(), [...pages, CAPSULE_SCHEMA, ...(await benchCharts()).keys()].sort());
});

Deno.test("no line of a page is over 120 columns outside its tables", async () => {
  for (const [path, text] of await pages()) assertEquals(longLines(text), [], path);
  assertEquals(longLines(`| ${"x".repeat(200)} |\n${"x".repeat(121)}\n`), ["x".repeat(121)]);
});

Deno.test("every command that a page quotes exists", async () => {
  const root = tree();
  const defined = await tasks();
  let count = 0;
  for (const [path, text] of await pages()) {
    const lines = quoted(text);
    count += lines.length;
    assertEquals(lines.flatMap((line) => problemOf(line, root, defined) ?? []), [], path);
  }
  assert(count > 60, `only ${count} commands were found`);
});

Deno.test("every command that the changelog names exists", async () => {
  const [root, defined] = [tree(), await tasks()];
  assertEquals(unknownCommands(await Deno.readTextFile(urlOf("CHANGELOG.md")), root, defined), []);
  const wrong =
    "`config get|edit`, `config set`, `deno task nothing`, `ls --al`, `ls --all`, `sl now`, `hooks install AGENT`";
  assertEquals(unknownCommands(wrong, root, defined), ["config edit", "deno task nothing", "ls --al", "sl now"]);
});

Deno.test("a command that does not exist is found", () => {
  const root = tree();
  for (
    const line of [
      "agent-console sl",
      "agent-console ls --al",
      "agent-console show",
      "agent-console ls more",
      "agent-console hooks",
      "npx -y deno@2.9.6 task console hooks instal claude",
      "npx -y deno@2.9.6 task begin",
      "npx -y deno@2.9.5 task start",
      "deno run -A tests/support/nothing.ts",
      "rm -rf dist",
    ]
  ) assert(problemOf(line, root, { console: "", start: "" }) !== undefined, line);
});

Deno.test("every link and every picture of a page leads to a file, and every anchor to a heading", async () => {
  const now = await pages();
  const dead: string[] = [];
  let count = 0;
  for (const [path, text] of now) {
    for (const target of targetsOf(text)) {
      count++;
      if (/^https?:/.test(target)) continue;
      const [file = "", anchor] = target.split("#");
      const url = file === "" ? urlOf(path) : new URL(file, urlOf(path));
      const there = await Deno.stat(url).then(() => true, () => false);
      const heading = anchor === undefined || anchorsOf(now.get(url.href.slice(ROOT.href.length)) ?? "").has(anchor);
      if (!there || !heading) dead.push(`${path}: ${target}`);
    }
  }
  assert(count > 200, `only ${count} links were found`);
  assertEquals(dead, []);
});

Deno.test("every path that a page names exists", async () => {
  for (const [path, text] of await pages()) assertEquals(await missingPaths(text), [], path);
  assertEquals(await missingPaths("see src/nowhere.ts, tests/unit and docs/protocol.md."), ["src/nowhere.ts"]);
});

Deno.test("a file is found by its import, and only so", () => {
  assertEquals(pathOf(() => import("../support/story.ts")), "tests/support/story.ts");
  assertThrows(() => pathOf(() => Promise.resolve()));
});

Deno.test("the pictures of the pages are what the program prints at 80 columns", async () => {
  assertEquals(COLUMNS, 80);
  const text = [...(await pages()).values()].join("\n");
  for (const [name, drawn] of await pictures()) {
    assert(text.includes(`tests/recordings/${name})`), `${name} is on no page`);
    assertEquals(await Deno.readTextFile(new URL(name, RECORDINGS)), drawn, "run: deno task record");
  }
});
