/** What a star does not stand for, and what of a command under a rule is looked at. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { SAFETY_MODES } from "../../src/domain/safety_mode.ts";
import { classify } from "../../src/policy/classify.ts";
import { evaluatePolicy } from "../../src/policy/evaluation.ts";
import { answer, CALLER, classified, requestOf, rule, WHERE } from "../support/policy_samples.ts";

Deno.test("A1 a star stands for no address of a file and no pattern of files, which a program reads by itself", () => {
  for (
    const text of [
      ...[
        "deno run -A file:///w/rep%6f/main.ts approve x",
        "deno run -A file:lnk/main.ts",
        "deno run -A data:text/x,y",
      ],
      ...[
        "deno run '/h[o-o]me/x'",
        "deno run 'cat /hom?/x'",
        "deno run h:/root/.a?c/x",
        "deno run lnk/../x",
        "deno run l./../x",
        "deno run '/{home}/x'",
        "deno run -Fa=@file:x",
        "deno run x/%2e%2e/y",
      ],
    ]
  ) assertEquals([text, answer(classified(text), "autonomous", [rule("deno run -*")])], [text, "ask"]);
  // A star within a word, beside a path that the pattern says itself.
  for (
    const text of ["make 'out/$(shell x)'", "make 'out/`x`'", "make 'out/[a]'", "make out/a/../../x", "make 'out/%2e'"]
  ) {
    assertEquals([text, answer(classified(text), "autonomous", [rule("make out/*")])], [text, "ask"]);
  }
  assertEquals(answer(classified("make out/a.o"), "autonomous", [rule("make out/*")]), "yes");
  assertEquals(answer(classified("deno run -A src/a.ts"), "autonomous", [rule("deno run -*")]), "yes");
});

Deno.test("A1 every word of a command under a rule is followed, options with a path in them too", () => {
  const decided = evaluatePolicy(
    classified("deno run -clnk/deno.json --allow-read=src,other -Fa=@up file:there -vtla 'w lc'"),
    {
      safetyMode: "autonomous",
      rules: [rule("deno run -clnk/deno.json --allow-read=src,other -Fa=@up file:there -vtla 'w lc'")],
    },
    CALLER,
  );
  const files = decided.kind === "decided" ? decided.files : [];
  for (const path of ["lnk/deno.json", "src", "other", "up", "there", "la", "lc"]) {
    assert(files.includes(`/p/app/${path}`), path);
  }
});

Deno.test("A1 our own places are found where the folder of the call is not known", () => {
  const { cwd: _, ...nowhere } = WHERE;
  for (const text of ["make /home/u//.agent-console/x", "make /opt//console/main.ts"]) {
    assertEquals(answer(classify(requestOf(text), nowhere), "autonomous", [rule("make *")]), "ask");
  }
  const write = requestOf("/opt//console/src/a.ts", { action: "write", tool: "Write" });
  assertEquals(answer(classify(write, nowhere), "autonomous", [rule("/opt/*", { tool: "Write" })]), "ask");
});

Deno.test("A1 nothing passes by a star behind a word that runs in the shell itself", () => {
  for (const text of ["time cd /tmp && make test", "command cd /tmp && make test", "printf -v PATH x && make test"]) {
    assertEquals([
      text,
      answer(classified(text), "autonomous", [rule("time *"), rule("make *"), rule("command *"), rule("printf -*")]),
    ], [text, "ask"]);
  }
});

Deno.test("A1 a star for git lets nothing pass that loses work, in whatever form git takes it", () => {
  for (
    const text of [
      "git checkout ./",
      "git checkout ..",
      "git checkout src/",
      "git checkout --fo main",
      "git fetch origin +main:main",
      "git fetch --forc origin",
      "git update-ref refs/heads/main HEAD~3",
      "git lfs prune",
      "git annex drop x",
      "git notes remove",
      "git push origin --del b",
      "git push --mir",
      "git branch --forc b HEAD~1",
      "git switch --discard main",
      "git reset --har",
      "git restore --staged --worktree .",
      "git restore -SW .",
      "git checkout-index -fa",
      "git read-tree --reset -u HEAD",
      "rsync --del a/ b/",
      "rsync --remove-source-files a b",
    ]
  ) {
    assertEquals([text, classified(text).risk], [text, "destroys"]);
    for (const mode of SAFETY_MODES) {
      assertNotEquals([text, answer(classified(text), mode, [rule("git *"), rule("rsync *")])], [text, "yes"]);
    }
  }
  assertEquals(answer(classified('git remote-ext x "touch a"'), "guarded", [rule("git *")]), "ask");
  for (
    const text of [
      "git checkout main",
      "git switch main",
      "git push origin main",
      "git fetch origin",
    ]
  ) {
    assertEquals([text, answer(classified(text), "guarded", [rule("git *")])], [text, "yes"]);
  }
});
