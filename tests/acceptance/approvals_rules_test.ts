/** Standing answers through the whole program: rules of answers, of the configuration, and what a workspace tightens. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { ALLOWED, hasGivenUp, held, hook, pending, recorded, row, storyOf } from "../support/hook_process.ts";
import type { Json } from "../support/wire.ts";

/** A process on a busy machine; far less than a hook is held. */
const END_MS = 20_000;

async function configured(home: TestHome, config: unknown): Promise<void> {
  await Deno.mkdir(home.dir, { recursive: true, mode: 0o700 });
  await Deno.writeTextFile(`${home.dir}/config.jsonc`, JSON.stringify(config), { mode: 0o600 });
}

/** What the agent is told about `command`; the hook must not wait. One that gave up on a busy daemon was told nothing. */
async function told(home: TestHome, command: string): Promise<string> {
  for (;;) {
    await using asks = hook(home, recorded("claude", "PermissionRequest", { command }));
    const { code, stdout, stderr } = await asks.exit(END_MS);
    assertEquals([code, stderr], [0, ""]);
    if (!await hasGivenUp(home)) return stdout;
  }
}

Deno.test("H4 approve --scope always: the next same call is answered by the rule and journaled; revoked, it is asked again", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  {
    await using asks = await held(home, client, { command: "npm test" });
    const { code, stderr } = await home.cli(["approve", asks.id, "--scope", "always", "--expires", "8h"]);
    assertEquals(code, 0, stderr);
    assertMatch(stderr, /rules revoke \S+\n$/, "how to take it back is said at once");
    assertEquals((await asks.hook.exit(END_MS)).stdout.includes('"allow"'), true);
  }
  const { rules: [rule] } = await home.json(["rules", "list", "--json"]) as { rules: Json[] };
  assertEquals([rule?.["pattern"], rule?.["scope"], rule?.["by"]], ["npm test", "always", "cli:admin"]);
  assert(typeof rule?.["expiresAt"] === "string");
  assertMatch((await home.cli(["rules", "list"])).stdout, /npm test/);

  assertEquals(await told(home, "npm test"), ALLOWED);
  const { approvals } = await home.json(["approvals", "--all", "--json"]) as { approvals: Json[] };
  const last = approvals.at(-1) as { id: string; approved: Json };
  assertEquals([last.approved["by"], last.approved["ruleId"]], [`rule:${rule["id"]}`, rule["id"]]);
  assertEquals(storyOf(home, last.id), ["approval.decided approved"]);
  assertEquals((await row(client))["status"], "working");

  assertEquals((await home.cli(["rules", "revoke", String(rule["id"]).slice(0, 5)])).code, 0);
  const { code, stderr } = await home.cli(["rules", "revoke", String(rule["id"])]);
  assertEquals([code, /no rule matches/.test(stderr)], [1, true], stderr);
  await using again = await held(home, client, { command: "npm test" });
  assertEquals((await pending(client)).map(({ id }) => id), [again.id]);
});

Deno.test("rules of the configuration answer from the next reload on, and a workspace's own file only tightens", async () => {
  await using home = await TestHome.create();
  await home.start();
  const rules = [{ tool: "Bash", pattern: "make *", decision: "allow" }];
  await configured(home, { daemon: { safety_mode: "guarded" }, approvals: { hook_wait_secs: 1, rules } });
  assertMatch((await home.cli(["daemon", "reload"])).stdout, /approvals\.rules/);
  assertEquals(await told(home, "make test"), ALLOWED);
  assertEquals(await told(home, "make test; rm -rf /"), "", "nobody answered, so there is no decision");
  const { rules: [given] } = await home.json(["rules", "list", "--json"]) as { rules: Json[] };
  assertMatch((await home.cli(["rules", "revoke", String(given?.["id"])])).stderr, /stands in the configuration/);
  const { safetyMode } = await home.json(["status", "--json"]);
  assertEquals(safetyMode, "guarded");

  const workspace = `${home.root}/project/.agent-console`;
  await Deno.mkdir(workspace, { recursive: true });
  await Deno.writeTextFile(`${workspace}/config.jsonc`, '{"daemon": {"safety_mode": "manual"}} // stricter here');
  assertEquals(await told(home, "make test"), "");
  const deny = { approvals: { rules: [{ tool: "Bash", pattern: "make *", decision: "deny" }] } };
  await Deno.writeTextFile(`${workspace}/config.jsonc`, JSON.stringify(deny));
  assertMatch(await told(home, "make test"), /"behavior":"deny"/);
  const loose = {
    daemon: { safety_mode: "autonomous" },
    approvals: { rules: [{ tool: "*", pattern: "*", decision: "allow" }] },
  };
  await Deno.writeTextFile(`${workspace}/config.jsonc`, JSON.stringify(loose));
  assertEquals(await told(home, "npm publish"), "");
});

Deno.test("A2 a workspace's file that is a link or too large is not read, and nothing passes there", async () => {
  await using home = await TestHome.create();
  await home.start();
  await configured(home, { daemon: { safety_mode: "guarded" }, approvals: { hook_wait_secs: 1 } });
  assertEquals((await home.cli(["daemon", "reload"])).code, 0);
  assertEquals(await told(home, "ls -a"), ALLOWED);
  const workspace = `${home.root}/project/.agent-console`;
  const file = `${workspace}/config.jsonc`;
  await Deno.mkdir(workspace, { recursive: true });
  await Deno.symlink(`${home.dir}/daemon.token`, file);
  assertEquals(await told(home, "ls -a"), "");
  await Deno.remove(file);
  const deny = JSON.stringify({ approvals: { rules: [{ tool: "Bash", pattern: "ls *", decision: "deny" }] } });
  await Deno.writeTextFile(file, deny.padEnd(16_384));
  assertMatch(await told(home, "ls -a"), /"behavior":"deny"/);
  await Deno.writeTextFile(file, deny.padEnd(16_385));
  assertEquals(await told(home, "ls -a"), "");
  const { stdout } = await home.cli(["daemon", "logs"]);
  assertMatch(stdout, /config\.jsonc is a symlink, not a file: the safety mode is manual/);
  assertMatch(stdout, /config\.jsonc is larger than 16384 bytes: the safety mode is manual/);
});

Deno.test("status says why the safety mode is manual while the circuit breaker is open, until somebody answers", async () => {
  await using home = await TestHome.create();
  const rules = [{ tool: "Bash", pattern: "make *", decision: "allow" }];
  await configured(home, { daemon: { safety_mode: "guarded" }, approvals: { rules } });
  await home.start();
  await using client = await home.connect({ token: true });
  for (let n = 1; n <= 5; n++) {
    assertEquals((await home.json(["status", "--json"]))["safetyModeSuspended"], undefined);
    assertEquals(await told(home, `make ${n}`), ALLOWED);
    const { tool_response: _, ...ended } = recorded("claude", "PostToolUse", { command: `make ${n}` });
    await using failed = hook(home, { ...ended, hook_event_name: "PostToolUseFailure", error: "exit 2" });
    assertEquals((await failed.exit(END_MS)).code, 0);
  }
  const { safetyMode, safetyModeSuspended } = await home.json(["status", "--json"]);
  assertEquals([safetyMode, safetyModeSuspended], ["manual", "guarded"]);
  const says = /safety mode manual \(guarded is suspended: allowed calls failed; answer one yourself\)/;
  assertMatch((await home.cli(["status"])).stdout, says);
  await using asks = await held(home, client, { command: "make 6" });
  assertEquals((await home.cli(["approve", asks.id])).code, 0);
  assertMatch((await home.cli(["status"])).stdout, /safety mode guarded\n/);
});
