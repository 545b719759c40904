/** Granted interceptors at a real hook: a living one tightens what a rule allows; of one that does not run you are asked. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { capsuleStates, grantNow, sayTo, untilState } from "../support/capsule_commands.ts";
import { writeCapsule } from "../support/capsule_folder.ts";
import { TestHome } from "../support/harness.ts";
import { readJournal } from "../support/harness_journal.ts";
import { eventually } from "../support/harness_wait.ts";
import { ALLOWED, approval, deniedWith, hook, pending, recorded } from "../support/hook_process.ts";
import type { RawClient } from "../support/wire.ts";

const END_MS = 30_000;
/** 500 ms, doubled with each of four: 7.5 s of waiting, and five starts. */
const OFF_MS = 60_000;
const configured = (settings = {}) =>
  JSON.stringify({
    daemon: { safety_mode: "guarded" },
    approvals: { rules: [{ tool: "Bash", pattern: "touch *", decision: "allow" }] },
    capsules: { settings: { guard: settings } },
  });

/** Denies what is named `deny-me`, ends at what is named `exit-me`; with the setting `dies` its process ends at load. */
const GUARD = {
  manifest: {
    name: "guard",
    intercepts: ["approval"],
    commands: [{ name: "alive", description: "whether it runs" }],
    settings: { dies: { type: "boolean", default: false, description: "at load" } },
  },
  files: {
    "main.ts": `
      export default (capsule: any) => {
        if (capsule.settings.dies) throw new Error("not today");
        capsule.command("alive", () => "yes");
        capsule.intercept((request: any) => {
          const text = JSON.stringify(request);
          if (text.includes("exit-me")) Deno.exit(1);
          if (text.includes("deny-me")) return { decision: "deny", reason: "never that" };
          if (text.includes("note-me")) return { note: "it touches a file" };
        });
      };`,
  },
};

const asks = (command: string) => recorded("claude", "PermissionRequest", { command });

/** What a hook prints that nobody has to be asked for. */
async function told(home: TestHome, command: string): Promise<string> {
  await using one = hook(home, asks(command));
  const { code, stdout, stderr } = await one.exit(END_MS);
  assertEquals([code, stderr], [0, ""]);
  return stdout;
}

/** The hook waits for a person, whom the capsule is named to; their yes allows it. */
async function isAsked(home: TestHome, client: RawClient, command: string): Promise<string> {
  await using one = hook(home, asks(command));
  const id = String(
    (await eventually(async () => (await pending(client))[0], END_MS, `a question about ${command}`))["id"],
  );
  const { notes } = await approval(client, id) as { notes?: { by: string; says: string; text: string }[] };
  assert(!one.ended, one.stdout);
  assertEquals((await home.cli(["approve", id])).code, 0);
  assertEquals((await one.exit(END_MS)).stdout, ALLOWED);
  assertEquals((notes ?? []).map(({ by, says }) => [by, says]), [["capsule guard", "ask"]]);
  return notes?.[0]?.text ?? "";
}

/** All granted copies of the home are taken away, as a new machine has none. */
async function removeGranted(home: TestHome): Promise<void> {
  const place = `${home.root}/.local/share/agent-console/capsules`;
  for await (const { name } of Deno.readDir(place)) await Deno.remove(`${place}/${name}`, { recursive: true });
}

Deno.test("X1 a granted interceptor denies at the hook, and while its copy is absent a rule's yes is asked of a person", async () => {
  await using home = await TestHome.create({ config: configured() });
  writeCapsule(home.path("capsules"), GUARD.manifest, GUARD.files);
  await home.start();
  assertEquals(await told(home, "touch deny-me"), ALLOWED, "nothing of it counts before it is granted");
  await grantNow(home, "guard");
  assertEquals(await told(home, "touch deny-me"), deniedWith("denied by capsule guard: never that"));
  assertEquals(await told(home, "touch plain"), ALLOWED);
  assertEquals(await told(home, "touch note-me"), ALLOWED);
  assertStringIncludes((await home.cli(["approvals", "--all"])).stdout, "capsule guard: it touches a file");

  {
    await using client = await home.connect({ token: true });
    assertMatch(await isAsked(home, client, "touch exit-me"), /./);
    await untilState(home, "guard", "running");
    assertEquals(await told(home, "touch deny-me"), deniedWith("denied by capsule guard: never that"));
  }

  await removeGranted(home);
  assertEquals(await told(home, "touch plain"), ALLOWED, "its process runs on");
  assertEquals((await home.cli(["daemon", "restart"])).code, 0);
  {
    await using client = await home.connect({ token: true });
    await isAsked(home, client, "touch at-once");
    await untilState(home, "guard", "absent");
    await isAsked(home, client, "touch plain");
  }
  assertEquals((await home.cli(["capsule", "revoke", "guard"])).code, 0);
  assertEquals(await told(home, "touch plain"), ALLOWED, "who is not granted is not waited for");
});

Deno.test("X1 an interceptor that ends at load makes a person be asked; after five ends it is off until capsule reload", async () => {
  await using home = await TestHome.create({ config: configured({ dies: true }) });
  writeCapsule(home.path("capsules"), GUARD.manifest, GUARD.files);
  await home.start();
  const granted = await home.cli(["capsule", "grant", "guard", "--yes"]);
  assertEquals(granted.code, 1);
  assertMatch(granted.stderr, /guard: granted, and does not run; restarting: .*not today/);
  await using client = await home.connect({ token: true });
  assertMatch(await isAsked(home, client, "touch plain"), /./);

  await untilState(home, "guard", "failed", OFF_MS);
  await isAsked(home, client, "touch plain-too");
  const failed = readJournal(home).filter(({ type }) => type === "capsule.failed");
  assertEquals(failed.map(({ data }) => [data["name"], data["reason"]]), [["guard", "capsule guard: not today"]]);
  assertStringIncludes((await home.cli(["status"])).stdout, "not today");

  // Neither what cures it nor a reload of the configuration starts it.
  await Deno.writeTextFile(home.path("config.jsonc"), configured());
  assertEquals((await home.cli(["daemon", "reload"])).code, 0);
  assertMatch(await sayTo(home, "/alive"), /does not run/);
  assertEquals(await capsuleStates(home), { guard: "failed" });
  assertEquals((await home.cli(["capsule", "reload", "guard"])).code, 0);
  assertEquals([await capsuleStates(home), await sayTo(home, "/alive")], [{ guard: "running" }, "yes"]);
  assertEquals(await told(home, "touch plain"), ALLOWED);
  assertEquals(await told(home, "touch deny-me"), deniedWith("denied by capsule guard: never that"));
});

Deno.test("X1 an interceptor allows nothing, be it by its words, and of two the words of the higher priority stand first", async () => {
  await using home = await TestHome.create({ config: configured() });
  const says = (name: string, priority: number, verdict: string) =>
    writeCapsule(home.path("capsules"), { name, priority, intercepts: ["approval"] }, {
      "main.ts": `export default (capsule: any) => capsule.intercept(() => (${verdict}));`,
    });
  says("alpha", -5, `{ decision: "allow", reason: "fine" }`);
  says("beta", 7, `{ decision: "ask", reason: "is it meant?" }`);
  await home.start();
  for (const name of ["alpha", "beta"]) await grantNow(home, name);
  await using client = await home.connect({ token: true });
  // A rule allows the first, nothing the second.
  for (const command of ["touch plain", "make it"]) {
    await using one = hook(home, asks(command));
    const { notes } = await eventually(
      async () => (await pending(client)).find((each) => (each["notes"] as unknown[] | undefined)?.length === 2),
      END_MS,
      `a question about ${command} with both notes`,
    );
    assertEquals(notes, [
      { by: "capsule beta", text: "is it meant?", says: "ask" },
      { by: "capsule alpha", text: "capsule alpha answered intercept in a wrong form", says: "ask" },
    ]);
    assert(!one.ended, one.stdout);
    const [id] = (await pending(client)).map((each) => String(each["id"]));
    assertEquals((await home.cli(["deny", id ?? ""])).code, 0);
    assertMatch((await one.exit(END_MS)).stdout, /"behavior":"deny"/);
  }
});
