/** What passes as "only reads", by two tables: hostile commands of which none may, everyday ones of which nearly all must. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { classify } from "../../src/policy/classify.ts";
import { readPlain } from "../../src/policy/plain_text.ts";
import { codePoint } from "../support/code_point.ts";
import { answer, classified, requestOf, rule, samples, WHERE } from "../support/policy_samples.ts";

const HOSTILE = samples("hostile.txt", { escapes: true });
const EVERYDAY = samples("everyday.txt", { escapes: false });

Deno.test("A1 none of the hostile commands passes as a read", () => {
  assert(HOSTILE.length >= 300, String(HOSTILE.length));
  const passed = HOSTILE.filter(({ text }) => answer(classified(text), "guarded") !== "ask");
  assertEquals(passed, []);
});

Deno.test("A1 what cannot be read plainly passes under no rule and in no mode", () => {
  const opaque = HOSTILE.filter(({ text }) => readPlain(text) === undefined);
  assert(opaque.length > 150, String(opaque.length));
  for (const { text } of opaque) {
    const rules = [rule("*", { tool: "*" }), rule(text.replace(/[\\*]/g, "\\$&"), { by: "cli:admin" })];
    assertEquals([text, answer(classified(text), "autonomous", rules)], [text, "ask"]);
  }
});

Deno.test("everyday commands that only read pass in guarded mode, nine of ten and more", () => {
  assert(EVERYDAY.length >= 150, String(EVERYDAY.length));
  const asked = EVERYDAY.filter(({ text }) => answer(classified(text), "guarded") !== "yes");
  assertEquals(asked.map(({ text }) => text), EVERYDAY.filter(({ marked }) => marked).map(({ text }) => text));
  const share = 1 - asked.length / EVERYDAY.length;
  const line = `${EVERYDAY.length} everyday reads, ${(100 * share).toFixed(1)} % pass without a human\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(line));
  assert(share >= 0.9, `${share}`);
});

Deno.test("a read stays one behind another, and is none behind anything else", () => {
  const reads = EVERYDAY.filter(({ marked }) => !marked).map(({ text }) => text);
  const hostile = HOSTILE.map(({ text }) => text).filter((text) => !/^\s*$/.test(text));
  const joint = fc.constantFrom(" && ", " || ", "; ", " | ");
  fc.assert(
    fc.property(fc.constantFrom(...reads), joint, fc.constantFrom(...reads), (one, between, other) => {
      assertEquals(answer(classified(`${one}${between}${other}`), "guarded"), "yes");
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.constantFrom(...reads), joint, fc.constantFrom(...hostile), (one, between, other) => {
      // A comment in front makes the rest one; a text that only ends badly may begin the same.
      assertEquals(answer(classified(`${one}${between}${other}`), "guarded"), "ask");
    }),
    { numRuns: 2000 },
  );
});

Deno.test("plain text is made of safe characters and quoted literals, and nothing else is plain", () => {
  const part = fc.oneof(
    fc.constantFrom(
      "ls",
      "a b",
      "'x y'",
      '"x"',
      " ",
      "$(",
      "`",
      "\\",
      "<",
      ">",
      "*",
      "{a,b}",
      "~",
      "#",
      "\n",
      "&",
      "(",
      "!",
    ),
    fc.string({ unit: codePoint, maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const text = parts.join("");
      if (readPlain(text) === undefined) return;
      const bare = text.replace(/'[^']*'|"[^"]*"/g, "");
      assert(/^[A-Za-z0-9_./,:@+=%~^ &|;-]*$/.test(bare) && !/(^|[^&])&([^&]|$)/.test(bare), text);
      assert(!/["][^"]*[$`!][^"]*["]/.test(text.replace(/'[^']*'/g, "''")), text);
    }),
    { numRuns: 5000 },
  );
});

Deno.test("words of a plain text are those that a shell makes of it", () => {
  const cases: [string, readonly (readonly string[])[]][] = [
    ["ls -la", [["ls", "-la"]]],
    [`grep 'a b'"c d" x`, [["grep", "a bc d", "x"]]],
    ["a 'it''s' \"\"", [["a", "its", ""]]],
    ["ls; cat a && b||c|d;", [["ls"], ["cat", "a"], ["b"], ["c"], ["d"]]],
    ["git show HEAD~1 HEAD^", [["git", "show", "HEAD~1", "HEAD^"]]],
    [`rg 'a\\|b' "\\.ts"`, [["rg", "a\\|b", "\\.ts"]]],
    ["ls 'für'", [["ls", "für"]]],
  ];
  for (const [text, commands] of cases) assertEquals(readPlain(text)?.commands, commands as never, text);
});

Deno.test("a command reads only in its session's own folder", () => {
  const read = (text: string, where: Parameters<typeof classified>[2]) =>
    answer(classified(text, {}, where), "guarded");
  assertEquals(read("ls", { cwd: "/p/app/src" }), "yes");
  assertEquals(read("cat a.ts", { cwd: "/p/app/src" }), "yes");
  assertEquals(read("cat ../a.ts", { cwd: "/p/app/src" }), "yes");
  assertEquals(read("cat ../../a.ts", { cwd: "/p/app/src" }), "ask");
  assertEquals(read("cat a.ts", { cwd: "/p/other" }), "ask");
  assertEquals(read("cat /p/app/a.ts", { cwd: "/p/other" }), "ask");
  assertEquals(read("git status", { cwd: "/p/app/vendor" }), "ask");
  assertEquals(read("git status", { cwd: "/evil" }), "ask");
  assertEquals(read("cat a.ts", { cwd: "/home/u/.ssh", workspace: "/home/u/.ssh" }), "ask");
  assertEquals(read("cat a.ts", { cwd: "/r/.claude/worktrees/x", workspace: "/r/.claude/worktrees/x" }), "yes");
  assertEquals(read("cat a.ts", { cwd: "/home/u/.claude", workspace: "/home/u/.claude" }), "ask");
});

Deno.test("A1 git reads pass only where the repository's own settings run nothing, whatever the options", () => {
  const { repositoryRuns: _, ...unseen } = WHERE;
  const read = (text: string, repositoryRuns?: "nothing" | "something") => {
    const where = repositoryRuns === undefined ? unseen : { ...unseen, repositoryRuns };
    return answer(classify(requestOf(text), where), "guarded");
  };
  for (const text of ["git status", "git diff", "git log", "git show", "git blame a.ts", "git log -p --no-ext-diff"]) {
    assertEquals([text, read(text, "nothing"), read(text, "something"), read(text)], [text, "yes", "ask", "ask"]);
  }
  // What is missing is fetched by a program that `remote.x.uploadpack` names; `format.pretty` may check signatures.
  for (
    const text of [
      ...["git rev-parse HEAD~1", "git branch -v", "git show-ref -d", "git ls-files", "git stash list", "git remote"],
      "git log --no-ext-diff --no-textconv --no-show-signature -p",
    ]
  ) {
    assertEquals([text, read(text, "something"), read(text)], [text, "ask", "ask"]);
  }
});
