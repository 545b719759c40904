/** `config set` of a setting of a capsule: what no capsule reads is said at once, and null takes a setting back. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { writeCapsule } from "../support/capsule_folder.ts";
import { TestHome } from "../support/harness.ts";

Deno.test("first hour 7: config set says what a capsule does not read, and null takes its setting back", async () => {
  await using home = await TestHome.create({ config: '{\n  // mine\n  "daemon": { "log_level": "warn" }\n}\n' });
  writeCapsule(home.path("capsules"), { settings: { days: { type: "number", default: 1 } } });
  await home.start();
  const set = async (key: string, value: string) => {
    const { code, stderr } = await home.cli(["config", "set", `capsules.settings.${key}`, value]);
    assertEquals(code, 0, stderr);
    return stderr;
  };
  assertStringIncludes(
    await set("demo.days", "abc"),
    'capsules.settings.demo.days is "abc", expected a number; the capsule gets its default\n',
  );
  assertStringIncludes(await set("demo.dayz", "2"), "demo.dayz is no setting of the capsule, did you mean days?\n");
  const other = await set("dmeo.days", "2");
  assertStringIncludes(other, "capsules.settings.dmeo is of a capsule that is not there, did you mean demo?\n");
  assertEquals(/demo\.days|dayz/.test(other), false, "of this key alone");

  assertMatch(await set("dmeo.days", "null"), /dmeo\.days is not set in .* any more; its default is in force\n$/);
  await set("demo.dayz", "null");
  assertEquals((await set("demo.days", "2")).includes("expected"), false);
  const validated = await home.cli(["config", "validate"]);
  assertEquals([validated.code, validated.stderr], [0, ""]);
  await set("demo.days", "null");
  await set("demo.days", "null"); // it is not there any more
  const text = await Deno.readTextFile(home.path("config.jsonc"));
  assertStringIncludes(text, '// mine\n  "daemon": { "log_level": "warn" }');
  assertEquals(/demo|dmeo/.test(text), false, text);
  const wrong = await home.cli(["config", "set", "capsules.settings.demo.days", "[1]"]);
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.stderr, "hint: agent-console config set capsules.settings.demo.days null takes it back\n");
});
