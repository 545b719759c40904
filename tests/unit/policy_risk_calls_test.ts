/** The risk class of calls that are no shell command. */
import { assertEquals } from "@std/assert";
import type { ApprovalRequest, Risk } from "../../src/domain/approval.ts";
import { riskOf } from "../../src/policy/risk.ts";

function request(
  action: ApprovalRequest["action"],
  subject: string,
  more: Partial<ApprovalRequest> = {},
): ApprovalRequest {
  return { for: "permission", tool: "T", action, subject, dialog: "beside", acceptsApproval: true, ...more };
}

Deno.test("the risk class of other calls comes from the action and where it goes", () => {
  const cases: [ApprovalRequest, Risk][] = [
    [request("read", "/p/src/a.ts"), "read"],
    [request("read", "/home/u/.ssh/id_ed25519"), "network"],
    [request("read", "/p/.env"), "network"],
    [request("read", "/p/.env.example"), "read"],
    [request("write", "/p/src/a.ts"), "write"],
    [request("write", "/home/u/.bashrc"), "destructive"],
    [request("write", "/p/.git/hooks/pre-commit"), "destructive"],
    [request("write", "/p/src/../.git/hooks/x"), "destructive"],
    [request("write", "/home/u/.CLAUDE/settings.json"), "destructive"], // some file systems know no capitals
    [request("write", "/etc/cron.d/x"), "destructive"],
    [request("write", "/../proc/1/mem"), "destructive"],
    [request("write", "/p/proc/a.ts"), "write"],
    [request("write", "*** Update File: a.ts\n+x\n*** Update File: .bashrc\n+x"), "destructive"], // a patch to several files
    [request("read", "/home/u/.zsh_history"), "network"],
    [request("read", "/p/server.key"), "network"],
    [request("fetch", "https://x"), "network"],
    [request("other", "{}"), "execute"],
    // A shell, a database or files behind a server of anybody's, and a script's own words.
    [request("other", '{"command":"rm -rf x"}'), "destructive"],
    [request("other", '{"args":{"cmd":["rm","-rf","x"]}}'), "destructive"],
    [request("other", '{"sql":"DROP TABLE x"}'), "destructive"],
    [request("other", '{"path":"/home/u/.bashrc","text":"x"}'), "destructive"],
    [request("other", '{"note":"sudo rm -rf x"}'), "execute"],
    [request("other", "rm -rf x"), "destructive"],
    [request("other", "deploy to production?"), "execute"],
    // Its backslash is no escape: the second command is one.
    [request("command", "ls C:\\; rm x", { tool: "PowerShell" }), "destructive"],
    [request("command", 'echo "a\\"; touch x #"', { tool: "PowerShell" }), "execute"],
    [request("command", "Get-ChildItem | Remove-Item", { tool: "PowerShell" }), "destructive"],
    [request("read", '{"pattern":"KEY","glob":".env"}'), "network"], // what a search shows is read too
    [request("other", "", { for: "question" }), "read"],
    [request("other", "", { for: "plan" }), "write"],
    [request("other", "", { for: "elicitation" }), "network"],
  ];
  for (const [given, risk] of cases) {
    assertEquals([given.subject, given.for, riskOf(given)], [given.subject, given.for, risk]);
  }
});

Deno.test("a pattern that may name a secret or guarded file counts as that file, another one does not", () => {
  const risks: Readonly<Record<Risk, readonly string[]>> = {
    network: [
      ...[
        "cat /proc/self/enviro?",
        "cat /proc/self/*",
        "cat /etc/shado?",
        "cat /e*/shadow",
        "cat ~/.docker/confi?.json",
      ],
      ...["cat ~/.codex/aut*", "cat ~/.config/g*/hosts.yml", "cat *.pe[m]", "cat *.p?m", "cat k/*.pem", "cat *_rsa"],
      ...["cat ~/.docker/*", "head id_rs[a-z].pub", "cat x < /etc/[s]hadow", "cat a.pem/x", "cat *env.local"],
    ],
    destructive: [
      ...["cp evil .git/hook?/pre-commit", "echo x > .git/hook?/x", "mv evil /etc/cro?.d/x", "cp x /etc/[c]ron.d/x"],
      ...["cp evil .git/*/pre-commit", "tee authorized_key?", "cat x > /de?/sda", "cp evil /pro?/1/mem"],
    ],
    read: [
      "ls *",
      "cat *",
      "cat src/*.ts",
      "cat src/**/[id].tsx",
      "head */config.json",
      "cat i*.ts e*",
      "grep x *.e2e.ts",
    ],
    write: ["cp *.ts out", "touch */x", "sed -i s/a/b/ *.json *.conf", "cp src/*/profile.ts out"],
    execute: [],
  };
  for (const [risk, texts] of Object.entries(risks)) {
    for (const text of texts) assertEquals([text, riskOf(request("command", text))], [text, risk as Risk]);
  }
  const search: [Readonly<Record<string, string>>, Risk][] = [
    [{ pattern: "KEY", glob: "*.pem" }, "network"],
    [{ pattern: "KEY", glob: "*.env" }, "network"],
    [{ pattern: "**/*.pem" }, "network"],
    [{ pattern: "KEY", glob: ".env", path: "../../../x" }, "network"],
    [{ pattern: "event.key", glob: "*.ts", path: "/p" }, "read"],
  ];
  for (const [input, risk] of search) {
    const subject = JSON.stringify(input);
    assertEquals([subject, riskOf(request("read", subject))], [subject, risk]);
  }
});

Deno.test("of several paths each counts, whatever stands on the lines around it", () => {
  for (const around of ["../../x", "a.ts", ".env.example"]) {
    for (const secret of ["/p/.env", "/p/server.key"]) {
      assertEquals(riskOf(request("read", `${secret}\n${around}`)), "network", around);
      assertEquals(riskOf(request("read", `${around}\n${secret}`)), "network", around);
    }
    assertEquals(riskOf(request("write", `/p/.bashrc\n${around}`)), "destructive", around);
  }
});
