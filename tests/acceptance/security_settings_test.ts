// deno-lint-ignore-file no-sync-fn-in-async-fn -- writes a file between two commands: nothing else waits meanwhile
/** A4 where the text comes from files: settings that a cloned repository brings along, the log, the configuration. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";

/** What a terminal, or the eye, would obey. */
const OBEYED = "\u001b[2J\u001b]52;c;cm0gLXJm\u0007\u202egnp\u202c\u2066x\u2069\u200b\u009b31m\u0085";
// deno-lint-ignore no-control-regex
const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;

Deno.test("A4 hooks --project shows escapes of a hostile settings file, in comments and in keys", async () => {
  await using home = await TestHome.create();
  Deno.mkdirSync(`${home.root}/.gemini`, { recursive: true });
  const settings = (value: string) =>
    `{\n  // ${OBEYED}\n  "hooks": { ${JSON.stringify(`x${OBEYED}`)}: ${value} }\n}\n`;
  for (
    const [text, args, says] of [
      [settings("5"), ["hooks", "status", "--project"], "unreadable"],
      [settings("5"), ["hooks", "install", "gemini", "--project"], "expected an array"],
      [settings("[]"), ["hooks", "install", "gemini", "--project", "--dry-run"], "SessionStart"],
      [settings("[]"), ["hooks", "status", "--project"], "absent"],
    ] as const
  ) {
    Deno.writeTextFileSync(`${home.root}/.gemini/settings.json`, text);
    const { stdout, stderr } = await home.cli([...args], { cwd: home.root });
    assertStringIncludes(stdout + stderr, says);
    assertEquals(RAW.exec(stdout + stderr)?.index, undefined, `${args.join(" ")}: ${JSON.stringify(stdout + stderr)}`);
  }
});

Deno.test("A4 what the daemon says about its arguments is shown, not obeyed", async () => {
  await using home = await TestHome.create();
  const consoled = new URL("../../src/daemon/main.ts", import.meta.url).pathname;
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", consoled, "--home", home.dir, "--session", OBEYED],
    stdin: "null",
    signal: AbortSignal.timeout(20_000),
  }).output();
  const said = new TextDecoder().decode(stderr);
  assert(code !== 0);
  assertStringIncludes(said, "\\x1b");
  assertEquals(RAW.exec(said)?.index, undefined, JSON.stringify(said));
});

Deno.test("A4 daemon logs --json prints objects with their schema, also for a line that was cut short", async () => {
  await using home = await TestHome.create();
  await home.start();
  await home.stop();
  const log = home.path("logs/daemon.log");
  Deno.writeTextFileSync(log, `5\n{"level":"info","mess`, { append: true });
  const { stdout, code } = await home.cli(["daemon", "logs", "--json"]);
  assertEquals(code, 0);
  const lines = stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
  assert(lines.length > 3);
  for (const line of lines) assertEquals([line["schema"], typeof line["message"]], [1, "string"]);
});
