/** What docs/capsules.md says in "Write one", done as it stands there. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { sayTo, untilState } from "../support/capsule_commands.ts";
import { urlOf } from "../support/docs.ts";
import { TestHome } from "../support/harness.ts";
import { run } from "../support/harness_process.ts";

const page = Deno.readTextFileSync(urlOf("docs/capsules.md"));
const section = page.slice(page.indexOf("## Write one"), page.indexOf("## Three examples"));

const blocks = (language: string) =>
  [...section.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "gs"))].map(([, text = ""]) => text);

Deno.test("X1 docs/capsules.md: the commands of Write one make a capsule that answers", async () => {
  await using home = await TestHome.create();
  await home.start();
  const lines = blocks("sh").join("").trim().split("\n").map((line) => line.replace(/\s+#.*/, ""));
  assert(lines.length >= 5);
  const said: string[] = [];
  for (const line of lines) {
    const [program, ...words] = line.split(" ");
    const { code, stdout, stderr } = await home.cli(words);
    assertEquals([program, code], ["agent-console", 0], `${line}: ${stdout}${stderr}`);
    said.push(stdout);
  }
  assertMatch(said[1] ?? "", /\n6 passed, 0 failed\n$/);
  await untilState(home, "tell", "running");
  assertEquals([said[4]?.trim(), await sayTo(home, "/tell")], ["no agent has asked yet", "no agent has asked yet"]);
});

Deno.test("X1 docs/capsules.md: the capsule of Write one passes its types and its test", async () => {
  await using home = await TestHome.create();
  assertEquals((await home.cli(["capsule", "new", "tell"])).code, 0);
  const files = [...blocks("jsonc"), ...blocks("ts")].map((text) => {
    const [, name = "", content = ""] = /^\/\/ (\S+)\n(.*)$/s.exec(text) ?? [];
    return [name, content] as const;
  });
  assertEquals(files.map(([name]) => name), ["capsule.jsonc", "capsule.test.jsonc", "main.ts"]);
  for (const [name, content] of files) await Deno.writeTextFile(`${home.root}/tell/${name}`, content);
  const checked = await run([Deno.execPath(), "check", "--no-config", `${home.root}/tell/main.ts`], {
    env: { ...home.command([]).env, NO_COLOR: "1" },
    cwd: home.root,
  });
  assertEquals(checked.code, 0, checked.stderr);
  const { code, stdout } = await home.cli(["capsule", "test", "./tell"]);
  assertMatch(
    stdout,
    /\nok {3}1 recorded approval\.requested\nok {3}2 recorded approval\.requested\n2 passed, 0 failed\n$/,
  );
  assertEquals(code, 0);
});
