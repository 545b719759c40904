/** The risk class of calls that are no shell command. */
import { assertEquals } from "@std/assert";
import type { Ask, Risk } from "../../src/domain/approval.ts";
import { riskOf } from "../../src/domain/risk.ts";

function ask(action: Ask["action"], subject: string, more: Partial<Ask> = {}): Ask {
  return { for: "permission", tool: "T", action, subject, dialog: "beside", takesYes: true, ...more };
}

Deno.test("the risk class of other calls comes from the action and where it goes", () => {
  const cases: [Ask, Risk][] = [
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
