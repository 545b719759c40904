/** The examples by their own tests, as `capsule test` plays them, and that those tests can fail. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { EXAMPLES, installExample } from "../support/example_capsules.ts";
import { TestHome } from "../support/harness.ts";

/** A change of each after which it does not do what its test expects. */
const BROKEN = {
  "slack-webhook": ["main.ts", "return escaped(", "return String(", "2 recorded approval.requested"],
  guard: ["main.ts", '=== "deny"', '=== "never"', "2 intercept"],
  standup: ["tallies.ts", "if (seq <= this.#seq) return false;", "", "10 command standup today"],
} as const;

for (const name of EXAMPLES) {
  Deno.test(`X1 ${name} passes its own test without a grant, and fails it where its code is broken`, async () => {
    await using home = await TestHome.create();
    await installExample(home, name);
    const passed = await home.cli(["capsule", "test", name]);
    assertEquals(passed.code, 0, passed.stdout + passed.stderr);
    assertMatch(passed.stdout + passed.stderr, /\b[1-9]\d* passed, 0 failed/);
    const [file, right, wrong, step] = BROKEN[name];
    const path = home.path(`capsules/${name}/${file}`);
    const text = await Deno.readTextFile(path);
    assert(text.includes(right));
    await Deno.writeTextFile(path, text.replace(right, wrong));
    const failed = await home.cli(["capsule", "test", name]);
    assertEquals(failed.code, 1);
    assertStringIncludes(failed.stdout, `\nFAIL ${step}\n`);
    assertMatch(failed.stdout, /\b[1-9]\d* failed\n$/);
  });
}
