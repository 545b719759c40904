import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type ApprovalRequest, type Risk, RISKS, type Rule } from "../../src/domain/approval.ts";
import { deciderText, parseDecider } from "../../src/domain/decider.ts";
import { SAFETY_MODES, type SafetyMode } from "../../src/domain/safety_mode.ts";
import { classify } from "../../src/policy/classify.ts";
import { evaluatePolicy, type Policy, withWorkspacePolicy } from "../../src/policy/evaluation.ts";
import { answer, CALLER, classified, requestOf, rule as made, said, WHERE } from "../support/policy_samples.ts";

/** A plain command of each label; of `unknown` also one that is opaque. */
const TEXTS: Readonly<Record<Risk | "opaque" | "own", string>> = {
  reads: "ls -la",
  writes: "touch a",
  network: "curl x",
  destroys: "rm x y",
  unknown: "make all",
  opaque: "make > log",
  own: "agent-console approve x",
};
type Kind = keyof typeof TEXTS;
const KINDS = Object.keys(TEXTS) as Kind[];

function rule(pattern: string, by: string, decision: "allow" | "deny" = "allow"): Rule {
  return made(pattern, { id: `${by}-${pattern}`, by, decision });
}
const wild = (kind: Kind) => `${TEXTS[kind].split(" ")[0]} -* *`;

const ALL = "manual guarded autonomous";
const LOOSE = "guarded autonomous";
/** The table of evaluation.ts: for each kind of rule the modes in which a call of each kind passes. */
const ROWS: readonly (readonly [string, (kind: Kind) => Rule[], Readonly<Record<Kind, string>>])[] = [
  ["own, literal", (kind) => [rule(TEXTS[kind], "cli:admin")], row(ALL, ALL, ALL, ALL, ALL)],
  ["own, wildcard", (kind) => [rule(wild(kind), "cli:admin")], row(ALL, ALL, ALL, "", ALL)],
  ["own, blanket", () => [rule("* -* *", "cli:admin")], row(LOOSE, "autonomous", "autonomous", "", "autonomous")],
  ["config, literal", (kind) => [rule(TEXTS[kind], "config")], row(LOOSE, LOOSE, LOOSE, "", LOOSE)],
  ["config, wildcard", (kind) => [rule(wild(kind), "config")], row(LOOSE, LOOSE, LOOSE, "", LOOSE)],
  ["config, blanket", () => [rule("* -* *", "config")], row(LOOSE, "autonomous", "autonomous", "", "autonomous")],
  ["workspace", () => [rule("* -* *", "workspace")], row(LOOSE, "", "", "", "")],
  ["none", () => [], row(LOOSE, "", "", "", "")],
];
function row(reads: string, writes: string, network: string, destroys: string, unknown: string) {
  return { reads, writes, network, destroys, unknown, opaque: "", own: "" };
}

Deno.test("the table of safety modes, every cell", () => {
  for (const risk of RISKS) assertEquals(classified(TEXTS[risk]).risk, risk);
  assertEquals(classified(TEXTS.opaque).risk, "unknown");
  for (const [name, rules, modes] of ROWS) {
    for (const kind of KINDS) {
      for (const safetyMode of SAFETY_MODES) {
        const cell = `${name}, ${kind}, ${safetyMode}`;
        const expected = modes[kind].split(" ").includes(safetyMode) ? "yes" : "ask";
        const call = classified(TEXTS[kind]);
        assertEquals([cell, answer(call, safetyMode, rules(kind))], [cell, expected]);
        const denied = [...rules(kind), rule("*", "workspace", "deny")];
        assertEquals([cell, answer(call, safetyMode, denied)], [cell, "no"]);
      }
    }
  }
});

Deno.test("labels say what is sure, and no more", () => {
  const labels: [Risk, readonly string[]][] = [
    ["reads", ["ls | head", "git status", "cat a.ts"]],
    ["writes", ["mkdir -p a/b", "cp a b && ls", "git add a"]],
    ["network", ["git push", "npm install x", "ssh h ls", "curl -o a https://x && make"]],
    ["destroys", ["rm a", "make && rm -rf x", "git reset --hard", "xargs rm", "sudo rm x", "kubectl delete pod x"]],
    ["unknown", ["make", "npm test", "cp $X y", "ls > a", "git commit -m x", "sudo ls", "python a.py", "cat .env"]],
  ];
  for (const [risk, texts] of labels) {
    for (const text of texts) assertEquals([text, classified(text).risk], [text, risk]);
  }
  const of = (action: ApprovalRequest["action"], subject: string, more: Partial<ApprovalRequest> = {}) =>
    classified(subject, { action, tool: "T", ...more }).risk;
  assertEquals(of("read", "/p/app/a.ts"), "reads");
  assertEquals(of("read", "/p/app/.env"), "unknown");
  assertEquals(of("read", "/q/a.ts"), "unknown");
  assertEquals(of("read", '{"pattern":"**/*.ts"}', { paths: [".", "./**"], search: "names" }), "reads");
  assertEquals(of("read", '{"pattern":"KEY","glob":".env"}', { paths: ["."] }), "unknown");
  assertEquals(of("read", '{"pattern":"KEY","glob":"*.pem"}', { paths: ["."] }), "unknown");
  assertEquals(of("read", '{"pattern":"**/*.ts","path":"/etc"}', { paths: ["/etc", "/etc/**"] }), "unknown");
  assertEquals([of("write", "/p/a"), of("fetch", "https://x"), of("other", "{}")], ["writes", "network", "unknown"]);
  assertEquals(classified("Get-ChildItem", { tool: "PowerShell" }).risk, "unknown");
  assertEquals(classify(requestOf("ls"), WHERE, true).risk, "unknown", "what came shortened is not known");
  assertEquals((["question", "plan", "elicitation"] as const).map((kind) => classified("", { for: kind }).risk), [
    "reads",
    "writes",
    "network",
  ]);
});

Deno.test("A1 what reaches this program is asked in every mode, under any rule", () => {
  for (
    const text of [
      ...["agent-console ls", "npx agent-console approve x", "Agent-Console approve x", "'agent'-console approve x"],
      ...[
        "deno run -A /opt/console/main.ts approve x",
        "node /opt/console/x",
        "cat /home/u/.agent-console/config.jsonc",
      ],
      ...[
        "nc -U daemon.sock",
        "python3 -c 'open(\"/home/u/.agent-console/daemon.token\")'",
        "cp -r ../../opt/console x",
      ],
    ]
  ) {
    for (const mode of SAFETY_MODES) {
      const rules = [rule("* -* *", "config"), rule(text.replace(/[\\*]/g, "\\$&"), "cli:admin")];
      const result = evaluatePolicy(classified(text), { safetyMode: mode, rules }, CALLER);
      assertEquals([text, mode, result], [text, mode, { kind: "ask", why: "own" }]);
    }
  }
  const inSources = classified("deno task start", {}, { cwd: "/opt/console/sub", workspace: "/opt/console" });
  assertEquals(answer(inSources, "autonomous", [rule("*", "config")]), "ask");
  const write = classified("/opt/console/src/a.ts", { action: "write", tool: "Write" });
  assertEquals(answer(write, "autonomous", [made("*", { tool: "*" })]), "ask");
  const tool = classified('{"cmd":"agent-console approve x"}', { action: "other", tool: "mcp__sh__run" });
  assertEquals(answer(tool, "autonomous", [made("*", { tool: "*" })]), "ask");
  assertEquals(
    answer(classified("agent-console approve x", { dialog: "gate" }), "autonomous"),
    "ask",
    "also before a tool",
  );
});

Deno.test("an automatic answer says who gave it, and on which files it rests", () => {
  const approve = { kind: "approve", scope: "once" } as const;
  assertEquals(evaluatePolicy(classified("cat a.ts src/b.ts"), { safetyMode: "guarded", rules: [] }, CALLER), {
    kind: "decided",
    decision: approve,
    by: { kind: "mode", mode: "guarded" },
    files: ["/p/app/a.ts", "/p/app/src/b.ts"],
  });
  const own = [rule("make all", "cli:admin")];
  assertEquals(evaluatePolicy(classified("make all"), { safetyMode: "manual", rules: own }, CALLER), {
    kind: "decided",
    decision: approve,
    by: { kind: "rule", ruleId: "cli:admin-make all" },
    files: ["/p/app", "/p/app/make", "/p/app/all"],
  });
  const deny = [rule("*", "config", "deny")];
  assertEquals(evaluatePolicy(classified("make all"), { safetyMode: "manual", rules: deny }, CALLER), {
    kind: "decided",
    decision: { kind: "deny", message: "denied by rule config-*" },
    by: { kind: "rule", ruleId: "config-*" },
    files: [],
  });
});

Deno.test("an earlier rule that may not pass a call does not hide a later one that may", () => {
  const rules = [rule("*", "config"), rule("rm x y", "cli:admin")];
  assertEquals(answer(classified("rm x y"), "manual", rules), "yes");
});

Deno.test("questions, plans and elicitations never pass by themselves", () => {
  for (const kind of ["question", "plan", "elicitation"] as const) {
    const rules = [rule("*", "config"), rule("ls -la", "cli:admin")];
    assertEquals(answer(classified("ls -la", { for: kind }), "autonomous", rules), "ask");
    assertEquals(answer(classified("ls -la", { for: kind, dialog: "gate" }), "autonomous", rules), "none");
    assertEquals(answer(classified("x", { for: kind }), "autonomous", [made("*", { decision: "deny" })]), "no");
  }
});

Deno.test("before a tool only rules speak; without one there is no decision", () => {
  const gate = (rules: Rule[], more: Partial<ApprovalRequest> = {}) =>
    answer(classified("ls -la", { dialog: "gate", ...more }), "autonomous", rules);
  assertEquals(gate([]), "none");
  assertEquals(gate([rule("ls -*", "config")]), "yes");
  assertEquals(gate([rule("ls*", "config", "deny")]), "no");
  assertEquals(gate([rule("ls -*", "config")], { acceptsApproval: false }), "none");
  assertEquals(gate([rule("ls*", "config", "deny")], { acceptsApproval: false }), "no");
});

Deno.test("where the agent takes no yes, the text came shortened or the sandbox is left, only a no is given", () => {
  const rules = [rule("*", "config"), rule("ls -la", "cli:admin")];
  assertEquals(answer(classified("ls -la", { acceptsApproval: false }), "autonomous", rules), "ask");
  assertEquals(answer(classified("ls -la", { unsandboxed: true }), "autonomous", rules), "ask");
  const cut = classify(requestOf("ls -la"), WHERE, true);
  assertEquals(answer(cut, "autonomous", rules), "ask");
  assertEquals(answer(cut, "autonomous", [rule("*", "config", "deny")]), "no");
});

const mode = fc.constantFrom<SafetyMode>(...SAFETY_MODES);
const anyRule = fc.tuple(
  fc.constantFrom("*", "ls -*", "ls -la", "touch a", "make *", "rm x y", "rm *"),
  fc.constantFrom<"allow" | "deny">("allow", "deny"),
);
const rulesBy = (...by: string[]) =>
  fc.array(
    fc.tuple(anyRule, fc.constantFrom(...by)).map(([[pattern, decision], who]) => rule(pattern, who, decision)),
    { maxLength: 4 },
  );
const anyAsk = fc.tuple(
  fc.constantFrom(...KINDS),
  fc.constantFrom<ApprovalRequest["dialog"]>("beside", "behind", "gate"),
  fc.boolean(),
).map(([kind, dialog, acceptsApproval]) => classified(TEXTS[kind], { dialog, acceptsApproval }));

Deno.test("a workspace never makes anything looser, in any cell", () => {
  fc.assert(
    fc.property(
      mode,
      rulesBy("cli:admin", "config"),
      fc.option(mode),
      rulesBy("workspace"),
      anyAsk,
      (safetyMode, rules, theirs, more, call) => {
        const home = { safetyMode, rules };
        const both = withWorkspacePolicy(home, {
          ...(theirs === null ? {} : { safetyMode: theirs }),
          rules: more,
          warnings: [],
        });
        const [before, after] = [said(evaluatePolicy(call, home, CALLER)), said(evaluatePolicy(call, both, CALLER))];
        if (after === "yes") assertEquals(before, "yes");
        if (before === "no") assertEquals(after, "no");
      },
    ),
    { numRuns: 3000 },
  );
});

Deno.test("a stricter mode passes nothing that a looser one asks for", () => {
  fc.assert(
    fc.property(mode, mode, rulesBy("cli:admin", "config"), anyAsk, (one, other, rules, call) => {
      const [strict, loose] = SAFETY_MODES.indexOf(one) < SAFETY_MODES.indexOf(other) ? [one, other] : [other, one];
      if (answer(call, strict, rules) === "yes") assertEquals(answer(call, loose, rules), "yes");
    }),
    { numRuns: 2000 },
  );
});

Deno.test("tightened keeps the stricter mode and warns of allow rules", () => {
  const home: Policy = { safetyMode: "guarded", rules: [] };
  const of = (safetyMode: SafetyMode) => withWorkspacePolicy(home, { safetyMode, rules: [], warnings: [] }).safetyMode;
  assertEquals([of("manual"), of("guarded"), of("autonomous")], ["manual", "guarded", "guarded"]);
  const { rules, warnings } = withWorkspacePolicy(home, {
    rules: [rule("a", "workspace"), rule("b", "workspace", "deny")],
    warnings: ["w"],
  });
  assertEquals(rules.map(({ pattern }) => pattern), ["b"]);
  assert(warnings.length === 2 && warnings[1]!.includes("workspace-a is an allow rule"), warnings.join());
});

Deno.test("what was read of a request is not carried to a copy with another text", () => {
  const one = classified("ls -la");
  assertEquals(one.risk, "reads");
  assertEquals(Object.keys({ ...one }).filter((name) => ["risk", "plain", "reads", "where"].includes(name)), []);
});

Deno.test("who decided, read from its word, is the same", () => {
  const deciders = ["rule:k3", "rule:config:1", "mode:autonomous", "cli:admin", "tui:approve", "feed:report", "daemon"];
  assertEquals(deciders.map((text) => deciderText(parseDecider(text))), deciders);
  assertEquals(deciders.map((text) => parseDecider(text).kind), [
    "rule",
    "rule",
    "mode",
    "client",
    "client",
    "client",
    "client",
  ]);
});

Deno.test("A1 behind what changes the shell nothing passes by itself, nor by a rule with a star", () => {
  const rules = ["cd *", "pushd *", "export -*", "make *"].map((pattern) => rule(pattern, "cli:admin"));
  for (const mode of ["guarded", "autonomous"] as const) {
    for (
      const text of [
        ...["cd /etc && cat hosts", "cd /proc/self && cat environ", "cd evil && git status", "pushd x; ls"],
        ...["cd /tmp/evil && make test", "export -x && make", "make && cd x && make", "cd x || ls"],
      ]
    ) {
      assertEquals([text, mode, answer(classified(text), mode, rules)], [text, mode, "ask"]);
    }
    assertEquals(answer(classified("cd x && make"), mode, [rule("*", "config")]), mode === "guarded" ? "ask" : "yes");
    assertEquals(answer(classified("make && cd x"), mode, rules), "yes");
    assertEquals(answer(classified("make test | tail -3 && ls"), mode, rules), "yes");
  }
  const exactly = [rule("cd /x && make", "cli:admin")];
  assertEquals(answer(classified("cd /x && make"), "manual", exactly), "yes");
});

Deno.test("A1 what a human allowed for one text is no part of another", () => {
  const rules = ["cd /tmp/evil", "make test", "npm run build"].map((pattern) => rule(pattern, "cli:admin"));
  for (const text of ["make test", "cd /tmp/evil"]) assertEquals(answer(classified(text), "manual", rules), "yes");
  for (const text of ["cd /tmp/evil && make test", "make test && npm run build", "make test; make test"]) {
    for (const mode of ["manual", "guarded"] as const) assertEquals(answer(classified(text), mode, rules), "ask");
  }
  assertEquals(answer(classified("make test && ls"), "guarded", [rule("make test", "config")]), "yes");
});
