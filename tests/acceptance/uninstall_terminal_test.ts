/** `uninstall` at a terminal: what it takes back and what stays, and a question; and what it finds of the user's shell. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { SHELL_FILES } from "../../src/cli/commands/shell_files.ts";
import { exists } from "../support/exists.ts";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { TestTerminal } from "../support/terminal.ts";

const SETTINGS = `{"model":"opus"}\n`;
const WIDE = { columns: 160 };

async function withHooks(): Promise<{ home: TestHome; settings: string }> {
  const home = await TestHome.create();
  const settings = `${home.root}/.claude/settings.json`;
  await Deno.mkdir(`${home.root}/.claude`);
  await Deno.writeTextFile(settings, SETTINGS);
  assertEquals((await home.cli(["hooks", "install", "claude"])).code, 0);
  return { home, settings };
}

Deno.test("first hour 1: uninstall says in a terminal what it takes back and what stays, and asks; no, Ctrl-C and Ctrl-D change nothing", async () => {
  const { home, settings } = await withHooks();
  await using _home = home;
  await home.start();
  const pid = home.needPid();
  const hooked = await Deno.readTextFile(settings);
  for (const [code, ...keys] of [[1, "Enter"], [1, "n", "Enter"], [130, "C-c"], [130, "C-d"]] as const) {
    await using terminal = await TestTerminal.open(home, ["uninstall"], WIDE);
    const asked = await terminal.shows("Take all of this back? [y/N]");
    assertMatch(asked, /^This takes back:\n {2}hooks in ~\/\.claude\/settings\.json\n/m);
    assertMatch(asked, /\n {2}the daemon of \S+, which will be stopped\n/);
    assertMatch(asked, /\nWhat stays: \S+, [\d.]+ \w+: journal, configuration, log, secrets\n/);
    await terminal.press(...keys);
    assertEquals((await terminal.exit()).code, code, keys.join(" "));
    assertEquals([await Deno.readTextFile(settings), home.needPid()], [hooked, pid], keys.join(" "));
  }
  await using narrow = await TestTerminal.open(home, ["uninstall"], { columns: 32, rows: 40 });
  assertMatch(await narrow.shows("[y/N]"), /^This takes back:\n {2}hooks in\n {4}~\/\.claude\/settings\.json\n/m);
  await narrow.press("C-c");
  assertEquals((await narrow.exit()).code, 130);
  await using purge = await TestTerminal.open(home, ["uninstall", "--purge"], WIDE);
  const asked = await purge.shows(/for good, with the journal, the configuration and the secrets[^]*\[y\/N\]/);
  assert(asked.includes("This takes back:") && !asked.includes("What stays:"), asked);
  await purge.press("C-c");
  assertEquals((await purge.exit()).code, 130);
  await using yes = await TestTerminal.open(home, ["uninstall"], WIDE);
  await yes.shows("[y/N]");
  await yes.press("y", "Enter");
  assertEquals((await yes.exit()).code, 0);
  assertEquals(await Deno.readTextFile(settings), SETTINGS);
  await home.gone(pid);
});

Deno.test("first hour 1: uninstall asks nothing with --yes, and where there is nothing to take back", async () => {
  const { home, settings } = await withHooks();
  await using _home = home;
  for (const args of [["uninstall", "--yes"], ["uninstall"]]) {
    await using terminal = await TestTerminal.open(home, args, WIDE);
    const { code, screen } = await terminal.exit();
    assertEquals([code, screen.includes("[y/N]")], [0, false], screen);
  }
  assertEquals(await Deno.readTextFile(settings), SETTINGS);
});

Deno.test("first hour 1: uninstall without a terminal takes nothing back without --yes", async () => {
  const { home, settings } = await withHooks();
  await using _home = home;
  const hooked = await Deno.readTextFile(settings);
  for (const stdin of ["", "n\n", "y\n"]) {
    const { code, stdout, stderr } = await home.cli(["uninstall"], { stdin });
    assertEquals([code, stdout], [1, ""], stderr);
    assertStringIncludes(stderr, "error: stdin is no terminal, so nobody can confirm\nhint: give --yes\n");
    assertEquals(await Deno.readTextFile(settings), hooked);
  }
  assertEquals((await home.cli(["uninstall", "--yes"])).code, 0);
  assertEquals(await Deno.readTextFile(settings), SETTINGS);
  assertEquals((await home.cli(["uninstall"])).code, 0, "nothing is left to take back");
});

Deno.test("first hour 1: uninstall removes completions and the man page where the documentation has them put, if they are ours", async () => {
  await using home = await TestHome.create();
  const docs = await Deno.readTextFile(`${REPOSITORY}/docs/commands.md`);
  const commands = [...docs.matchAll(/^agent-console (completions \w+|man) > ~\/(\S+)/gm)];
  assertEquals(commands.map(([, , place]) => place), SHELL_FILES.map(({ place }) => place));
  const write = async (place: string, text: string) => {
    await Deno.mkdir(`${home.root}/${place}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${home.root}/${place}`, text);
  };
  for (const [, words = "", place = ""] of commands) {
    await write(place, (await home.cli(words.split(" "))).stdout);
  }
  const rc = "# agent-console completions\n  source <(agent-console completions bash)\ncd ~/src/agent-console\n";
  await write(".bashrc", rc);
  const { code, stdout } = await home.cli(["uninstall", "--yes"]);
  assertEquals(code, 0);
  for (const { place } of SHELL_FILES) {
    assertStringIncludes(stdout, `removed ~/${place}\n`);
    assert(!exists(`${home.root}/${place}`), place);
  }
  assertEquals(stdout.match(/^left to you: .*$/gm), ["left to you: ~/.bashrc:2 names agent-console"]);
  assertEquals(await Deno.readTextFile(`${home.root}/.bashrc`), rc);

  // Another's file at such a place, and a link to one of ours, stay and are named.
  await write(".zfunc/_agent-console", "#compdef agent-console\n_mine\n");
  await write("dotfiles/fish", (await home.cli(["completions", "fish"])).stdout);
  const link = `${home.root}/.config/fish/completions/agent-console.fish`;
  await Deno.symlink(`${home.root}/dotfiles/fish`, link);
  const again = await home.cli(["uninstall", "--yes"]);
  for (const place of [".zfunc/_agent-console", ".config/fish/completions/agent-console.fish"]) {
    assertStringIncludes(again.stdout, `left ~/${place}: it is not as we made it\n`);
    assert(exists(`${home.root}/${place}`), place);
  }
  assert(exists(`${home.root}/dotfiles/fish`));
});
