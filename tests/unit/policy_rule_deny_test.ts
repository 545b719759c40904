/** What deny rules find: more than the text says at first sight. */
import { assert, assertEquals } from "@std/assert";
import { classify } from "../../src/policy/classify.ts";
import { firstMatch, matches } from "../../src/policy/rule.ts";
import { CALLER, requestOf, rule } from "../support/rule_samples.ts";

Deno.test("a deny rule for paths and addresses finds what is meant", () => {
  const denies = (pattern: string, subject: string, action: "write" | "fetch") =>
    matches(rule(pattern, { tool: "*", decision: "deny" }), classify(requestOf(subject, { action })), CALLER);
  for (const text of ["/p/../etc/x", "//etc//x", "/etc/./x", "../../../../etc/x"]) {
    assert(denies("/etc/*", text, "write"), text);
  }
  assert(!denies("/etc/*", "/p/etc/x", "write"));
  for (const text of ["HTTPS://EVIL.org/x", "https://evil.org:443/x", "https://evil.org/a/../x"]) {
    assert(denies("https://evil.org/x", text, "fetch"), text);
  }
});

Deno.test("a deny rule for paths finds one among several, and in a folder that is given as a whole", () => {
  const denies = (pattern: string, ...paths: string[]) =>
    matches(
      rule(pattern, { tool: "*", decision: "deny" }),
      classify(requestOf("*** Begin Patch", { action: "write", paths })),
      CALLER,
    );
  for (
    const path of [
      "/repo/infra/a.tf",
      "../../repo/infra/a.tf",
      "/repo/x/../infra/a.tf",
      "/repo/**",
      "/repo/infra/**",
      "/**",
    ]
  ) {
    assert(denies("/repo/infra/*", "/repo/z", path), path);
  }
  assert(!denies("/repo/infra/*", "/repo/z", "/repo/infra.md", "/repo/src/**"));
  assert(denies("*.env", "/repo/**") && denies("/repo/a", "/repo/**") && !denies("/a", "/repo/**"));
  assert(denies("infra/*", "z", "infra/a.tf"), "also as it was given");
  const allow = rule("/repo/infra/*", { tool: "*" });
  assert(
    !matches(allow, classify(requestOf("*** Begin Patch", { action: "write", paths: ["/repo/infra/a"] })), CALLER),
  );
});

Deno.test("deny beats allow, and finds its command inside a line", () => {
  const rules = [rule("*"), rule("git push*", { id: "d", decision: "deny" })];
  for (
    const text of [
      "git push",
      "ls; git push -f",
      "bash -c 'git push x'",
      "echo $(git push)",
      "git push > a",
      "env git push",
    ]
  ) {
    assertEquals([text, firstMatch(rules, classify(requestOf(text)), CALLER)?.id], [text, "d"]);
  }
  assertEquals(firstMatch(rules, classify(requestOf("git pull")), CALLER)?.id, "r");
});

Deno.test("options before the arguments hide no command from a deny rule", () => {
  const denies = (pattern: string, text: string) =>
    matches(rule(pattern, { decision: "deny" }), classify(requestOf(text)), CALLER);
  for (
    const text of [
      ...["git -C . push", "git --no-pager push -f", "git -c a=b --git-dir x push", "git -C . -C x push o main"],
      ...["ls; sh -c 'git -P push'", "/usr/bin/git --bare push"],
    ]
  ) assert(denies("git push*", text), text);
  assert(
    !denies("git push*", "git -C push status") && !denies("git", "git status") && denies("git -C*", "git -C . push"),
  );
  for (const text of ["kubectl -n prod delete pod x", "kubectl --context=a -v delete x", "kubectl --debug delete x"]) {
    assert(denies("kubectl delete *", text), text);
  }
  assert(denies("a push*", `a ${"-x ".repeat(16)}push`) && !denies("a push*", `a ${"-x ".repeat(17)}push`), "so many");
  assert(!denies("kubectl delete *", "kubectl get delete x") && !denies("python", "python -m pytest"));
  assert(
    !matches(rule("git push*"), classify(requestOf("git -C . push")), CALLER),
    "an allow rule takes what is spelled out",
  );
});

Deno.test("a deny rule finds the command whose words xargs or find bring", () => {
  const denies = (pattern: string, text: string) =>
    matches(rule(pattern, { decision: "deny" }), classify(requestOf(text)), CALLER);
  for (const text of ["xargs -a urls curl", "find . -exec curl {} +", "ls | xargs -n1 curl", "parallel curl ::: a"]) {
    assert(denies("curl *", text), text);
  }
  for (
    const text of [
      ...["xargs -a words git", "xargs git -C x", "xargs -I{} git {}", "xargs -I % git %", "xargs -0I% git % x"],
      ...["parallel git {1} ::: push", "sudo xargs git", "xargs git push"],
    ]
  ) assert(denies("git push*", text), text);
  assert(!denies("git push*", "xargs git log") && !denies("git push*", "git") && !denies("curl *", "xargs curly"));
});

Deno.test("a deny rule for addresses looks past who asks, the port that is meant and the dot at the end", () => {
  const denies = (pattern: string, subject: string) =>
    matches(rule(pattern, { tool: "*", decision: "deny" }), classify(requestOf(subject, { action: "fetch" })), CALLER);
  for (
    const text of ["https://x@evil.com/a", "https://evil.com./a", "https://x:y@EVIL.com.:443/a", "https:evil.com/a"]
  ) assert(denies("https://evil.com/*", text), text);
  assert(denies("https://x@*", "https://x@evil.com/a") && !denies("https://evil.com/*", "https://a.org/@evil.com/"));
});
