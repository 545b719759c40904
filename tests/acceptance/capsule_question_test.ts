/** The question of `capsule grant` at a real terminal, and what it shows before it asks. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { capsuleList, capsuleStates, sayTo } from "../support/capsule_commands.ts";
import { writeCapsule } from "../support/capsule_folder.ts";
import { TestHome } from "../support/harness.ts";
import { readJournal } from "../support/harness_journal.ts";
import { eventually } from "../support/harness_wait.ts";
import { TestTerminal } from "../support/terminal.ts";

const main = (word: string) => `export default (capsule: any) => capsule.command("hello", () => "${word}");`;
const COMMANDS = [{ name: "hello", description: "says hello" }];

/** Grants demo at a terminal, with that answer. */
async function answered(home: TestHome, key: string): Promise<{ readonly code: number; readonly screen: string }> {
  await using terminal = await TestTerminal.open(home, ["capsule", "grant", "demo"], { columns: 120, rows: 40 });
  await terminal.shows("Let demo do this? [y/N]");
  await terminal.press(...key === "" ? ["Enter"] : [key, "Enter"]);
  return await terminal.exit();
}
const grants = (home: TestHome) => readJournal(home).filter(({ type }) => type === "capsule.granted").length;

Deno.test("X1 capsule grant asks at a terminal: no, Enter and Ctrl-C grant nothing, yes grants, and changes are shown", async () => {
  await using home = await TestHome.create();
  const place = home.path("capsules");
  const folder = writeCapsule(place, { commands: COMMANDS, capabilities: { kv: 1000 } }, {
    "main.ts": main("one"),
    "gone.ts": "",
  });
  await home.start();
  for (const key of ["n", "", "C-c"]) {
    const { code, screen } = await answered(home, key);
    assertEquals(code, key === "C-c" ? 130 : 1, screen);
    if (key !== "C-c") assertStringIncludes(screen, "nothing was granted");
    assertStringIncludes(screen, "brings the command /hello: says hello");
    assertEquals([await capsuleStates(home), grants(home)], [{ demo: "ungranted" }, 0]);
  }
  const first = await answered(home, "y");
  assertEquals([first.code, await capsuleStates(home), grants(home)], [0, { demo: "running" }, 1], first.screen);
  assertEquals([await sayTo(home, "/hello"), /differs/.test(first.screen)], ["one", false]);
  assertMatch((await answered(home, "n")).screen, /differs +nothing: it is what you granted before/);

  writeCapsule(place, {
    version: "1.1.0",
    commands: COMMANDS,
    capabilities: { net: ["hooks.slack.com:443"] },
  }, { "main.ts": main("two"), "lib/new.ts": "" });
  await Deno.remove(`${folder}/gone.ts`);
  const refused = await answered(home, "n");
  for (
    const line of [
      "version 1.0.0 is now 1.1.0",
      "new: may connect to hooks.slack.com:443",
      "no longer: may keep 1000 B of its own",
      "the file main.ts has changed",
      "the file lib/new.ts is new",
      "the file gone.ts is gone",
    ]
  ) assertStringIncludes(refused.screen, line);
  const changed = async () => (await capsuleList(home)).map(({ state, changed }) => [state, changed]);
  assertEquals([refused.code, await changed(), await sayTo(home, "/hello")], [1, [["running", true]], "one"]);
  await eventually(
    async () => (await home.cli(["status"])).stdout.includes("its folder is not what you granted"),
    30_000,
    "the change in status",
    100,
  );
  assertEquals((await answered(home, "y")).code, 0);
  assertEquals([await changed(), await sayTo(home, "/hello"), grants(home)], [[["running", false]], "two", 2]);
});

Deno.test("X1 a path that leads elsewhere when the person answers than when they were asked is not granted", async () => {
  await using home = await TestHome.create();
  await Deno.mkdir(`${home.root}/data`);
  await Deno.mkdir(`${home.root}/.ssh`);
  writeCapsule(home.path("capsules"), { capabilities: { write: ["~/data"] } }, { "main.ts": main("one") });
  await home.start();
  await using terminal = await TestTerminal.open(home, ["capsule", "grant", "demo"], { columns: 120, rows: 40 });
  await terminal.shows("Let demo do this? [y/N]");
  await Deno.remove(`${home.root}/data`);
  await Deno.symlink(`${home.root}/.ssh`, `${home.root}/data`);
  await terminal.press("y", "Enter");
  const { code, screen } = await terminal.exit();
  assertEquals(code, 1, screen);
  assertStringIncludes(screen, "~/data leads elsewhere than when you were asked");
  assertEquals([await capsuleStates(home), grants(home)], [{ demo: "ungranted" }, 0]);
});
