/** Guards of the policy, each with a call that only this guard stops and one beside it that goes on. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { ruleFrom } from "../../src/approvals/new_rule.ts";
import { matchesAddress } from "../../src/policy/address_pattern.ts";
import { classify } from "../../src/policy/classify.ts";
import { matchesCommand, readCommandPattern } from "../../src/policy/command_pattern.ts";
import type { Command } from "../../src/policy/plain_text.ts";
import { runsLater } from "../../src/policy/places.ts";
import { workspaceFiles } from "../../src/policy/reads.ts";
import { answer, AT, CALLER, classified, requestOf, rule, WHERE } from "../support/policy_samples.ts";

Deno.test("A1 what came shortened passes by no rule and makes none, also where it is no command", () => {
  const write = requestOf("/p/app/a.ts", { tool: "Write", action: "write" });
  const exact = [rule("/p/app/a.ts", { tool: "Write", by: "cli:admin" })];
  const given = { id: "r1", scope: "always", by: "cli:admin", createdAt: AT } as const;
  const [whole, cut] = [false, true].map((isCut) => {
    const call = classify(write, WHERE, isCut);
    return { said: answer(call, "autonomous", exact), made: ruleFrom(call, CALLER, given) };
  });
  assertEquals([whole!.said, cut!.said], ["yes", "ask"]);
  assertEquals("pattern" in whole!.made, true);
  assertStringIncludes("refused" in cut!.made ? cut!.made.refused : "", "shortened");
});

Deno.test("A1 what loses something, or lets others decide, passes by no pattern", () => {
  const rules = [..."git chmod chown claude make".split(" ")].map((name) => rule(`${name} -* *`, { id: name }));
  for (
    const [severe, harmless] of [
      ["git commit --no-verify -m x", "git commit -m x"],
      ["git -C sub commit --no-verify-signatures", "git -C sub commit --verify"],
      ["claude --dangerously-skip-permissions -p x", "claude -p x"],
      ["claude --allow-dangerously-skip-permissions", "claude --allow x"],
      ["make --yolo", "make --dry-run"],
      ["chmod -R 777 src", "chmod 777 src"],
      ["chmod -vR 777 src", "chmod -v 777 src"],
      ["chown --recursive me src", "chown me src"],
      ["git rm a.ts", "git add a.ts"],
      ["git prune", "git fetch origin"],
      ["git -C sub rm a.ts", "git -C sub add a.ts"],
      ["git clean -d", "git clean -n -d"],
      ["git clean -fdx", "git clean --dry-run"],
      ["git restore a.ts", "git restore --staged a.ts"],
      ["git restore --source=HEAD a.ts", "git restore -S a.ts"],
      ["git checkout main a.ts", "git checkout main"],
      ["git checkout HEAD~1 a.ts b.ts", "git checkout -b new main"],
    ] as const
  ) {
    const [stopped, goesOn] = [classified(severe), classified(harmless)];
    assertEquals([severe, answer(stopped, "autonomous", rules)], [severe, "ask"]);
    assertEquals([severe, stopped.isSevere], [severe, true]);
    assertEquals([harmless, answer(goesOn, "autonomous", rules)], [harmless, "yes"]);
  }
  for (const text of ["git filter-branch x", "git filter-repo --path a", "git rm a", "git prune", "git clean -d"]) {
    assertEquals([text, classified(text).risk], [text, "destroys"]);
  }
  for (const text of ["git restore a.ts", "git checkout main a.ts"]) {
    assertEquals([text, classified(text).risk], [text, "destroys"]);
  }
});

Deno.test("A1 a call that names this program's places is asked, also where its folder is not known", () => {
  const own = ["/srv/.hub", "/opt/Console"];
  const call = (subject: string, tool = "Bash") =>
    classify(requestOf(subject, tool === "Bash" ? {} : { tool, action: "write" }), { own });
  const rules = [rule("make *"), rule("/opt/*", { tool: "Write" })];
  for (
    const subject of ["make /opt/Console/x", "make -C/opt/console", "make '/opt/con''sole'", "make --x=/SRV/.hub/y"]
  ) {
    assertEquals([subject, call(subject).isOwn, answer(call(subject), "autonomous", [rule("make -* *")])], [
      subject,
      true,
      "ask",
    ]);
  }
  assertEquals(answer(call("make /opt/other/x"), "autonomous", rules), "yes");
  assertEquals(call("/opt/console/src/a.ts", "Write").isOwn, true);
  assertEquals(call("/opt/other/src/a.ts", "Write").isOwn, false);
});

Deno.test("A1 nothing that shows this program's own places is a read, although they are in the workspace", () => {
  const where = { cwd: "/opt", workspace: "/opt" };
  const files = (named: readonly string[], own: readonly string[]) => workspaceFiles(named, { ...where, own });
  for (const named of ["console/a.ts", "console", ".", "./"]) {
    assertEquals([named, files([named], ["/opt/console"])], [named, undefined]);
    assertEquals([named, files([named], ["/srv/console"])?.length], [named, 1]);
  }
  assertEquals(files(["other/a.ts"], ["/opt/console"]), ["/opt/other/a.ts"]);
});

Deno.test("A1 no rule for files reaches the system's own folders", () => {
  const folders = [
    "etc",
    "bin",
    "sbin",
    "usr/local",
    "boot",
    "proc/self",
    "dev",
    "sys",
    "lib",
    "lib64",
    "Library",
    "System",
  ];
  for (const folder of folders) {
    const path = `/${folder}/notes.txt`;
    assertEquals([path, runsLater(path, "/p/app")], [path, true]);
    for (const by of ["config", "cli:admin"]) {
      const rules = [rule(path, { tool: "Write", by }), rule(`/${folder}/*`, { tool: "Write", by })];
      const call = classified(path, { tool: "Write", action: "write" });
      assertEquals([path, answer(call, "autonomous", rules)], [path, "ask"]);
    }
  }
  const call = classified("/srv/etc/notes.txt", { tool: "Write", action: "write" });
  assertEquals(answer(call, "guarded", [rule("/srv/*", { tool: "Write" })]), "yes");
});

Deno.test("A1 a filter that leaves files out of a search is harmless, and limits it to nothing", () => {
  const passes = (text: string) => answer(classified(text), "guarded");
  assertEquals(
    ["rg -g '*.ts' x", "rg -g '!*.d.ts' -g '*.ts' x", "rg -g '!*.md' x", "rg -g '!*.md' -g '*.pem' x"].map(passes),
    ["yes", "yes", "ask", "ask"],
  );
});

Deno.test("A1 what is too long to be looked through may be what a deny rule forbids", () => {
  const deny = [rule("private/*", { tool: "Read", decision: "deny" })];
  const read = (path: string) => classified(path, { tool: "Read", action: "read", dialog: "gate" });
  assertEquals(answer(read("/p/app/src/a.ts"), "manual", deny), "none");
  assertEquals(answer(read(`/p/app/${"a/".repeat(10_000)}b.ts`), "manual", deny), "ask");
  // In an opaque text of this length nobody looks for the word, and before a tool the call would run.
  const opaque = (words: number) => classified(`make ${"x ".repeat(words)}> out`, { dialog: "gate" });
  const rm = [rule("rm *", { decision: "deny" })];
  assertEquals([answer(opaque(10), "manual", rm), answer(opaque(30_000), "manual", rm)], ["ask", "no"]);
});

Deno.test("a deny rule with a star in its program's name is about that folder", () => {
  const deny = [rule("/opt/tools/x*", { decision: "deny" })];
  assertEquals(answer(classified("/opt/tools/xyz a"), "manual", deny), "no");
  assertEquals(answer(classified("xeyes a"), "manual", deny), "ask");
});

Deno.test("A1 a line of more words than are looked at passes by no pattern, because something may run among them", () => {
  const line = (words: number) => classified(`nice ${"a ".repeat(words)}b`);
  const rules = [rule("nice *")];
  assertEquals([10, 62, 70, 200].map((words) => answer(line(words), "autonomous", rules)), [
    "yes",
    "yes",
    "ask",
    "ask",
  ]);
  assertEquals([line(62).carried.isComplete, line(70).carried.isComplete], [true, false]);
});

Deno.test("an address of numbers in brackets is no label that a star stands for", () => {
  assertEquals(matchesAddress("http://*/", "http://localhost/"), true);
  assertEquals(matchesAddress("http://*/", "http://[::1]/"), false);
  assertEquals(matchesAddress("http://[::1]/", "http://[::1]/"), true);
  assertEquals(matchesAddress("http://[::1]/", "http://[::2]/"), false);
});

Deno.test("B8 stars in a row that would try every split of the words give up, and that is no match", () => {
  const command: Command = ["a", "m", ...Array.from({ length: 25 }, () => "x"), "-o", "m", "b"];
  const matches = (stars: number) => matchesCommand(readCommandPattern(`a -* m ${"* ".repeat(stars)}b`)!, command);
  assertEquals([matches(1), matches(2), matches(6)], [true, true, false]);
});
