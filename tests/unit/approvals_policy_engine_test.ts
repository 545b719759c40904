/** Rules and safety modes through the whole core: what a hook is told, and what the journal keeps. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { whereOf } from "../../src/approvals/caller.ts";
import { PolicyEngine } from "../../src/approvals/policy_engine.ts";
import { classify } from "../../src/policy/classify.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { Desk, FakeCaller } from "../support/desk.ts";
import { claude, permissionRequest, rule, told } from "../support/claude_calls.ts";

Deno.test("what a rule of a session allows holds for the child session that works for it, and for no other", async () => {
  const desk = new Desk();
  const { approval } = await desk.report(permissionRequest("npm test"));
  await desk.broker.decide({ id: approval?.id ?? "", decision: "approve", scope: "session" }, "tui:admin");
  for (const [sessionId, facts, yes] of [["c", { parentId: "s" }, true], ["d", {}, false]] as const) {
    const call = {
      for: "permission",
      tool: "Bash",
      action: "command",
      subject: "npm test",
      acceptsApproval: true,
    } as const;
    const report = {
      agent: "claude",
      sessionId,
      facts,
      event: { kind: "requested", for: "permission", text: "" },
    } as const;
    const request = { ...call, dialog: "beside" } as const;
    const incoming = { report, request, cut: false, responseFor: () => ({}) };
    const { output } = await desk.broker.receive(incoming, new FakeCaller());
    assertEquals([sessionId, output !== undefined], [sessionId, yes]);
  }
});

Deno.test("a search that shows credentials is no mere read, whatever its folder", async () => {
  const desk = new Desk({ safetyMode: "guarded" });
  const grep = (more: object) => ({
    ...permissionRequest(""),
    event: {
      ...permissionRequest("").event as object,
      tool_name: "Grep",
      tool_input: { pattern: "KEY", path: "/w", ...more },
    },
  });
  assertEquals(await told(desk, grep({ glob: ".env" })), "held");
  assertEquals(await told(desk, grep({ glob: "*.ts" })), "allow");
  assertEquals(await told(desk, grep({})), "held", "all of the workspace");
  assertEquals(await told(desk, grep({ path: "/w/src" })), "allow");
});

Deno.test("A1 what a link leads to counts: a read out of the workspace asks, and so does a file that no rule is for", async () => {
  const rules = [rule("allow", "deno run -* *"), { tool: "Write", pattern: "src/*", decision: "allow" } as const];
  const write = (file_path: string) => ({
    ...permissionRequest(""),
    event: { ...permissionRequest("").event as object, tool_name: "Write", tool_input: { file_path, content: "x" } },
  });
  const ask = async (links: Desk["links"], command: Parameters<typeof told>[1]) => {
    const desk = new Desk({ safetyMode: "guarded", rules });
    desk.links = links;
    return await told(desk, command);
  };
  const to = (...pairs: [string, string][]) => new Map(pairs);
  const cat = permissionRequest("cat notes.txt");
  assertEquals(await ask(to(), cat), "allow");
  assertEquals(await ask(to(["/w/notes.txt", "/w/docs/notes.txt"]), cat), "allow");
  assertEquals(await ask(to(["/w/notes.txt", "/home/u/.aws/credentials"]), cat), "held");
  assertEquals(await ask(to(["/w/notes.txt", "/w/.env"]), cat), "held");
  assertEquals(await ask(undefined, cat), "held", "nobody can tell");
  const desk = new Desk({ safetyMode: "guarded" });
  desk.links = to(["/w/notes.txt", "/etc/shadow"]);
  const { approval } = await desk.report(cat);
  assertEquals(desk.inbox.get(approval?.id ?? "")?.risk, "unknown");
  assertEquals(await ask(undefined, permissionRequest("git status")), "held");
  assertEquals(
    await ask(to(["/w", "/home/u/.agent-console"]), permissionRequest("ls")),
    "held",
    "the folder is a way to this program",
  );
  assertEquals(await ask(to(["/w", "/home/u/.ssh"]), permissionRequest("ls")), "held");
  // The workspace may lie behind a link of its own.
  const moved = to(["/w", "/private/w"], ["/w/notes.txt", "/private/w/notes.txt"]);
  assertEquals(await ask(moved, cat), "allow");
  assertEquals(await ask(to(), write("/w/src/a.ts")), "allow");
  assertEquals(await ask(to(["/w/src/a.ts", "/w/src/b.ts"]), write("/w/src/a.ts")), "allow");
  for (const real of ["/home/u/.bashrc", "/w/package.json", "/w/.git/hooks/x", "/w/docs/a.ts", "/etc/cron.d/x"]) {
    assertEquals([real, await ask(to(["/w/src/a.ts", real]), write("/w/src/a.ts"))], [real, "held"]);
  }
  assertEquals(await ask(undefined, write("/w/src/a.ts")), "held");
  const run = (words: string) => permissionRequest(`deno run -A ${words}`);
  assertEquals(await ask(to(), run("m.ts approve x")), "allow");
  assertEquals(
    await ask(to(["/w/m.ts", "/home/u/.agent-console/main.ts"]), run("m.ts approve x")),
    "held",
    "a link to this program",
  );
  assertEquals(await ask(to(["/w/x/lib", "/home/u/.agent-console"]), run("a.ts x/lib")), "held");
  assertEquals(await ask(to(["/w/top", "/"]), run("a.ts top")), "held", "a folder above this program");
});

Deno.test("A1 a rule that is revoked while links are looked at allows nothing any more", async () => {
  const desk = new Desk();
  const write = {
    ...permissionRequest(""),
    event: {
      ...permissionRequest("").event as object,
      tool_name: "Write",
      tool_input: { file_path: "/w/a.ts", content: "" },
    },
  };
  const { approval } = await desk.report(write);
  await desk.broker.decide({ id: approval?.id ?? "", decision: "approve", scope: "always" }, "tui:admin");
  assertEquals(await told(desk, write), "allow");
  const asked = told(desk, write);
  const revoked = desk.revoke({ id: desk.policy.rules()[0]?.id ?? "" }, "cli:admin");
  assertEquals(await asked, "held");
  await revoked;
});

Deno.test("A1 a second call after cd reads nothing: the session's own folder is the one it began in", async () => {
  const desk = new Desk({ safetyMode: "guarded" });
  const at = (cwd: string, command: string) => {
    const call = permissionRequest(command);
    return told(desk, { ...call, event: { ...call.event as object, cwd } });
  };
  assertEquals(await at("/w", "git status"), "allow");
  assertEquals(await at("/evil", "git status"), "held");
  assertEquals(await at("/evil", "cat a.txt"), "held");
  assertEquals(await at("/w/src", "cat a.txt"), "allow");
  assertEquals(await at("/w/src", "git status"), "held");
  assertEquals([desk.store.get("s")?.cwd, desk.store.get("s")?.workspace], ["/w/src", "/w"]);
  assertEquals(await at("/w", "git status"), "allow");
  assertEquals(desk.store.get("s")?.workspace, undefined);
});

Deno.test("A1 the folder that a call names is not taken for the session's own", () => {
  const { store } = new Desk();
  const where = (facts: { readonly cwd?: string }, cwd: string) => {
    const report = { agent: "cursor", sessionId: "new", facts, event: { kind: "noted" } } as const;
    const call = { for: "permission", tool: "Shell", action: "command", subject: "cat hosts", dialog: "gate" } as const;
    const request = { ...call, acceptsApproval: true, cwd };
    return whereOf({ report, request, repositoryConfig: "[core]\n" }, store, []);
  };
  assertEquals(where({ cwd: "/w" }, "/etc"), { cwd: "/etc", workspace: "/w", own: [] });
  assertEquals(where({ cwd: "/w" }, "/w"), { cwd: "/w", workspace: "/w", repositoryRuns: "nothing", own: [] });
});

Deno.test("approve --scope always leaves a rule: the next same call runs unasked, another one asks; revoked, it asks again", async () => {
  const desk = new Desk();
  const { approval } = await desk.report(permissionRequest("npm test"));
  await desk.broker.decide({ id: approval?.id ?? "", decision: "approve", scope: "always" }, "tui:admin");
  const [made] = desk.policy.rules();
  assertEquals([made?.pattern, made?.scope, made?.by], ["npm test", "always", "tui:admin"]);
  assertEquals(await told(desk, permissionRequest("npm test")), "allow");
  assertEquals(desk.events.at(-2), "approval.decided approved");
  assertEquals(desk.store.get("s")?.status, "working", "a call that a rule allows never waits");
  assertEquals(await told(desk, permissionRequest("npm test; rm -rf /")), "held");
  await desk.revoke({ id: made?.id ?? "" }, "cli:admin");
  assertEquals([await told(desk, permissionRequest("npm test")), desk.policy.rules()], ["held", []]);
});

Deno.test("a rule reaches as far as its scope, and ends at its time", async () => {
  const desk = new Desk();
  const approve = async (command: string, scope: "session" | "workspace" | "always", expiresInSecs?: number) => {
    const { approval } = await desk.report(permissionRequest(command));
    const ends = expiresInSecs === undefined ? {} : { expiresInSecs };
    await desk.broker.decide({ id: approval?.id ?? "", decision: "approve", scope, ...ends }, "tui:admin");
  };
  await approve("a", "session");
  await approve("b", "workspace");
  await approve("c", "always", 60);
  const elsewhere = (command: string, cwd: string) => claude("PermissionRequest", command, { session_id: "t", cwd });
  assertEquals(await told(desk, elsewhere("a", "/w")), "held");
  assertEquals(await told(desk, elsewhere("b", "/w/sub")), "allow");
  assertEquals(await told(desk, elsewhere("b", "/other")), "held");
  assertEquals(await told(desk, elsewhere("c", "/other")), "allow");
  desk.pass(60_000);
  assertEquals(await told(desk, elsewhere("c", "/other")), "held");
});

Deno.test("rules survive a restart", async () => {
  const desk = new Desk();
  const { approval } = await desk.report(permissionRequest("npm test"));
  await desk.broker.decide({ id: approval?.id ?? "", decision: "approve", scope: "always" }, "tui:admin");
  assertEquals(await told(new Desk({}, desk.journal), permissionRequest("npm test")), "allow");
});

Deno.test("what cannot be a rule is refused, and the approval stays open", async () => {
  const desk = new Desk();
  const { approval } = await desk.report(
    permissionRequest("curl -H 'Authorization: Bearer abcdefgh12345678' x.example"),
  );
  const id = approval?.id ?? "";
  const always = { id, decision: "approve", scope: "always" } as const;
  await assertRejects(() => desk.broker.decide(always, "tui:admin"), ConsoleError, "secret");
  assertEquals(desk.inbox.get(id)?.status, "pending");
  assert(!JSON.stringify(desk.journal.records).includes("abcdefgh12345678"), "a secret is in the journal");
});

Deno.test("a shortened payload is never allowed by a rule; a deny rule still denies it", async () => {
  const desk = new Desk({ safetyMode: "autonomous", rules: [rule("allow", "*"), rule("deny", "rm *")] });
  assertEquals(await told(desk, permissionRequest("make all")), "allow");
  assertEquals(await told(desk, { ...permissionRequest("make all"), cutFrom: 70_000 }), "held");
  assertEquals(await told(desk, { ...permissionRequest("rm x"), cutFrom: 70_000 }), "deny");
});

Deno.test("safety modes: manual asks, guarded lets reading pass, autonomous never lets destruction pass by a pattern", async () => {
  const rules = [rule("allow", "*")];
  const table: [string, string, string, string][] = [
    ["git status", "held", "allow", "allow"],
    ["make all", "held", "held", "allow"],
    ["rm -rf build", "held", "held", "held"],
  ];
  for (const [command, ...expected] of table) {
    for (const [i, safetyMode] of (["manual", "guarded", "autonomous"] as const).entries()) {
      const ruled = safetyMode === "guarded" ? [] : rules;
      assertEquals(
        await told(new Desk({ safetyMode, rules: ruled }), permissionRequest(command)),
        expected[i],
        `${command} ${safetyMode}`,
      );
    }
  }
});

Deno.test("a workspace's own file only tightens, and one that cannot be read means manual", async () => {
  const desk = () => new Desk({ safetyMode: "autonomous", rules: [rule("allow", "*")] });
  const tell = (workspaceConfig: string) => told(desk(), { ...permissionRequest("make all"), workspaceConfig });
  assertEquals(await tell('{"daemon": {"safety_mode": "manual"}}'), "held");
  assertEquals(
    await tell('{"approvals": {"rules": [{"tool": "Bash", "pattern": "make *", "decision": "deny"}]}}'),
    "deny",
  );
  assertEquals(await tell("{not json"), "held");
  const loose =
    '{"daemon": {"safety_mode": "autonomous"}, "approvals": {"rules": [{"tool": "*", "pattern": "*", "decision": "allow"}]}}';
  assertEquals(await told(new Desk(), { ...permissionRequest("make all"), workspaceConfig: loose }), "held");
});

Deno.test("before a tool only rules speak, and only where the user turned that on; destruction waits for who is there", async () => {
  const before = claude("PreToolUse", "make all");
  const rules = [rule("deny", "make *")];
  assertEquals(await told(new Desk({ rules }), before), undefined);
  assertEquals(await told(new Desk({ rules, preToolUse: true }), before), "deny");
  const destroys = claude("PreToolUse", "rm -rf /");
  assertEquals(await told(new Desk({ preToolUse: true }), destroys), undefined, "nobody is there");
  const desk = new Desk({ preToolUse: true });
  desk.attach();
  const hook = new FakeCaller();
  const { approval } = await desk.report(destroys, hook);
  assertEquals(desk.store.get("s")?.status, "waiting");
  const waiting = desk.broker.wait(approval?.id ?? "", hook);
  await desk.broker.decide({ id: approval?.id ?? "", decision: "deny", message: "no" }, "tui:admin");
  assert(JSON.stringify((await waiting).output).includes('"permissionDecision":"deny"'));
});

Deno.test("A4 workspaces fill the log with no more than 100 different warnings, each told once", () => {
  const warned: unknown[] = [];
  const engine = new PolicyEngine({
    settings: () => ({ safetyMode: "manual", rules: [], preToolUse: false }),
    inbox: { rules: () => [] },
    clock: { now: () => 0, steady: () => 0 },
    log: { debug() {}, info() {}, warn: (_, more) => warned.push(more?.["warning"]), error() {} },
    resolveLinks: (paths) => Promise.resolve(paths),
    suspended: () => undefined,
    onMode: () => {},
  });
  const call = { for: "permission", tool: "Bash", action: "command", subject: "make", dialog: "beside" } as const;
  for (let n = 0; n < 240; n++) {
    const workspaceConfig = `{"unknown_${n >> 1}": 1}`;
    engine.evaluate({ request: classify({ ...call, acceptsApproval: true }, {}), workspaceConfig }, {
      agent: "claude",
      sessionId: "s",
      cwd: "/w",
    });
  }
  assertEquals([warned.length, new Set(warned).size], [100, 100]);
});
