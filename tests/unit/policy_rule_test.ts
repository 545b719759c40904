/** What allow rules match: a plain command word by word, a file by its path, an address by its parts. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ApprovalRequest, Rule } from "../../src/domain/approval.ts";
import { classify } from "../../src/policy/classify.ts";
import { escapePattern } from "../../src/policy/glob.ts";
import { ruleFrom } from "../../src/approvals/new_rule.ts";
import { givenRules, type RuleContext } from "../../src/policy/rule.ts";
import { answer, AT, CALLER, classified, requestOf, rule, WHERE } from "../support/policy_samples.ts";

/** Whether a rule of the configuration lets the call pass in autonomous mode, where only the pattern counts. */
const allows = (pattern: string, subject: string, more: Partial<ApprovalRequest> = {}) =>
  answer(classified(subject, more), "autonomous", [rule(pattern, { tool: "*" })]) === "yes";

Deno.test("a pattern for commands is compared word by word", () => {
  const yes = [
    ["npm test", "npm test"],
    ["npm test", "npm  'test'"],
    ["npm test *", "npm test"],
    ["npm test *", "npm test a.ts b.ts"],
    ["npm run test*", "npm run test:unit"],
    ["npm run test* *", "npm run test:unit a.ts"],
    ["npm run *:unit", "npm run test:unit"],
    ["make -*", "make -j4 -k all"],
    ["make -* all", "make -j 4 all"],
    ["make * all", "make x y all"],
    ["bash scripts/*", "bash scripts/a/b.sh"],
    ["deno test --filter=*", "deno test --filter=a.b"],
    ["go '*' x", "go '*' x"],
    ["*", "make all"],
    ["* --help", "make --help"],
  ];
  const no = [
    ["npm test", "npm test a"],
    ["npm test", "npm tests"],
    ["npm.test", "npm test"],
    ["npm test *", "npm tests"],
    ["npm run test*", "npm run test:unit a.ts"],
    ["tee logs/*", "tee logs/x /etc/passwd"],
    ["curl https://docs.example.com/*", "curl https://docs.example.com/x https://evil.com/"],
    ["npm test *", "npm test --reporter=x"],
    ["npm test *", "npm test a -- --x"],
    ["npm run test*", "npm run test --x"],
    ["npm run *", "npm run -s x"],
    ["npm run *x", "npm run -x"],
    ["make *", "make SHELL=touch test"],
    ["make *", "make 'x=$(shell touch y)'"],
    ["make *", "make ' -f x'"],
    ["make *", "make @x"],
    ["make -*", "make 'x=$(shell touch y)'"],
    ["make x*", "make x=1"],
    ["make * all", "make -f /tmp/x all"],
    ["go '*' x", "go a x"],
    ["*", "make -f x"],
    ["bash scripts/*", "bash scripts/../../tmp/x.sh"],
    ["bash scripts/*.sh", "bash scripts/.."],
    ["deno test --filter=*", "deno test --filter=../x"],
    ["npm test;*", "npm test; make"],
    ["npm test|*", "npm test | make"],
    ["$X *", "$X a"],
    ["", "make"],
  ];
  for (const [pattern = "", text = ""] of yes) assert(allows(pattern, text), `${pattern} → ${text}`);
  for (const [pattern = "", text = ""] of no) assert(!allows(pattern, text), `${pattern} → ${text}`);
});

Deno.test("no pattern lets pass what a shell does not read plainly", () => {
  for (
    const more of [
      ...[
        "; x",
        " && x",
        " || x",
        " | sh",
        " & x",
        "\nx",
        "\rx",
        " $(x)",
        " `x`",
        " > a",
        " < a",
        " <(x)",
        " $X",
        " 'a",
      ],
      ...[" \\\nx", " # x", ' "', " ${x}", " \u202ex", " \u0000", " {a,b}", " !x", " *", " ~", " é"],
    ]
  ) assert(!allows("npm test *", `npm test${more}`), more);
  for (const more of [" a.ts", " 'a b'", ' "x y" z', ""]) assert(allows("npm test *", `npm test${more}`), more);
});

Deno.test("of a line each command must pass, by a rule or as a read", () => {
  const rules = [rule("npm test *"), rule("make *")];
  const say = (text: string, mode: "manual" | "guarded") => answer(classified(text), mode, rules);
  assertEquals(say("npm test | tail -5", "guarded"), "yes");
  assertEquals(say("make all && npm test; ls", "guarded"), "yes");
  assertEquals(say("git status; make all", "guarded"), "yes");
  // What runs beside it may put a link in the place of the file; what ran before may have changed the repository.
  for (const joint of ["&&", ";", "|"]) {
    for (const read of ["cat a.ts", "git status", "ls src", "head -3 z"]) {
      assertEquals(say(`make all ${joint} ${read}`, "guarded"), "ask", read);
    }
    for (const read of ["cat a.ts", "ls src"]) assertEquals(say(`${read} ${joint} make all`, "guarded"), "ask", read);
  }
  assertEquals(say("make all && npm install", "guarded"), "ask");
  assertEquals(say("cd x && make all", "guarded"), "ask");
  assertEquals(say("npm test | tail -5", "manual"), "ask");
});

Deno.test("a star in a path does not go up, and no file rule reaches what runs later", () => {
  const write = { action: "write", tool: "Write" } as const;
  for (
    const [pattern, path] of [["/p/app/*", "/p/app/a/b.ts"], ["src/*", "src/a.ts"], ["src/*", "/p/app/src/a.ts"], [
      "*.md",
      "docs/a.md",
    ], ["/q/*", "/q/a.ts"]] as const
  ) assert(allows(pattern, path, write), `${pattern} → ${path}`);
  for (
    const [pattern, path] of [
      ...[["/p/app/*", "/p/app/../etc/x"], ["/p/app/*", "/p/ap"], ["src/*", "/q/src/a.ts"], ["src/../*", "src/../a"]],
      ...[".git/config", ".git/hooks/x", "sub/.git/config", ".claude/settings.json", ".agent-console/config.jsonc"].map(
        (p) => ["*", p],
      ),
      ...[
        "package.json",
        "Makefile",
        "a/Cargo.toml",
        "npm-shrinkwrap.json",
        "uv.lock",
        "gulpfile.ts",
        "gulpfile.mjs",
        "docker-compose.override.yml",
        "Dockerfile.dev",
        "requirements-dev.txt",
        "vitest.workspace.ts",
        "wrangler.toml",
        "CMakePresets.json",
        "config.ru",
        "tsconfig.json",
        "scripts/build.sh",
        "AGENTS.override.md",
        "data.json",
        "noname",
        ".npmrc",
        ".github/workflows/x.yml",
        "vite.config.ts",
      ].map((
        p,
      ) => ["*", p]),
      ...["/home/u/.bashrc", "/etc/cron.d/x", ".vscode/tasks.json", "conftest.py", ".env", "server.key"].map((
        p,
      ) => ["*", p]),
    ] as [string, string][]
  ) assert(!allows(pattern, path, write), `${pattern} → ${path}`);
  assert(allows("/p/app/wrangler.toml", "wrangler.toml", write), "but by its own name");
  for (const path of ["src/tasks.ts", "docs/a.md", "lib/a.test.py", "img/a.svg", "notes.txt"]) {
    assert(allows("*", path, write), path);
  }
  assert(!allows("*", `/p/app/${"x/".repeat(3000)}a.ts`, write), "longer than any path");
  // Not even one for exactly that file.
  assert(!allows("/p/app/package.json", "package.json", write));
  assert(allows("/p/app/.env", ".env", { action: "read", tool: "Read" }), "a secret is read by its own name only");
  assert(!allows("*", ".env", { action: "read", tool: "Read" }));
});

Deno.test("of other tools a rule is for all calls or for exactly one", () => {
  const other = { action: "other", tool: "mcp__x__y" } as const;
  assert(allows("*", '{"any": "thing; else"}', other));
  assert(allows('{"path":"/p/a"}', '{"path":"/p/a"}', other));
  assert(!allows('{"path":"/p/*"}', '{"path":"/p/a"}', other));
});

Deno.test("the literal pattern of any plain text matches that text and no other", () => {
  const text = fc.array(fc.constantFrom("a", "-b", "'c *'", '"d\\e"', "x/y", "ls")).map((parts) =>
    `make ${parts.join(" ")}`.trim()
  );
  fc.assert(fc.property(text, text, (one, other) => {
    const own = rule(escapePattern(one), { by: "cli:admin" });
    assertEquals(answer(classified(other), "manual", [own]), one === other ? "yes" : "ask");
  }));
});

Deno.test("a rule reaches as far as its tool, agent, session, folder and time", () => {
  const cases: [Partial<Rule>, Partial<RuleContext>, boolean][] = [
    [{}, {}, true],
    [{ tool: "Read" }, {}, false],
    [{ agent: "codex" }, {}, false],
    [{ agent: "claude" }, {}, true],
    [{ scope: "session", sessionId: "s1" }, {}, true],
    [{ scope: "session", sessionId: "s2" }, {}, false],
    [{ scope: "session", sessionId: "s2" }, { parentId: "s2" }, true],
    [{ scope: "session" }, {}, false],
    [{ scope: "workspace", workspace: "/p" }, {}, true],
    [{ scope: "workspace", workspace: "/p/app/" }, {}, true],
    [{ scope: "workspace", workspace: "/p/ap" }, {}, false],
    [{ scope: "workspace", workspace: "/p/app/x" }, {}, false],
    [{ scope: "workspace", workspace: "/p" }, { cwd: "/p/../q" }, false],
    [{ scope: "workspace", workspace: "p" }, { cwd: "p" }, false],
    [{ scope: "workspace" }, {}, false],
    [{ expiresAt: "2026-11-20T10:00:00Z" }, {}, false],
    [{ expiresAt: "2026-11-20T10:00:01Z" }, {}, true],
    [{ expiresAt: "soon" }, {}, false],
  ];
  for (const [given, caller, expected] of cases) {
    const text = JSON.stringify([given, caller]);
    const own = rule("make", { by: "cli:admin", ...given });
    assertEquals([text, answer(classified("make"), "manual", [own], caller)], [text, expected ? "yes" : "ask"]);
  }
  const kept = rule("make", { decision: "deny", expiresAt: "soon" });
  assertEquals(answer(classified("make"), "manual", [kept]), "no", "an unreadable time ends no deny rule");
});

const GIVEN = { id: "r1", by: "cli", createdAt: AT } as const;

Deno.test("ruleFrom makes the rule for exactly this call", () => {
  const made = ruleFrom(classified("npm test 'a*'"), CALLER, {
    ...GIVEN,
    scope: "workspace",
    expiresAt: "2026-12-01T00:00:00Z",
  });
  assertEquals(made, {
    ...{ id: "r1", decision: "allow", agent: "claude", tool: "Bash", pattern: "npm test 'a\\*'", scope: "workspace" },
    ...{ workspace: "/p/app", createdAt: AT, expiresAt: "2026-12-01T00:00:00Z", by: "cli" },
  });
  assertEquals(answer(classified("npm test 'a*'"), "manual", [made as Rule]), "yes");
  assertEquals(answer(classified("npm test 'ab'"), "manual", [made as Rule]), "ask");
});

Deno.test("a rule of an answer about a relative path is for that file, wherever it is called from", () => {
  for (const action of ["read", "write"] as const) {
    const call = (subject: string, cwd: string) => classified(subject, { action, tool: "Edit" }, { cwd });
    const made = ruleFrom(call("src/a.ts", "/p/app"), CALLER, { ...GIVEN, scope: "always" }) as Rule;
    assertEquals(made.pattern, "/p/app/src/a.ts");
    for (
      const [subject, cwd] of [["src/a.ts", "/p/app"], ["a.ts", "/p/app/src"], ["/p/app/src/a.ts", "/q"], [
        "../app/src/a.ts",
        "/p/x",
      ]] as const
    ) assertEquals(answer(call(subject, cwd), "manual", [made], { cwd }), "yes", `${subject} in ${cwd}`);
    assertEquals(answer(call("src/a.ts", "/q"), "manual", [made], { cwd: "/q" }), "ask");
    const { cwd: _, ...nowhere } = CALLER;
    const { cwd: __, ...where } = WHERE;
    const unplaced = classify(requestOf("src/a.ts", { action }), where);
    assert("refused" in ruleFrom(unplaced, nowhere, { ...GIVEN, scope: "always" }));
  }
});

Deno.test("A3 A4 ruleFrom refuses what must not stand in a rule", () => {
  const why = (
    text: string,
    more: Partial<ApprovalRequest> = {},
    caller: Partial<RuleContext> = {},
    scope: "always" | "workspace" = "always",
  ) => {
    const made = ruleFrom(classified(text, more), { ...CALLER, ...caller }, { ...GIVEN, scope });
    return "refused" in made ? made.refused : "";
  };
  assertEquals(why("make all"), "");
  const refused: [string, Partial<ApprovalRequest>, RegExp][] = [
    ["login --password hunter2000", {}, /secret/],
    ["make \u202e", {}, /hidden/],
    ["make \u001b[1m", {}, /hidden/],
    ["make\rx", {}, /hidden/],
    ["make 2>&1", {}, /plainly/],
    ["make\nmake", {}, /plainly/],
    ["make $X", {}, /plainly/],
    ["agent-console approve x", {}, /agent-console itself/],
    ["make", { for: "question" }, /a question/],
    ["make", { for: "plan" }, /a plan/],
    ["make", { unsandboxed: true }, /sandbox/],
    ["make", { tool: "*" }, /named \*/],
    ["package.json", { action: "write" }, /runs later/],
    ["a".repeat(4001), {}, /4001 characters/],
  ];
  for (const [text, more, reason] of refused) assert(reason.test(why(text, more)), `${text}: ${why(text, more)}`);
  assert(why("make", {}, { cwd: "relative" }, "workspace") !== "");
});

Deno.test("rules of a file are named after where they stand", () => {
  const created = { scope: "always", createdAt: AT, by: "config" } as const;
  assertEquals(givenRules([{ tool: "A", pattern: "b", decision: "deny", agent: "c" }], "config", AT), [
    { id: "config:1", decision: "deny", agent: "c", tool: "A", pattern: "b", ...created },
  ]);
});
