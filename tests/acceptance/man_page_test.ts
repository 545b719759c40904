/** `agent-console man`: groff reads it without a word, and it has every command. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { exists } from "../support/exists.ts";
import { tree } from "../support/docs_sections.ts";
import { TestHome } from "../support/harness.ts";
import { Running } from "../support/harness_process.ts";

const groff = (Deno.env.get("PATH") ?? "").split(":").map((folder) => `${folder}/groff`).find(exists);
// deno-lint-ignore no-console -- says why a test did not run
if (groff === undefined) console.log("groff is not installed: the manual page is not checked by it");

Deno.test({
  name: "first hour 6: the manual page passes groff without a warning, and names every command",
  ignore: groff === undefined,
  fn: async () => {
    await using home = await TestHome.create();
    const { code, stdout: page } = await home.cli(["man"]);
    assertEquals([code, home.daemonPid()], [0, undefined]);
    const format = async (...args: string[]) => {
      const env = { PATH: Deno.env.get("PATH") ?? "", LANG: "C.UTF-8" };
      return await new Running([groff!, "-man", "-ww", ...args], { env, cwd: "/", stdin: page }).exit(20_000);
    };
    const checked = await format("-z");
    assertEquals([checked.code, checked.stdout, checked.stderr], [0, "", ""]);
    const shown = (await format("-Tutf8", "-P-cbou", "-rLL=200n")).stdout.replace(/\s+/g, " ");
    for (const group of tree().commands) {
      for (const command of group.commands.length === 0 ? [group] : group.commands) {
        const words = group === command ? group.name() : `${group.name()} ${command.name()}`;
        assertStringIncludes(shown.replaceAll("‐", "-"), ` ${words} `, words);
      }
    }
    assertStringIncludes(shown, "EXIT STATUS");
  },
});
