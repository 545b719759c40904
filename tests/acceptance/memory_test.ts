/** The notes of the memory on the command line, with one daemon and the one after it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import type { Json } from "../support/wire.ts";

Deno.test("A4 C1 notes are kept, found, shown escaped and forgotten on the command line, also after a kill", async () => {
  await using home = await TestHome.create();
  await home.start();
  const run = async (args: readonly string[], stdin?: string | Uint8Array) =>
    await home.cli(["memory", ...args], stdin === undefined ? {} : { stdin });
  const notes = async (args: readonly string[]) =>
    (await home.json(["memory", ...args, "--json"]))["notes"] as readonly Json[];

  const other = `${home.root}/other`;
  const nowhere = await home.cli(["memory", "append", "--workspace", other, "x"]);
  assertEquals([nowhere.code, nowhere.stderr.split("\n")[0]], [
    2,
    `error: --workspace is "${other}", which is no folder`,
  ]);
  await Deno.mkdir(other);
  const own = await run(["append", "Deploys", "go out", "on Tuesdays", "--tag", "deploy", "--tag", "ops"]);
  assertMatch(own.stderr, /^note (\w{5}), of ~; take it back with: agent-console memory forget \1\n$/);
  const hostile = "\u001b]0;pwned\u0007 one\nnote k3f9a \u202e two\u0000\r\n\n";
  const piped = await run(["append", "--global", "-"], hostile);
  assertMatch(piped.stderr, /, for all folders; /);
  const secret = await run([
    "append",
    "--workspace",
    other,
    "--",
    "-x",
    "token=ghp_0123456789abcdefghijABCDEFGHIJ012345",
  ]);
  assertMatch(secret.stderr, /, of ~\/other; [^]*\*\*\* stands there/);

  const seen = await notes(["peek"]);
  assertEquals(seen.map(({ text, tags, workspace, by }) => [text, tags, workspace, by]), [
    [hostile.slice(0, -3), [], undefined, "cli:admin"],
    ["Deploys go out on Tuesdays", ["deploy", "ops"], home.root, "cli:admin"],
  ]);
  const { stdout } = await run(["peek"]);
  for (const sign of "\u001b\u0007\u0000\r\u202e") assert(!stdout.includes(sign), JSON.stringify(stdout));
  assertMatch(
    stdout,
    /all folders\n {2}\\x1b\]0;pwned\\x07 one\n {2}note k3f9a \\u202e two\\x00\n\w{5} .* #deploy {2}#ops\n {2}Deploys/,
  );
  assertEquals((await notes(["peek", "--global", "-n", "1"])).length, 1);
  assertEquals((await notes(["peek", "--workspace", other, "-n", "1"])).map(({ text }) => text), [
    "-x token=***",
  ]);

  await home.kill();
  await home.start();
  assertEquals(await notes(["peek"]), seen);
  const [best] = await notes(["search", "when", "to", "deploy"]);
  assertEquals([best?.["text"], typeof best?.["score"]], ["Deploys go out on Tuesdays", "number"]);
  assertMatch((await run(["search", "kubernetes"])).stderr, /^No note here has kubernetes\.\n$/);
  assertMatch((await run(["stats"])).stdout, /^3 of 10,000 notes, 1 of 4,096 KiB\n {5}1 {2}for all folders\n/);
  const forgotten = await run(["forget", String(best?.["id"]).slice(0, 4)]);
  assertEquals([forgotten.code, forgotten.stderr], [0, `${best?.["id"]}: forgotten\n`]);
  const { schema, notes: left, global } = await home.json(["memory", "stats", "--json"]);
  assertEquals([schema, left, global], [1, 2, 1]);

  for (
    const [args, code, says, stdin] of [
      [["forget", String(best?.["id"])], 1, "forgotten already"],
      [["append", "-"], 2, "no text in UTF-8", new Uint8Array([0x61, 0xff])],
      [["append", "-"], 1, "16384 are the most", "x".repeat(16_385)],
      [["peek", "-n", "0"], 2, "--lines"],
      [["peek", "--global", "--workspace", "."], 2, "--global"],
    ] as readonly [readonly string[], number, string, (string | Uint8Array)?][]
  ) {
    const refused = await run(args, stdin);
    assertEquals([refused.code, refused.stdout], [code, ""], args.join(" "));
    assert(refused.stderr.includes(says), refused.stderr);
  }
  const chat = await home.cli(["chat"], { stdin: "/memory append -\nnot a note\n" });
  assertMatch(chat.stderr, /\/memory append does not run in the chat: with -/);
  assertEquals((await home.json(["memory", "stats", "--json"]))["notes"], 2);
  for (const [path, text] of home.files()) assert(!text.includes("ghp_0123"), path);
});
