/** The example capsule guard beside the real daemon: of what the person's rules let pass, it has them asked about some. */
import { assertEquals, assertMatch } from "@std/assert";
import { grantNow } from "../support/capsule_commands.ts";
import { installExample } from "../support/example_capsules.ts";
import { TestHome } from "../support/harness.ts";
import { eventually } from "../support/harness_wait.ts";
import { ALLOWED, deniedWith, hasGivenUp, hook, pending, recorded, TUI } from "../support/hook_process.ts";
import type { RawClient } from "../support/wire.ts";

const END_MS = 30_000;
const configured = (guard = {}) =>
  JSON.stringify({
    daemon: { safety_mode: "guarded" },
    approvals: { rules: ["curl *", "make *"].map((pattern) => ({ tool: "Bash", pattern, decision: "allow" })) },
    capsules: { settings: { guard } },
  });

/** What becomes of a call: what its hook printed, or what guard says to the person, who then answers. */
async function outcome(home: TestHome, client: RawClient, command: string, cwd: string, scope?: string) {
  for (;;) {
    const end = await outcomeOfOne(home, client, command, cwd, scope);
    // The hook waits 0.6 s for a busy daemon, and is then told nothing.
    if (end !== "" || !await hasGivenUp(home)) return end;
  }
}

async function outcomeOfOne(home: TestHome, client: RawClient, command: string, cwd: string, scope?: string) {
  await using one = hook(home, recorded("claude", "PermissionRequest", { command, cwd }));
  let printed: string | undefined;
  void one.exit(END_MS).then(({ stdout }) => printed = stdout);
  const asked = await eventually(async () => (await pending(client))[0] ?? printed, END_MS, `an end of ${command}`, 20);
  if (typeof asked === "string") return asked;
  const id = String(asked["id"]);
  const notes = () => eventually(async () => (await pending(client))[0]?.["notes"], END_MS, "what guard says", 20);
  const said = scope === undefined ? await notes() as { by: string; text: string }[] : [];
  await client.request("approval.decide", { id, decision: "approve", ...(scope === undefined ? {} : { scope }) });
  assertEquals((await one.exit(END_MS)).stdout, ALLOWED);
  return said.map(({ by, text }) => `${by}: ${text}`).join();
}

Deno.test("X1 guard has a person asked about the network and what destroys outside of the session's folder, and denies if told to", async () => {
  await using home = await TestHome.create({ config: configured() });
  const web = `${home.root}/web`;
  const [below, away] = [`${web}/below`, `${home.root}/away`];
  for (const folder of [below, away]) await Deno.mkdir(folder, { recursive: true });
  await installExample(home, "guard");
  await home.start();
  await using client = await home.connect({ token: true });
  const begin = recorded("claude", "UserPromptSubmit", { cwd: web });
  await client.request("session.report", { agent: "claude", event: begin, env: TUI });
  await Deno.symlink(away, `${web}/link`);
  const CALLS = ["rm -rf build", "rm -rf link/a", "rm -rf ../build", "git push --force origin main"];
  for (const command of CALLS) await outcome(home, client, command, web, "always");
  const passing = [...CALLS, "curl https://example.test/", "make test"];
  for (const command of passing) assertEquals(await outcome(home, client, command, web), ALLOWED, command);

  await grantNow(home, "guard");
  const becomes = async (command: string, cwd: string, end: string) =>
    assertEquals(await outcome(home, client, command, cwd), end, `${command} in ${cwd}`);
  await becomes("make test", web, ALLOWED);
  await becomes("rm -rf build", web, ALLOWED);
  await becomes("rm -rf build", below, ALLOWED);
  await becomes("rm -rf link/a", web, ALLOWED); // it sees words: the link leads out of the folder
  await becomes("rm -rf build", away, `capsule guard: it destroys ${away}/build`);
  await becomes("rm -rf build", web, ALLOWED);
  await becomes("rm -rf ../build", web, "capsule guard: it destroys, and ../build leads up");
  await becomes("git push --force origin main", web, "capsule guard: it destroys, and where cannot be told");
  await becomes("curl https://example.test/", web, "capsule guard: it reaches other machines");

  await Deno.writeTextFile(home.path("config.jsonc"), configured({ network: "deny", outside: "deny" }));
  assertEquals((await home.cli(["daemon", "reload"])).code, 0);
  const denied = (reason: string) => deniedWith(`denied by capsule guard: ${reason}`);
  await becomes("curl https://example.test/", web, denied("it reaches other machines"));
  await becomes("rm -rf build", away, denied(`it destroys ${away}/build`));
  await becomes("rm -rf build", below, ALLOWED);
  await becomes("git push --force origin main", web, "capsule guard: it destroys, and where cannot be told");
  const all = await home.cli(["approvals", "--all"]);
  assertMatch(all.stdout, /capsule guard/);
});
