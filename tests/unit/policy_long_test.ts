/** No text holds up the daemon: it evaluates one event at a time, and every hook waits for it. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { classify } from "../../src/policy/classify.ts";
import { evaluatePolicy } from "../../src/policy/evaluation.ts";
import { rounds } from "../support/harness_wait.ts";
import { answer, CALLER, classified, requestOf, rule, WHERE } from "../support/policy_samples.ts";

/** A text of so many characters, and one eight times as long. Some shapes are bounded, and grow up to their bound. */
const SHORT = rounds(4_000, 10_000);
const TIMES = 8;
/** What is linear takes eight times as long, what grows with the square 64 times. */
const MOST_GROWTH = 32;
/** Shorter times are noise, ms. */
const LEAST_MS = 5;
/** Looks until one was not disturbed by whatever else runs on this machine. */
const LOOKS = 4;

const RULES = ["*git push*x", "curl *", "*a*b*c"].flatMap((pattern) => [
  rule(pattern, { id: `deny ${pattern}`, tool: "*", decision: "deny" }),
  rule(pattern, { id: `allow ${pattern}`, tool: "*" }),
]);

function msToEvaluate(subject: string): number {
  const request = classify(requestOf(subject), WHERE);
  const start = performance.now();
  evaluatePolicy(request, { safetyMode: "guarded", rules: RULES }, CALLER);
  void request.risk;
  return performance.now() - start;
}

/** @param text of about so many characters */
function growsLinearly(text: (length: number) => string): void {
  const [short, long] = [text(SHORT), text(SHORT * TIMES)];
  let looks = "";
  for (let i = 0; i < LOOKS; i++) {
    const [before, after] = [Math.max(LEAST_MS, msToEvaluate(short)), msToEvaluate(long)];
    if (after < MOST_GROWTH * before) return;
    looks += ` ${after.toFixed(0)}/${before.toFixed(0)}`;
  }
  throw new Error(`times of ${long.length} and ${short.length} of ${long.slice(0, 60)}, ms:${looks}`);
}

const repeated = (part: string, length: number) => part.repeat(Math.ceil(length / part.length));

const PARTS = [
  ...["env ", "env -x ", "env -S ", "env -S 'a b' ", "env --split-string=x ", "xargs ", "xargs -z ", "sudo -Z "],
  ...["xargs -z sh -c ", "find -exec ", "find -exec env -S ", "fd -x ", "timeout 5 ", "ssh h ", "watch ", "eval "],
  ...["bash -c '", "bash -c ", "bash -c -o ", "docker rm 'a b' ", "docker env -S ", "git -C ", "-x ", "a b "],
  ...["$(", '"$(', "`", "<(", "((", "[", "<<", "((<<a", "<<a\n", "((<<a\n", "((<<a\na\n", "sh <<a\n", "sh <<a\na\n"],
  ...["a;", "{ ", "coproc ! ]] ", "echo sh|sh;", "sh<<<'a';", "$'", "\\\n", "$(a)", "<(a)", "$(<<a\n)", "$(<<a\na\n)"],
  ...["<<a\n$(((<<a\na\n)\na\n", "$(env ((<<a\na\n", "`a`", "a[", "/?*a", "../", "\u0301"],
];

Deno.test("the time for a long text of anything grows with its length, not faster", () => {
  for (const part of PARTS) growsLinearly((length) => repeated(part, length));
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...PARTS), { minLength: 2, maxLength: 4 }), (parts) => {
      growsLinearly((length) => repeated(parts.join(""), length));
    }),
    { numRuns: rounds(3, 10) },
  );
});

Deno.test("A1 a path or an address that is too long to be looked through passes under no rule, and a deny rule asks", () => {
  for (const [action, tool] of [["read", "Read"], ["write", "Write"], ["fetch", "WebFetch"]] as const) {
    const long = classified(`/p/app/${"a/".repeat(400_000)}b.ts`, { action, tool });
    assertEquals(long.risk, "unknown");
    for (const mode of ["guarded", "autonomous"] as const) {
      assertEquals(answer(long, mode, [rule("*", { tool: "*" })]), "ask", action);
    }
    assertEquals(answer(long, "autonomous", [rule("*x*", { tool: "*", decision: "deny" })]), "ask");
    assertEquals(answer(long, "autonomous", [rule("*b.ts", { tool: "*", decision: "deny" })]), "no");
  }
});

Deno.test("the time for many commands grows with their number, not faster", () => {
  growsLinearly((length) => repeated("$(a)", length));
  growsLinearly((length) => "cp " + Array.from({ length: length / 10 }, (_, at) => `?*a${at}`).join("/"));
  growsLinearly((length) => "cp " + repeated("*e", length));
});

Deno.test("a finder with a command in each of its words is not read to the end", () => {
  growsLinearly((length) => `find ${repeated("-exec ", length)}`);
});

Deno.test("a long word behind many wrappers counts for each of them", () => {
  growsLinearly((length) => "xargs -I % -@ ".repeat(6) + "a -b -c -d -e -f -g -h " + repeated("x/", length));
});
