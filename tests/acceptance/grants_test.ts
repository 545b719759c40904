/** Grants of capsules in the real program: what is refused changes nothing of what runs, and a revocation leaves no copy. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { writeCapsule } from "../support/capsule_folder.ts";
import { exists } from "../support/exists.ts";
import { TestHome } from "../support/harness.ts";
import { eventually } from "../support/harness_wait.ts";
import type { Json } from "../support/wire.ts";

/** Its command tells whether it may read /etc/hostname. */
const main = (command: string) => `
export default (capsule: any) => {
  capsule.command("${command}", async () => {
    try { await Deno.readTextFile("/etc/hostname"); return "it reads"; } catch (error) { return error.name; }
  });
};
`;

function write(home: TestHome, name: string, command: string): string {
  const commands = [{ name: command, description: "tells what it may" }];
  const members = { name, commands, capabilities: { read: ["/etc/hostname"] } };
  return writeCapsule(home.path("capsules"), members, { "main.ts": main(command) });
}

const grant = (home: TestHome, name: string, ...more: readonly string[]) =>
  home.cli(["capsule", "grant", name, "--yes", ...more]);
const told = async (home: TestHome) => (await home.cli(["exec", "/may"])).stdout.trim();
const isRunning = async (home: TestHome) =>
  ((await home.json(["capsule", "list", "--json"]))["capsules"] as Json[]).some(({ name, state }) =>
    name === "demo" && state === "running"
  );

/** The folders of granted copies of that capsule. */
function copies(home: TestHome, name: string): readonly string[] {
  const place = `${home.root}/.local/share/agent-console/capsules`;
  if (!exists(place)) return []; // nothing was ever granted
  return [...Deno.readDirSync(place)].flatMap(({ name: one }) => {
    try {
      return Array.from(Deno.readDirSync(`${place}/${one}/${name}`), (copy) => `${place}/${one}/${name}/${copy.name}`);
    } catch {
      return [];
    }
  });
}

Deno.test("X1 a wider grant that was not recorded is not what starts, and a repeat of it is", async () => {
  await using home = await TestHome.create();
  write(home, "demo", "may");
  await home.start();
  assertEquals((await grant(home, "demo", "--read", "none")).code, 0);
  assertEquals(await told(home), "NotCapable");
  const before = copies(home, "demo");

  // Without its token the client may not grant: it finds that out behind the copy.
  await Deno.rename(home.path("daemon.token"), `${home.root}/token`);
  const refused = await grant(home, "demo");
  await Deno.rename(`${home.root}/token`, home.path("daemon.token"));
  assertEquals(refused.code, 1, refused.stderr);
  assertEquals(copies(home, "demo"), before);
  assertEquals((await home.cli(["capsule", "reload", "demo"])).code, 0);
  assertEquals(await told(home), "NotCapable");
  assertEquals((await home.cli(["daemon", "restart"])).code, 0);
  await eventually(() => isRunning(home), 30_000, "the capsule");
  assertEquals(await told(home), "NotCapable");

  assertEquals((await grant(home, "demo")).code, 0);
  assertEquals([await told(home), copies(home, "demo").length], ["it reads", 1]);
});

Deno.test("X1 a capsule whose command has the name of another is not granted, and leaves no copy", async () => {
  await using home = await TestHome.create();
  for (const [name, command] of [["own", "status"], ["alias", "ls"], ["demo", "may"], ["second", "may"]] as const) {
    write(home, name, command);
  }
  await home.start();
  const refused = async (name: string) => {
    const { code, stderr } = await grant(home, name);
    assertEquals([code, copies(home, name)], [1, []], stderr);
    return stderr;
  };
  assertStringIncludes(await refused("own"), "agent-console itself has the command /status already");
  assertStringIncludes(await refused("alias"), "agent-console itself has the command /ls already");
  assertEquals((await grant(home, "demo")).code, 0);
  assertStringIncludes(await refused("second"), "the capsule demo has the command /may already");
  assertEquals((await grant(home, "demo", "--read", "none")).code, 0, "its own name is its own");
  assertEquals(await told(home), "NotCapable");
});

Deno.test("X1 a revocation removes damaged copies, and nothing by a name that leads elsewhere", async () => {
  await using home = await TestHome.create();
  write(home, "demo", "may");
  await home.start();
  assertEquals((await grant(home, "demo")).code, 0);
  const [copy = ""] = copies(home, "demo");
  for (const name of ["..", "../capsules", "."]) {
    const { code, stderr } = await home.cli(["capsule", "revoke", name]);
    assertEquals(code, 2, stderr);
    assertMatch(stderr, /is no name of a capsule/);
  }
  assertEquals(copies(home, "demo"), [copy]);
  await Deno.writeTextFile(`${copy}/grant.json`, "{");
  assertEquals((await home.cli(["capsule", "show", "demo"])).code, 0);
  assertEquals((await home.cli(["capsule", "revoke", "demo"])).code, 0);
  assertEquals(copies(home, "demo"), []);

  // It changes nothing that a repeat could change twice, so it takes no key.
  await using client = await home.connect({ token: true });
  assertEquals(await client.request("capsule.reload", {}), { reloaded: [], notRunning: [] });
  const keyed = await client.call("capsule.reload", { idempotencyKey: "k" });
  assertEquals(keyed.error?.data?.["name"], "invalid_params");
});
