/** Why a call is left to a human: the reason is what stands in its way, for people who would mend it. */
import { assertEquals } from "@std/assert";
import { askReasonText, evaluatePolicy } from "../../src/policy/evaluation.ts";
import { CALLER, classified, rule } from "../support/policy_samples.ts";

Deno.test("A1 the reason that is told is the one that keeps the call from passing", () => {
  const make = rule("make *", { by: "cli:admin" });
  const all = rule("*", { by: "cli:admin" });
  const cases = [
    ["make test | tail -5", "manual", [make], "mode"],
    ["ls", "manual", [], "mode"],
    ["make test", "manual", [], "unmatched"],
    ["make test", "manual", [all], "mode"],
    ["make test", "guarded", [all], "blanket"],
    ["touch a", "guarded", [all], "blanket"],
    ["touch a", "guarded", [make], "unmatched"],
    ["cd x && make", "guarded", [make], "moves"],
    ["make && cat a.ts", "guarded", [make], "beside"],
    ["rm a", "autonomous", [all], "severe"],
    ["echo $x", "autonomous", [all], "opaque"],
  ] as const;
  for (const [text, safetyMode, rules, why] of cases) {
    const result = evaluatePolicy(classified(text), { safetyMode, rules }, CALLER);
    assertEquals([text, safetyMode, result.kind === "ask" && result.why], [text, safetyMode, why]);
    assertEquals(askReasonText(why).length > 20, true);
  }
  const cut = classified("make test", { cwd: "~/x" });
  assertEquals(evaluatePolicy(cut, { safetyMode: "autonomous", rules: [all] }, CALLER), { kind: "ask", why: "folder" });
});

Deno.test("A1 a part of a line is named where a rule of the person allows another one, and no rule whatever allows that", () => {
  const make = rule("make *", { by: "cli:admin" });
  const cases = [
    ["make test | tail -5", "manual", [make], ["tail", "-5"]],
    ["tail -5 x && make test", "manual", [make], ["tail", "-5", "x"]],
    ["make test && lint", "guarded", [make], ["lint"]],
    ["make test | tail -5", "manual", [make, rule("tail -*", { by: "config" })], undefined],
    ["make test && lint", "guarded", [make, rule("*", { by: "cli:admin" })], undefined],
    ["lint && format", "manual", [make], undefined],
    ["lint", "manual", [make], undefined],
  ] as const;
  for (const [text, safetyMode, rules, part] of cases) {
    const result = evaluatePolicy(classified(text), { safetyMode, rules }, CALLER);
    assertEquals([text, result.kind === "ask" && result.part], [text, part]);
  }
});
