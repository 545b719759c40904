import { assert, assertEquals } from "@std/assert";
import { METHODS } from "../../src/protocol/methods.ts";
import { problemOf, quoted } from "../support/readme_commands.ts";
import { README, renewed, sectionOf } from "../support/readme.ts";
import { ROOT, sections, tree } from "../support/readme_sections.ts";
import { pictures, RECORDINGS } from "../support/record.ts";

const HOW = "run: deno task readme";

Deno.test("P5 the table of methods in the README equals the methods table", async () => {
  const readme = await Deno.readTextFile(README);
  const methods = sectionOf(readme, "methods");
  assertEquals(methods, sectionOf(await renewed(readme), "methods"), HOW);
  assertEquals([...methods.matchAll(/^\| `([a-z.]+)` /gm)].map(([, name]) => name), Object.keys(METHODS));
});

Deno.test("every generated part of the README is up to date", async () => {
  const readme = await Deno.readTextFile(README);
  const fresh = await renewed(readme);
  for (const name of (await sections()).keys()) assertEquals(sectionOf(readme, name), sectionOf(fresh, name), HOW);
  assertEquals(readme, fresh, HOW);
});

Deno.test("every command that the README quotes exists", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT))) as {
    tasks: Record<string, string>;
  };
  const root = tree();
  const lines = quoted(await Deno.readTextFile(README));
  assert(lines.length > 15, `only ${lines.length} commands were found`);
  assertEquals(lines.flatMap((line) => problemOf(line, root, tasks) ?? []), []);
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

Deno.test("every link and every picture of the README leads to a file", async () => {
  const readme = await Deno.readTextFile(README);
  const targets = [...readme.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? "");
  assert(targets.length > 20, `only ${targets.length} links were found`);
  const dead: string[] = [];
  for (const target of targets) {
    if (/^https?:/.test(target)) continue;
    await Deno.stat(new URL(target, README)).catch(() => dead.push(target));
  }
  assertEquals(dead, []);
});

Deno.test("the pictures of the README are what the program prints", async () => {
  const readme = await Deno.readTextFile(README);
  for (const [name, drawn] of await pictures()) {
    assert(readme.includes(`](tests/recordings/${name})`), `${name} is not in the README`);
    assertEquals(await Deno.readTextFile(new URL(name, RECORDINGS)), drawn, "run: deno task record");
  }
});
