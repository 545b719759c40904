/** `rules test` and `rules add` through the whole program. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { ALLOWED, held, hook, recorded } from "../support/hook_process.ts";
import type { Json } from "../support/wire.ts";

/** Of a hook, from the start of its process to its end. */
const END_MS = 30_000;

async function told(home: TestHome, command: string): Promise<string> {
  await using asks = hook(home, recorded("claude", "PermissionRequest", { command }));
  const { code, stdout, stderr } = await asks.exit(END_MS);
  assertEquals([code, stderr], [0, ""]);
  return stdout;
}

const GUARDED = {
  daemon: { safety_mode: "guarded" },
  approvals: {
    hook_wait_secs: 1,
    rules: [
      { tool: "Bash", pattern: "make *", decision: "allow" },
      { tool: "Bash", pattern: "git push*", decision: "deny" },
    ],
  },
};

/** What git needs to take `folder` for a repository. */
async function repository(folder: string, config = ""): Promise<void> {
  for (const name of ["objects", "refs"]) await Deno.mkdir(`${folder}/.git/${name}`, { recursive: true });
  await Deno.writeTextFile(`${folder}/.git/HEAD`, "ref: refs/heads/main\n");
  await Deno.writeTextFile(`${folder}/.git/config`, `[core]\n\tbare = false\n${config}`);
}

Deno.test("A1 rules test says what would decide, and why, and runs nothing", async () => {
  await using home = await TestHome.create({ config: JSON.stringify(GUARDED) });
  await home.start();
  const folder = `${home.root}/repo`;
  await repository(folder);
  await Deno.writeTextFile(`${folder}/notes.txt`, "x");
  await Deno.symlink("/etc/passwd", `${folder}/link.txt`);
  const test = async (command: string) => {
    const { stdout, stderr, code } = await home.cli(["rules", "test", command], { cwd: folder });
    assertEquals([code, stderr], [0, ""]);
    return stdout;
  };
  assertMatch(await test("ls -la"), /^passes: the safety mode is guarded, and it only reads\nlabel: reads\n$/);
  assertMatch(await test("cat notes.txt"), /^passes/);
  assertMatch(await test("cat link.txt"), /^you are asked: a link leads out/);
  const secret = /^you are asked: no rule allows it, and \.env may hold credentials or history\nlabel: unknown\n$/;
  assertMatch(await test("cat .env"), secret);
  assertMatch(await test("grep token .env"), secret, "a word to look for is no file");
  assertMatch(await test("cat ../a.ts notes.txt"), /^you are asked: no rule allows it, and \.\.\/a\.ts lies outside/);
  assertMatch(await test("cat .env && lint"), /^you are asked: no rule allows it, and it is not sure/);
  assertMatch(await test("git status"), /^passes/);
  assertMatch(await test("make all"), /^passes: rule config:1 allows it\nlabel: unknown\n$/);
  assertMatch(await test("make all > log"), /^you are asked: .*plainly/);
  assertMatch(await test("sudo git push"), /^is denied: rule config:2 denies it/);
  assertMatch(await test("rm x"), /label: destroys/);
  assertMatch(await test("agent-console approve x"), /^you are asked: it reaches agent-console itself/);
  await Deno.writeTextFile(`${folder}/.git/config`, "[core]\n\tfsmonitor = ./evil.sh\n");
  assertMatch(await test("git status"), /^you are asked/);
  assertMatch(await test("git rev-parse HEAD"), /^you are asked/);
  await Deno.writeTextFile(`${folder}/.git/config`, "[core]\n\tbare = false\n");
  for (const name of ["commondir", "hooks/post-index-change"]) {
    await Deno.mkdir(`${folder}/.git/hooks`, { recursive: true });
    await Deno.writeTextFile(`${folder}/.git/${name}`, "");
    assertMatch(await test("git status"), /^you are asked/, name);
    await Deno.remove(`${folder}/.git/${name}`);
  }
  // Git goes on to the next folder, or to this one itself, where `.git` is no repository.
  for (const [name, text] of [["HEAD", "x"], ["HEAD", undefined], ["objects", undefined], ["refs", undefined]]) {
    await Deno.remove(`${folder}/.git/${name}`, { recursive: true });
    if (text !== undefined) await Deno.writeTextFile(`${folder}/.git/${name}`, text);
    assertMatch(await test("git status"), /^you are asked/, `${name}: ${text}`);
    await repository(folder);
  }
  assertMatch(await test("git status"), /^passes/);
  const deep = `${folder}/.git/a/b/c/d/e/f`;
  await Deno.mkdir(deep, { recursive: true });
  const below = await home.cli(["rules", "test", "git status"], { cwd: deep });
  assertMatch(below.stdout, /^you are asked/, "a repository may begin higher up than is looked at");
  await Deno.remove(`${folder}/.git`, { recursive: true });
  await Deno.writeTextFile(`${folder}/HEAD`, "ref: refs/heads/x");
  assertMatch(await test("git status"), /^you are asked/, "a folder may be a repository without .git");
  const { result } = await home.json(["rules", "test", "ls", "--json"]) as { result: Json };
  assertEquals([result["outcome"], result["risk"], result["by"]], ["passes", "reads", "mode:guarded"]);
  assertEquals((await home.json(["approvals", "--all", "--json"]) as { approvals: Json[] }).approvals, []);
});

Deno.test("A1 rules test names the part of a line that no rule covers, where a rule allows another part", async () => {
  await using home = await TestHome.create();
  await home.start();
  assertEquals((await home.cli(["rules", "add", "make *", "--yes"])).code, 0);
  const { stdout } = await home.cli(["rules", "test", "make test | tail -5"]);
  assertEquals(
    stdout.split("\n")[0],
    "you are asked: no rule allows tail -5 in it, " +
      "and the safety mode is manual, in which only what a rule of yours allows passes",
  );
  const unknown = await home.cli(["rules", "test", "make test && lint 'a b'"]);
  assertMatch(
    unknown.stdout,
    /^you are asked: no rule allows lint 'a b' in it, and it is not sure that it only reads\n/,
  );
});

Deno.test("A1 rules test judges a file or an address as what it is, and refuses tools of which it cannot tell", async () => {
  const rules = [{ tool: "*", pattern: "*", decision: "allow" }];
  await using home = await TestHome.create({
    config: JSON.stringify({ daemon: { safety_mode: "autonomous" }, approvals: { rules } }),
  });
  await home.start();
  const test = (tool: string, what: string) => home.cli(["rules", "test", what, "--tool", tool]);
  assertMatch((await test("Write", ".git/config")).stdout, /^you are asked: .*\nlabel: writes\n$/);
  assertMatch((await test("Write", "src/a.ts")).stdout, /^passes: rule config:1 allows it\nlabel: writes\n$/);
  assertMatch((await test("Read", ".env")).stdout, /^you are asked: no rule allows it, and \.env may hold credentials/);
  assertMatch((await test("WebFetch", "https://example.com/a")).stdout, /^passes: .*\nlabel: network\n$/);
  assertMatch((await test("run_shell_command", "make")).stdout, /^passes: .*\nlabel: unknown\n$/);
  for (const tool of ["Grep", "mcp__x__y", "Bsah"]) {
    const { code, stdout, stderr } = await test(tool, "x");
    assertEquals([code, stdout], [2, ""], tool);
    assertMatch(stderr, /^error: .*\nhint: name one as its agent does, such as Bash, Write/);
  }
});

Deno.test("A1 rules test without an agent names the rule that would decide for one", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await using asks = await held(home, client, { command: "touch x3" });
  assertEquals((await home.cli(["approve", asks.id, "--scope", "always"])).code, 0);
  const { stdout } = await home.cli(["rules", "test", "touch x3"]);
  assertMatch(stdout, /^you are asked: .*; rule \w+ would allow it, for claude\nlabel: writes\n$/);
  assertMatch(
    (await home.cli(["rules", "test", "touch x3", "--agent", "claude"])).stdout,
    /^passes: rule \w+ allows it\n/,
  );
  assertMatch((await home.cli(["rules", "test", "touch x3", "--agent", "codex"])).stdout, /^you are asked: [^;]*\n/);
  assertEquals((await home.cli(["rules", "add", "touch *", "--deny", "--agent", "codex", "--yes"])).code, 0);
  const { result } = await home.json(["rules", "test", "touch x3", "--json"]) as { result: Json };
  assertMatch(String(result["why"]), /would allow it, for claude; rule \w+ would deny it, for codex$/);
});

Deno.test("rules add shows what the rule would have passed in the last week, asks, and makes it", async () => {
  await using home = await TestHome.create({ config: JSON.stringify({ approvals: { hook_wait_secs: 1 } }) });
  await home.start();
  await using client = await home.connect({ token: true });
  for (const command of ["make test", "make -f evil all", "make test > log"]) {
    await using asks = await held(home, client, { command });
    await home.cli(["deny", asks.id]);
  }
  // Always asked, and known in part only.
  const parts = ["make TOKEN=abcdef123456", `make ${"x".repeat(3000)}`].map((command) => ({ command }));
  for (const input of [{ command: "make all", more: { dangerouslyDisableSandbox: true } }, ...parts]) {
    await using asks = await held(home, client, input);
    await home.cli(["deny", asks.id]);
  }
  const unsure = await home.cli(["rules", "add", "make *"]);
  assertEquals(unsure.code, 1);
  assertMatch(unsure.stderr, /would have passed 1 request .*:\n {2}Bash: make test\nNot judged: 2 more .*\n/);
  assertMatch(unsure.stderr, /nobody can confirm\nhint: give --yes\n/);
  const { code, stderr } = await home.cli(["rules", "add", "make *", "--expires", "8h", "--yes"]);
  assertEquals(code, 0, stderr);
  const { rules: [rule] } = await home.json(["rules", "list", "--json"]) as { rules: Json[] };
  assertEquals([rule?.["pattern"], rule?.["decision"], rule?.["by"]], ["make *", "allow", "cli:admin"]);
  assertEquals(await told(home, "make lint"), ALLOWED, "also in manual mode: you said so");
  assertEquals(await told(home, "make lint > log"), "");
  const refused = await home.cli(["rules", "add", "make * && make", "--yes"]);
  assertEquals(refused.code, 2);
  assertMatch(refused.stderr, /error: the rule would match nothing: it is no pattern of one plain command/);
  assertEquals((await home.cli(["rules", "add", "make *", "--deny", "--yes"])).code, 0);
  assertMatch(await told(home, "make lint"), /"behavior":"deny"/);
});

Deno.test("rules add refuses before the preview what could never match, and says the same twice of no rule", async () => {
  await using home = await TestHome.create();
  await home.start();
  const add = (...words: string[]) => home.cli(["rules", "add", ...words, "--yes"]);
  const refused: readonly (readonly [readonly string[], RegExp])[] = [
    [["make > log"], /cannot be read plainly/],
    [["rm *"], /loses something/],
    [["agent-console approve *"], /reaches agent-console itself/],
    [[".git/config", "--tool", "Write"], /no rule reaches a file that decides what runs later/],
    [["data*.json", "--tool", "Write"], /a star reaches only program text/],
    [["*.env", "--tool", "Read"], /a star reaches no file that may hold credentials/],
    [["cd src && ls"], /a line of several commands.*\nhint: .*approve ID --scope workspace/],
  ];
  for (const [words, why] of refused) {
    const { code, stderr } = await add(...words);
    assertEquals(code, 2, stderr);
    assertMatch(stderr, /^error: the rule would match nothing: /);
    assertMatch(stderr, why);
    assert(!stderr.includes("In the last"), stderr);
  }
  const nowhere = await add("make *", "--workspace", `${home.root}/gone`);
  assertMatch(nowhere.stderr, /^error: --workspace is \S+\/gone, and no folder is there\nhint: /);
  const strange = await add("make *", "--agent", "nosuch");
  assertMatch(strange.stderr, /^No agent named "nosuch" has a session here; known are claude, /);
  assertEquals([strange.code, (await add("make *")).code], [0, 0]);
  const twice = await add("make *");
  assertEquals(twice.code, 1);
  assertMatch(twice.stderr, /^error: rule \w+ says the same already\nhint: agent-console rules list/);
  assertMatch((await add("git push", "--deny")).stderr, /^It denies only "git push" .*: "git push \*"\n/);
  assert(!(await add("rm *", "--deny")).stderr.includes("It denies only"));
});

Deno.test("rules add judges by the safety mode in force, and says what a rule that names nothing passes there", async () => {
  await using home = await TestHome.create({ config: JSON.stringify({ approvals: { hook_wait_secs: 1 } }) });
  await home.start();
  await using client = await home.connect({ token: true });
  await using asks = await held(home, client, { command: "make test" });
  await home.cli(["deny", asks.id]);
  const seen = async (mode: string) => {
    await home.cli(["config", "set", "daemon.safety_mode", mode]);
    await home.cli(["daemon", "reload"]);
    return (await home.cli(["rules", "add", "*"])).stderr;
  };
  const manual = await seen("manual");
  assertMatch(
    manual,
    /^The safety mode is manual: a rule that names nothing passes nothing there\.\n.*passed 0 requests/,
  );
  assertMatch(await seen("guarded"), /^The safety mode is guarded: .* only what only reads.*\n.*passed 0 requests/);
  assertMatch(
    await seen("autonomous"),
    /^In the last 7 days it would have passed 1 request .*:\n {2}Bash: make test\n/,
  );
});

Deno.test("A1 the repository that counts is that of the call's folder, whatever folder the hook runs in", async () => {
  await using home = await TestHome.create({ config: JSON.stringify(GUARDED) });
  await home.start();
  const status = async (session: string, cwd: string) => {
    const event = recorded("claude", "PermissionRequest", { command: "git status", session, cwd });
    await using asks = hook(home, event); // its own folder is `work`
    return (await asks.exit(END_MS)).stdout;
  };
  for (const [name, config] of [["project", ""], ["elsewhere", ""], ["evil", "\tfsmonitor = ./evil.sh\n"]] as const) {
    await repository(`${home.root}/${name}`, config);
  }
  assertEquals(await status("own", `${home.root}/project`), ALLOWED);
  assertEquals(await status("evil", `${home.root}/evil`), "");
  assertEquals(await status("other", `${home.root}/elsewhere`), "", "nobody looked there");
  await Deno.remove(`${home.root}/project/.git`, { recursive: true });
  assertEquals(await status("none", `${home.root}/project`), "", "a repository may begin higher up");
});
