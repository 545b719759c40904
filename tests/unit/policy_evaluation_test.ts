import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type ApprovalRequest, type Risk, RISKS, type Rule } from "../../src/domain/approval.ts";
import { deciderText, parseDecider } from "../../src/domain/decider.ts";
import { invocationsOf } from "../../src/policy/invocations.ts";
import { classify } from "../../src/policy/classify.ts";
import { evaluatePolicy, type Policy, type PolicyDecision, withWorkspacePolicy } from "../../src/policy/evaluation.ts";
import { SAFETY_MODES, type SafetyMode } from "../../src/domain/safety_mode.ts";
import { riskOf } from "../../src/policy/risk.ts";
import type { RuleContext } from "../../src/policy/rule.ts";

const CALLER: RuleContext = { agent: "claude", sessionId: "s", cwd: "/p", now: 0 };
const TEXTS: Readonly<Record<Risk, string>> = {
  read: "ls -la",
  write: "touch a",
  execute: "make all",
  network: "curl x",
  destructive: "rm -rf x",
};

function request(risk: Risk, more: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return {
    for: "permission",
    tool: "Bash",
    action: "command",
    subject: TEXTS[risk],
    dialog: "beside",
    acceptsApproval: true,
    ...more,
  };
}
function rule(pattern: string, by: string, decision: "allow" | "deny" = "allow"): Rule {
  return { id: `${by}-${pattern}`, decision, tool: "Bash", pattern, scope: "always", createdAt: "", by };
}
/** `yes`, `no`, `ask` or `none`. */
function said(result: PolicyDecision): string {
  return typeof result === "string" ? result : result.decision.kind === "approve" ? "yes" : "no";
}
const wild = (risk: Risk) => TEXTS[risk].slice(0, 3) + "*";

/** Modes for which the answer is yes, per row of the table in policy.ts, in the order of RISKS. */
const ALL = "manual guarded autonomous";
const ROWS: [string, (risk: Risk) => Rule[], readonly string[]][] = [
  ["own, literal", (risk) => [rule(TEXTS[risk], "cli")], [ALL, ALL, ALL, ALL, ALL]],
  ["own, wildcard", (risk) => [rule(wild(risk), "cli")], [ALL, ALL, ALL, ALL, ""]],
  ["own, every tool", (risk) => [{ ...rule(TEXTS[risk], "cli"), tool: "*" }], [ALL, ALL, ALL, ALL, ""]],
  ["config, literal", (risk) => [rule(TEXTS[risk], "config")], [...Array(4).fill("guarded autonomous"), ""]],
  ["config, wildcard", (risk) => [rule(wild(risk), "config")], [...Array(4).fill("guarded autonomous"), ""]],
  ["config, blanket", () => [rule("*", "config")], [
    "guarded autonomous",
    "guarded autonomous",
    "autonomous",
    "autonomous",
    "",
  ]],
  ["workspace", () => [rule("*", "workspace")], ["guarded autonomous", "", "", "", ""]],
  ["none", () => [], ["guarded autonomous", "", "", "", ""]],
];

Deno.test("the table of safety modes, every cell", () => {
  for (const risk of RISKS) assertEquals(riskOf(request(risk)), risk);
  for (const [name, rules, yes] of ROWS) {
    for (const [at, risk] of RISKS.entries()) {
      for (const safetyMode of SAFETY_MODES) {
        const cell = `${name}, ${risk}, ${safetyMode}`;
        const expected = yes[at]!.split(" ").includes(safetyMode) ? "yes" : "ask";
        assertEquals(
          [cell, said(evaluatePolicy(classify(request(risk)), { safetyMode, rules: rules(risk) }, CALLER))],
          [
            cell,
            expected,
          ],
        );
        const denied = { safetyMode, rules: [...rules(risk), rule("*", "workspace", "deny")] };
        assertEquals([cell, said(evaluatePolicy(classify(request(risk)), denied, CALLER))], [cell, "no"]);
      }
    }
  }
});

Deno.test("a rule given for what reads passes nothing that runs or sends, but in autonomous mode", () => {
  const cases: [pattern: string, subject: string, guarded: string, autonomous: string][] = [
    ["git diff*", "git diff --output=x", "ask", "yes"],
    ["git diff*", "git diff --open=x", "ask", "ask"],
    ["sort *", "sort --compress-program=x a", "ask", "yes"],
    ["cat *", "cat .env", "ask", "yes"],
    ["cat *", "cat a.ts", "yes", "yes"],
    ["find *", "find . -fprint x", "yes", "yes"], // a write, as with the rule `*`
    ["* --help", "curl x --help", "ask", "yes"], // it names no command at all
    ["npm test*", "npm test -- a.ts", "yes", "yes"],
    ["git *", "git fetch", "yes", "yes"],
    ["sort -o a b", "sort -o a b", "yes", "yes"],
  ];
  for (const [pattern, subject, ...expected] of cases) {
    const modes = ["guarded", "autonomous"] as const;
    const policy = (safetyMode: SafetyMode): Policy => ({ safetyMode, rules: [rule(pattern, "config")] });
    const got = modes.map((each) => said(evaluatePolicy(classify(request("read", { subject })), policy(each), CALLER)));
    assertEquals([pattern, subject, ...got], [pattern, subject, ...expected]);
  }
});

Deno.test("an automatic answer says who gave it", () => {
  assertEquals(evaluatePolicy(classify(request("read")), { safetyMode: "guarded", rules: [] }, CALLER), {
    decision: { kind: "approve", scope: "once" },
    by: { kind: "mode", mode: "guarded" },
  });
  assertEquals(
    evaluatePolicy(classify(request("write")), { safetyMode: "manual", rules: [rule("touch a", "cli")] }, CALLER),
    {
      decision: { kind: "approve", scope: "once" },
      by: { kind: "rule", ruleId: "cli-touch a" },
    },
  );
  assertEquals(
    evaluatePolicy(classify(request("write")), { safetyMode: "manual", rules: [rule("*", "config", "deny")] }, CALLER),
    {
      decision: { kind: "deny", message: "denied by rule config-*" },
      by: { kind: "rule", ruleId: "config-*" },
    },
  );
});

Deno.test("an earlier rule that may not pass a call does not hide a later one that may", () => {
  const rules = [rule("*", "config"), rule("rm -rf x", "cli")];
  assertEquals(said(evaluatePolicy(classify(request("destructive")), { safetyMode: "manual", rules }, CALLER)), "yes");
});

Deno.test("questions, plans and elicitations never pass by themselves", () => {
  for (const kind of ["question", "plan", "elicitation"] as const) {
    const policy: Policy = { safetyMode: "autonomous", rules: [rule("*", "config"), rule("ls -la", "cli")] };
    assertEquals(said(evaluatePolicy(classify(request("read", { for: kind })), policy, CALLER)), "ask");
    assertEquals(
      said(evaluatePolicy(classify(request("read", { for: kind, dialog: "gate" })), policy, CALLER)),
      "none",
    );
  }
});

Deno.test("before a tool only rules speak; without one there is no decision", () => {
  const gate = (rules: Rule[], more: Partial<ApprovalRequest> = {}) =>
    said(
      evaluatePolicy(
        classify(request("read", { dialog: "gate", ...more })),
        { safetyMode: "autonomous", rules },
        CALLER,
      ),
    );
  assertEquals(gate([]), "none");
  assertEquals(gate([rule("ls*", "config")]), "yes");
  assertEquals(gate([rule("ls*", "config", "deny")]), "no");
  assertEquals(gate([rule("ls*", "config")], { acceptsApproval: false }), "none");
  assertEquals(gate([rule("ls*", "config", "deny")], { acceptsApproval: false }), "no");
});

Deno.test("where the agent takes no yes, and where the text came shortened, only a no is given", () => {
  const policy: Policy = { safetyMode: "autonomous", rules: [rule("*", "config"), rule("ls -la", "cli")] };
  assertEquals(said(evaluatePolicy(classify(request("read", { acceptsApproval: false })), policy, CALLER)), "ask");
  assertEquals(said(evaluatePolicy(classify(request("read")), policy, { ...CALLER, cut: true })), "ask");
  const denied: Policy = { ...policy, rules: [rule("*", "config", "deny")] };
  assertEquals(said(evaluatePolicy(classify(request("read")), denied, { ...CALLER, cut: true })), "no");
});

const mode = fc.constantFrom<SafetyMode>(...SAFETY_MODES);
const anyRule = fc.tuple(
  fc.constantFrom("*", "ls*", "ls -la", "touch a", "make *", "rm -rf x", "rm *"),
  fc.constantFrom<"allow" | "deny">("allow", "deny"),
);
const rulesBy = (...by: string[]) =>
  fc.array(
    fc.tuple(anyRule, fc.constantFrom(...by)).map(([[pattern, decision], who]) => rule(pattern, who, decision)),
    {
      maxLength: 4,
    },
  );
const anyAsk = fc.tuple(
  fc.constantFrom(...RISKS),
  fc.constantFrom<ApprovalRequest["dialog"]>("beside", "behind", "gate"),
  fc.boolean(),
).map(([risk, dialog, acceptsApproval]) => request(risk, { dialog, acceptsApproval }));

Deno.test("a workspace never makes anything looser, in any cell", () => {
  fc.assert(
    fc.property(
      mode,
      rulesBy("cli", "config"),
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
        const [before, after] = [
          said(evaluatePolicy(classify(call), home, CALLER)),
          said(evaluatePolicy(classify(call), both, CALLER)),
        ];
        if (after === "yes") assertEquals(before, "yes");
        if (before === "no") assertEquals(after, "no");
      },
    ),
    { numRuns: 3000 },
  );
});

Deno.test("a stricter mode passes nothing that a looser one asks for", () => {
  fc.assert(
    fc.property(mode, mode, rulesBy("cli", "config"), anyAsk, (one, other, rules, call) => {
      const [strict, loose] = SAFETY_MODES.indexOf(one) < SAFETY_MODES.indexOf(other) ? [one, other] : [other, one];
      if (said(evaluatePolicy(classify(call), { safetyMode: strict, rules }, CALLER)) !== "yes") return;
      assertEquals(said(evaluatePolicy(classify(call), { safetyMode: loose, rules }, CALLER)), "yes");
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

Deno.test("a request is read once, whatever the number of rules, and not before something asks", () => {
  const reads: string[] = [];
  const classified = classify(request("execute", { subject: "make all" }), (text) => {
    reads.push(text);
    return invocationsOf(text);
  });
  const rules = Array.from({ length: 6 }, (_, i) => rule(`npm run ${i}`, "cli", i % 2 === 0 ? "deny" : "allow"));
  assertEquals(reads, []);
  const twice = [0, 1].map(() => evaluatePolicy(classified, { safetyMode: "autonomous", rules }, CALLER));
  assertEquals([twice, classified.risk, classified.commandTexts.texts[0]], [["ask", "ask"], "execute", "make all"]);
  assertEquals(reads, ["make all"]);
  assertEquals(Object.keys({ ...classified }).filter((name) => name === "risk" || name === "commandTexts"), []);
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
