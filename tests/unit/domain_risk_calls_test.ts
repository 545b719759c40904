/** The risk class of calls that are no shell command. */
import { assertEquals } from "@std/assert";
import type { ApprovalRequest, Risk } from "../../src/domain/approval.ts";
import { riskOf } from "../../src/policy/risk.ts";

function ask(action: ApprovalRequest["action"], subject: string, more: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return { for: "permission", tool: "T", action, subject, dialog: "beside", takesYes: true, ...more };
}

Deno.test("the risk class of other calls comes from the action and where it goes", () => {
  const cases: [ApprovalRequest, Risk][] = [
    [ask("read", "/p/src/a.ts"), "read"],
    [ask("read", "/home/u/.ssh/id_ed25519"), "network"],
    [ask("read", "/p/.env"), "network"],
    [ask("read", "/p/.env.example"), "read"],
    [ask("write", "/p/src/a.ts"), "write"],
    [ask("write", "/home/u/.bashrc"), "destructive"],
    [ask("write", "/p/.git/hooks/pre-commit"), "destructive"],
    [ask("write", "/p/src/../.git/hooks/x"), "destructive"],
    [ask("write", "/home/u/.CLAUDE/settings.json"), "destructive"], // some file systems know no capitals
    [ask("write", "/etc/cron.d/x"), "destructive"],
    [ask("write", "/../proc/1/mem"), "destructive"],
    [ask("write", "/p/proc/a.ts"), "write"],
    [ask("write", "*** Update File: a.ts\n+x\n*** Update File: .bashrc\n+x"), "destructive"], // a patch to several files
    [ask("read", "/home/u/.zsh_history"), "network"],
    [ask("read", "/p/server.key"), "network"],
    [ask("fetch", "https://x"), "network"],
    [ask("other", "{}"), "execute"],
    // A shell, a database or files behind a server of anybody's, and a script's own words.
    [ask("other", '{"command":"rm -rf x"}'), "destructive"],
    [ask("other", '{"args":{"cmd":["rm","-rf","x"]}}'), "destructive"],
    [ask("other", '{"sql":"DROP TABLE x"}'), "destructive"],
    [ask("other", '{"path":"/home/u/.bashrc","text":"x"}'), "destructive"],
    [ask("other", '{"note":"sudo rm -rf x"}'), "execute"],
    [ask("other", "rm -rf x"), "destructive"],
    [ask("other", "deploy to production?"), "execute"],
    // Its backslash is no escape: the second command is one.
    [ask("command", "ls C:\\; rm x", { tool: "PowerShell" }), "destructive"],
    [ask("command", 'echo "a\\"; touch x #"', { tool: "PowerShell" }), "execute"],
    [ask("command", "Get-ChildItem | Remove-Item", { tool: "PowerShell" }), "destructive"],
    [ask("read", '{"pattern":"KEY","glob":".env"}'), "network"], // what a search shows is read too
    [ask("other", "", { for: "question" }), "read"],
    [ask("other", "", { for: "plan" }), "write"],
    [ask("other", "", { for: "elicitation" }), "network"],
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
    for (const text of texts) assertEquals([text, riskOf(ask("command", text))], [text, risk as Risk]);
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
    assertEquals([subject, riskOf(ask("read", subject))], [subject, risk]);
  }
});

Deno.test("of several paths each counts, whatever stands on the lines around it", () => {
  for (const around of ["../../x", "a.ts", ".env.example"]) {
    for (const secret of ["/p/.env", "/p/server.key"]) {
      assertEquals(riskOf(ask("read", `${secret}\n${around}`)), "network", around);
      assertEquals(riskOf(ask("read", `${around}\n${secret}`)), "network", around);
    }
    assertEquals(riskOf(ask("write", `/p/.bashrc\n${around}`)), "destructive", around);
  }
});
