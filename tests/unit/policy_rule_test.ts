import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ApprovalRequest, Rule } from "../../src/domain/approval.ts";
import { classify } from "../../src/policy/classify.ts";
import { escapePattern, givenRules, matches, type RuleContext, ruleFrom } from "../../src/policy/rule.ts";
import { AT, CALLER, requestOf, rule } from "../support/rule_samples.ts";

const allows = (pattern: string, subject: string, more: Partial<ApprovalRequest> = {}) =>
  matches(rule(pattern, { tool: "*" }), classify(requestOf(subject, more)), CALLER);

Deno.test("a pattern is literal but for the star", () => {
  const yes = [["npm test", "npm test"], ["npm test*", "npm test -- a.ts"], ["npm *t", "npm test"], [
    "a*b*c",
    "a1b2b3c",
  ]];
  const no = [["npm test", "npm test "], ["npm.test", "npm test"], ["npm *t", "npm tests"], ["a*a", "a"], ["", "a"]];
  for (const [pattern = "", text = ""] of yes) assert(allows(pattern, text), `${pattern} → ${text}`);
  for (const [pattern = "", text = ""] of no) assert(!allows(pattern, text), `${pattern} → ${text}`);
  assert(allows("ls \\*", "ls *") && !allows("ls \\*", "ls a"));
  assert(allows("grep \\d a", "grep \\d a") && allows("a\\\\*", "a\\b") && !allows("a\\\\*", "a*"));
});

Deno.test("a star of an allow rule never takes what makes another command", () => {
  for (
    const more of [
      ...[
        "; rm -rf /",
        " && x",
        " || x",
        " | sh",
        " & x",
        "\nrm -rf /",
        "\rx",
        " $(x)",
        " `x`",
        " > a",
        " < a",
        " <(x)",
      ],
      ...[" $X", " \\\nx", " # x", " 'a", ' "', " ${x}", " \u202ex", " \u0000", " 'a;b'", " {a,b}", " !x"],
    ]
  ) assert(!allows("npm test*", `npm test${more}`), more);
  for (const more of [" -- a.ts", " --grep 'a b'", ' "x y" z', "", ":unit"]) {
    assert(allows("npm test*", `npm test${more}`), more);
  }
  assert(!allows('git commit -m "*"', 'git commit -m "x" --amend "y"'));
  assert(allows('git commit -m "*"', 'git commit -m "x y"'));
  assert(allows("npm test && rm -rf x", "npm test && rm -rf x"), "what is spelled out is meant");
});

Deno.test("a star of a command does not leave the folder that the pattern names", () => {
  for (
    const [pattern, text] of [
      ...[["bash scripts/*", "bash scripts/../../../tmp/evil.sh"], ["./scripts/*", "./scripts/a/../../evil"]],
      ...[["python scripts/*.py", "python scripts/../../tmp/x.py"], ["touch build/*", "touch build/.."]],
      ...[["cat src/*", "cat src/a ../../etc/x"], ["cat src/*", "cat src/'a b/../../../x'"], [
        "cat src*",
        "cat src/../x",
      ]],
      ...[["bash scripts/*", 'bash scripts/".."/x'], ["bash scripts/.*", "bash scripts/../x"]],
      ...[["bash scripts/*./x", "bash scripts/a/../x"], ["make --out=*", "make --out=../x"]],
      ...[["bash scripts/*/*", "bash scripts/a/../../x"]],
    ] as [string, string][]
  ) assert(!allows(pattern, text), `${pattern} → ${text}`);
  for (
    const [pattern, text] of [
      ...[["bash scripts/*", "bash scripts/a..b/c.sh -x"], ["python scripts/*.py", "python scripts/a/b.py"]],
      ...[["git diff *", "git diff ../x"], ["npm test*", "npm test -- ../a.ts"], ["git log*", "git log a..b"]],
      ...[["cat ../src/*", "cat ../src/a"], ["cat ../src/*", "cat ../src/"]],
    ] as [string, string][]
  ) assert(allows(pattern, text), `${pattern} → ${text}`);
});

Deno.test("a star in a path does not go up, and one in a host's name stays in it", () => {
  const path = { action: "write" } as const;
  assert(
    allows("/p/*", "/p/a/b.ts", path) && !allows("/p/*", "/p/../etc/x", path) && !allows("/p/*", "/p/a\u202e", path),
  );
  const url = { action: "fetch" } as const;
  assert(allows("https://*.example.com/*", "https://a.example.com/x?y=1#z", url));
  for (
    const text of ["https://evil.org/.example.com/x", "https://evil.org?.example.com/x", "https://a@evil.example.com/"]
  ) {
    assert(!allows("https://*.example.com/*", text, url), text);
  }
  assert(!allows("https://example.com*", "https://example.com@evil.org/", url));
  for (const text of ["https://example.com.evil.org", "https://example.com.evil.org/x"]) {
    assert(!allows("https://example.com*", text, url), text);
  }
  assert(allows("https://example.com*", "https://example.com/x", url));
  for (
    const text of ["https://a.org/me/../you", "https://a.org/me/%2e%2E/you", "https://a.org/me/x and https://b.org"]
  ) {
    assert(!allows("https://a.org/me/*", text, url), text);
  }
  assert(allows("*", "https://a.org/x", url) && allows("*", "how to do it", url));
});

Deno.test("a star of an allow rule stays on its line: a call on several files has one for each", () => {
  for (const action of ["write", "read", "other"] as const) {
    for (const more of ["/home/u/important.txt", "//**", "/p/src/b.ts"]) {
      assert(!allows("/p/src/*", `/p/src/a.ts\n${more}`, { action }), more);
      assert(!allows("*/src/a.ts", `${more}\n/p/src/a.ts`, { action }), more);
    }
    assert(allows("/p/src/*", "/p/src/b/a.ts", { action }) && !allows("/p/src/*", "/p/src/../b", { action }));
    assert(allows("*", "/p/src/a.ts\n/home/u/b", { action }), "only stars mean all");
  }
  assert(!allows("how *", "how to\nhttps://x", { action: "fetch" }));
  assert(allows("a*\nb", "a1\nb", { action: "write" }), "what is spelled out is meant");
});

Deno.test("a star in spelled out JSON stays within its text; one that is all the pattern takes all", () => {
  const other = { action: "other" } as const;
  assert(allows("*", '{"any": "thing; else"}', other));
  assert(allows('{"path":"/p/*"}', '{"path":"/p/a"}', other));
  for (const text of ['{"path":"/p/a","delete":"/"}', '{"path":"/p/../etc"}', '{"path":"/p/\\".."}']) {
    assert(!allows('{"path":"/p/*"}', text, other), text);
  }
});

Deno.test("the stars of an allow rule take no shell operator, wherever they stand", () => {
  const word = fc.constantFrom("npm", "test", " ", "a", "'", '"', "-x", "#");
  const operator = fc.constantFrom(";", "&", "|", "\n", "$(", "`", ">", "<", "\\", "\u202e");
  const pattern = fc.array(fc.oneof(word, fc.constant("*")), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(pattern, fc.array(word), operator, fc.array(word), (parts, before, bad, after) => {
      const subject = [...before, bad, ...after].join("");
      assert(!allows(parts.join(""), subject), JSON.stringify([parts.join(""), subject]));
    }),
    { numRuns: 3000 },
  );
});

Deno.test("the literal pattern of any text matches that text and no other", () => {
  const text = fc.oneof(fc.string(), fc.array(fc.constantFrom("*", "\\", "a", " ")).map((parts) => parts.join("")));
  fc.assert(fc.property(text, text, (one, other) => {
    assertEquals(allows(escapePattern(one), other), one === other);
  }));
});

Deno.test("a rule reaches as far as its tool, agent, session, folder and time", () => {
  const cases: [Partial<Rule>, Partial<RuleContext>, boolean][] = [
    [{}, {}, true],
    [{ tool: "Read" }, {}, false],
    [{ tool: "*" }, {}, true],
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
    [{ decision: "deny", expiresAt: "soon" }, {}, true],
    [{}, { cut: true }, false],
    [{ decision: "deny" }, { cut: true }, true],
  ];
  for (const [given, caller, expected] of cases) {
    const text = JSON.stringify([given, caller]);
    assertEquals([text, matches(rule("ls", given), classify(requestOf("ls")), { ...CALLER, ...caller })], [
      text,
      expected,
    ]);
  }
});

Deno.test("no allow rule answers a question, a plan or an elicitation; a deny rule does", () => {
  for (const kind of ["question", "plan", "elicitation"] as const) {
    assert(!matches(rule("*"), classify(requestOf("x", { for: kind })), CALLER));
    assert(matches(rule("*", { decision: "deny" }), classify(requestOf("x", { for: kind })), CALLER));
  }
});

Deno.test("ruleFrom makes the rule for exactly this call", () => {
  const given = { id: "r1", by: "cli", createdAt: AT } as const;
  const made = ruleFrom(requestOf("rm *.log"), CALLER, {
    ...given,
    scope: "workspace",
    expiresAt: "2026-12-01T00:00:00Z",
  });
  assertEquals(made, {
    ...{ id: "r1", decision: "allow", agent: "claude", tool: "Bash", pattern: "rm \\*.log", scope: "workspace" },
    ...{ workspace: "/p/app", createdAt: AT, expiresAt: "2026-12-01T00:00:00Z", by: "cli" },
  });
  assert(
    matches(made as Rule, classify(requestOf("rm *.log")), CALLER) &&
      !matches(made as Rule, classify(requestOf("rm a.log")), CALLER),
  );
  const session = ruleFrom(requestOf("ls; x"), CALLER, { ...given, scope: "session" }) as Rule;
  assert(
    matches(session, classify(requestOf("ls; x")), CALLER) &&
      !matches(session, classify(requestOf("ls; x")), { ...CALLER, sessionId: "s2" }),
  );
});

Deno.test("a rule of an answer about a relative path is for that file, wherever it is called from", () => {
  const given = { id: "r1", by: "cli", createdAt: AT, scope: "always" } as const;
  for (const action of ["read", "write"] as const) {
    const made = ruleFrom(requestOf("src/*.ts", { action }), CALLER, given) as Rule;
    assertEquals(made.pattern, "/p/app/src/\\*.ts");
    for (
      const [subject, cwd] of [["src/*.ts", "/p/app"], ["*.ts", "/p/app/src"], ["/p/app/src/*.ts", "/q"], [
        "../app/src/*.ts",
        "/p/x",
      ]] as const
    ) {
      assert(matches(made, classify(requestOf(subject, { action })), { ...CALLER, cwd }), `${subject} in ${cwd}`);
    }
    assert(!matches(made, classify(requestOf("src/*.ts", { action })), { ...CALLER, cwd: "/q" }));
    const { cwd: _, ...nowhere } = CALLER;
    assert(!matches(made, classify(requestOf("src/*.ts", { action })), nowhere));
    assert("refused" in ruleFrom(requestOf("src/a.ts", { action }), nowhere, given));
    assert(!("refused" in ruleFrom(requestOf("src/a.ts", { action }), nowhere, { ...given, scope: "session" })));
    const absolute = ruleFrom(requestOf("/a.ts", { action }), nowhere, given) as Rule;
    assertEquals(absolute.pattern, "/a.ts");
  }
  const star = rule("/p/*", { tool: "*" });
  assert(matches(star, classify(requestOf("a.ts", { action: "write" })), CALLER), "also of a rule with a star");
  assert(
    !matches(star, classify(requestOf("../a.ts", { action: "write" })), CALLER),
    "a path that goes up is under no star",
  );
});

Deno.test("A3 A4 ruleFrom refuses what must not stand in a rule", () => {
  const refused = (
    given: ApprovalRequest,
    caller: Partial<RuleContext> = {},
    scope: "always" | "workspace" = "always",
  ) => "refused" in ruleFrom(given, { ...CALLER, ...caller }, { id: "r", by: "cli", createdAt: AT, scope });
  assert(!refused(requestOf("ls\nls\tx")));
  assert(refused(requestOf("login --password hunter2000")));
  assert(refused(requestOf("ls \u202e")) && refused(requestOf("ls \u001b[1m")) && refused(requestOf("ls\r")));
  assert(refused(requestOf("x", { for: "question" })) && refused(requestOf("x", { for: "plan" })));
  assert(refused(requestOf("x", { for: "elicitation" })) && refused(requestOf("ls"), { cut: true }));
  const { cwd: _, ...nowhere } = CALLER;
  assert(refused({ ...requestOf("ls"), tool: "*" }));
  assert("refused" in ruleFrom(requestOf("ls"), nowhere, { id: "r", by: "cli", createdAt: AT, scope: "workspace" }));
  assert(refused(requestOf("ls"), { cwd: "relative" }, "workspace") && refused(requestOf("a".repeat(4001))));
});

Deno.test("rules of a file are named after where they stand", () => {
  assertEquals(givenRules([{ tool: "A", pattern: "b", decision: "deny", agent: "c" }], "config", AT), [
    {
      id: "config:1",
      decision: "deny",
      agent: "c",
      tool: "A",
      pattern: "b",
      scope: "always",
      createdAt: AT,
      by: "config",
    },
  ]);
});
