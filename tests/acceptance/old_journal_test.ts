/** C8: the journal that an earlier version wrote is read as it is, verifies, and goes on. */
import { assert, assertEquals } from "@std/assert";
import { riskNamed } from "../../src/domain/approval.ts";
import { recorded, TUI } from "../support/hook_process.ts";
import { TestHome } from "../support/harness.ts";
import { brokenAt, readJournal, segments } from "../support/harness_journal.ts";
import { OLD_HOME, oldSaid } from "../support/old_home.ts";
import type { Json } from "../support/wire.ts";

const said = oldSaid();

async function oldHome({ snapshot }: { readonly snapshot: boolean }): Promise<TestHome> {
  const home = await TestHome.create({ config: await Deno.readTextFile(`${OLD_HOME}/.agent-console/config.jsonc`) });
  await Deno.mkdir(home.path("journal"), { mode: 0o700 });
  for await (const { name } of Deno.readDir(`${OLD_HOME}/.agent-console/journal`)) {
    if (name === "snapshot.json" && !snapshot) continue;
    await Deno.copyFile(`${OLD_HOME}/.agent-console/journal/${name}`, home.path(`journal/${name}`));
    await Deno.chmod(home.path(`journal/${name}`), 0o600);
  }
  return home;
}

/** Sessions as they are stored: what is derived when they are shown depends on the time of the look. */
function stored(list: Json): Json[] {
  return (list["sessions"] as Json[]).map(({ stale: _, unproven: __, lost: ___, ...session }) => session)
    .sort((a, b) => String(a["id"]).localeCompare(String(b["id"])));
}

for (const snapshot of [true, false]) {
  const from = snapshot ? "with its snapshot" : "from its records alone";
  Deno.test(`C8 the journal of an earlier version, ${from}: the same sessions, approvals and rules`, async () => {
    await using home = await oldHome({ snapshot });
    const { missingFiles, ...rest } = await home.json(["audit", "verify", "--json"]);
    assertEquals(rest, said.verified);
    assertEquals(missingFiles, ["journal.checkpoints", "journal.head"]);
    const before = await Deno.readTextFile(segments(home)[0]!);
    await home.start();
    await using client = await home.connect({ token: true });
    assertEquals(stored(await client.request("session.list")), stored(said.sessions));
    const { approvals } = await client.request("approval.list", { status: "all" });
    const then = said.approvals["approvals"] as Json[];
    assertEquals(approvals, then.map((one) => ({ ...one, risk: riskNamed(String(one["risk"])) })));
    assertEquals((await client.request("approval.rules"))["rules"], said.rules["rules"]);
    const verified = await home.json(["audit", "verify", "--json"]);
    assertEquals(verified["ok"], true);
    assert(Number(verified["size"]) > Number(said.verified["size"]), "the start is a record of the same chain");
    assert((await Deno.readTextFile(segments(home)[0]!)).startsWith(before), "what was written is as it was");
  });
}

Deno.test("C8 the journal of an earlier version goes on: its rule answers, its keys count, its sessions change", async () => {
  await using home = await oldHome({ snapshot: true });
  await home.start();
  await using client = await home.connect({ token: true });
  const shop = { session: "s-approved", cwd: "/home/u/shop" };
  const ask = async (command: string) => {
    for (const name of ["UserPromptSubmit", "PreToolUse"]) {
      const event = recorded("claude", name, { ...shop, command });
      await client.request("session.report", { agent: "claude", event, env: TUI });
    }
    const event = recorded("claude", "PermissionRequest", { ...shop, command });
    return await client.request("session.report", { agent: "claude", event, env: TUI });
  };
  const allowed = (await ask("npm test"))["output"] as { hookSpecificOutput: { decision: Json } };
  assertEquals(allowed.hookSpecificOutput.decision, { behavior: "allow" });
  assertEquals((await ask("npm run lint"))["output"], undefined, "that rule was revoked");

  const { seq } = await client.request("session.close", {
    sessionId: "s-expired",
    reason: "done",
    idempotencyKey: "close-1",
  });
  const closed = readJournal(home).filter((line) => line.data["idempotencyKey"] === "close-1");
  assertEquals(closed.map((line) => line.seq), [seq], "the key is known from the earlier version");

  await client.request("session.reopen", { sessionId: "s-expired" });
  await client.request("session.close", { sessionId: "own" });
  assertEquals((await client.request("session.get", { sessionId: "own" }))["session"] !== undefined, true);
  assertEquals((await home.stop()).code, 0);
  assertEquals(brokenAt(readJournal(home)), undefined);
  assertEquals((await home.json(["audit", "verify", "--json"]))["ok"], true);
});
