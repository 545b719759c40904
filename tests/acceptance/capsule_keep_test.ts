/** What a capsule keeps, its settings and its secrets, through grants and reloads of the real program. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { capsuleStates, grantNow, sayTo } from "../support/capsule_commands.ts";
import { writeCapsule } from "../support/capsule_folder.ts";
import { exists } from "../support/exists.ts";
import { TestHome } from "../support/harness.ts";
import { eventually } from "../support/harness_wait.ts";

const KEEPER = {
  manifest: {
    commands: [{ name: "put", description: "keeps a word" }, { name: "get", description: "tells it" }],
    capabilities: { kv: 1000 },
  },
  files: {
    "main.ts": `
      export default (capsule: any) => {
        capsule.command("put", async ([word]: string[]) => (await capsule.kv.set("word", word), "kept"));
        capsule.command("get", async () => "word " + await capsule.kv.get("word"));
      };`,
  },
};

Deno.test("X1 capsule revoke keeps what a capsule has kept for a new grant, and --forget removes it", async () => {
  await using home = await TestHome.create();
  writeCapsule(home.path("capsules"), KEEPER.manifest, KEEPER.files);
  await home.start();
  const kept = home.path("capsules.kv/demo.json");
  const revoke = async (...more: string[]) => await home.cli(["capsule", "revoke", "demo", ...more]);
  await grantNow(home, "demo");
  assertEquals(await sayTo(home, "/put apple"), "kept");
  assertEquals((await revoke()).code, 0);
  assertEquals([await capsuleStates(home), exists(kept)], [{ demo: "ungranted" }, true]);
  await grantNow(home, "demo", ["--kv", "20"]);
  assertEquals(await sayTo(home, "/get"), "word apple");
  assertMatch(await sayTo(home, `/put ${"x".repeat(30)}`), /more than the 20 bytes that are granted/);
  assertEquals((await revoke("--forget")).code, 0);
  assertEquals([await capsuleStates(home), exists(kept)], [{ demo: "ungranted" }, false]);
  await grantNow(home, "demo");
  assertEquals(await sayTo(home, "/get"), "word undefined");

  // Also of one that was revoked before; without anything kept there is nothing to revoke.
  assertEquals(await sayTo(home, "/put pear"), "kept");
  assertEquals([(await revoke()).code, exists(kept)], [0, true]);
  const again = await revoke();
  assertEquals(again.code, 1);
  assertStringIncludes(again.stderr, 'no capsule named "demo" is granted');
  const forgotten = await revoke("--forget");
  assertEquals([forgotten.code, exists(kept)], [0, false], forgotten.stderr);
  assertEquals((await revoke("--forget")).code, 1);
  // A name is no path.
  const place = home.path("capsules.kv");
  await Deno.writeTextFile(`${home.dir}/other.json`, "{}");
  assert(exists(place));
  assertEquals(
    [(await home.cli(["capsule", "revoke", "../other", "--forget"])).code, exists(home.path("other.json"))],
    [2, true],
  );
});

const SETTER = {
  manifest: {
    commands: [{ name: "tell", description: "its settings" }, { name: "secret", description: "one of them" }],
    capabilities: { secrets: ["slack", "mail"] },
    settings: {
      channel: { type: "string", default: "#none", description: "where to" },
      often: { type: "number", default: 3, description: "how often" },
    },
  },
  files: {
    "main.ts": `
      export default (capsule: any) => {
        const begun = Date.now();
        capsule.command("tell", () => JSON.stringify([begun, capsule.settings]));
        capsule.command("secret", async ([name]: string[]) => await capsule.secret(name));
      };`,
  },
};
const configured = (settings: unknown) => JSON.stringify({ capsules: { settings: { demo: settings } } });

Deno.test("X1 settings of the configuration reach a capsule while it runs, in the types of its manifest", async () => {
  await using home = await TestHome.create({ config: configured({ channel: "#one" }) });
  writeCapsule(home.path("capsules"), SETTER.manifest, SETTER.files);
  await home.start();
  await grantNow(home, "demo");
  const told = async () => JSON.parse(await sayTo(home, "/tell")) as [number, unknown];
  const [begun, first] = await told();
  assertEquals(first, { channel: "#one", often: 3 });
  await Deno.writeTextFile(home.path("config.jsonc"), configured({ channel: "#two", often: "a text", other: 1 }));
  assertEquals(await told(), [begun, first], "the file alone changes nothing");
  const reloaded = await home.cli(["daemon", "reload"]);
  assertEquals(reloaded.code, 0, reloaded.stderr);
  await eventually(async () => JSON.stringify(await told()).includes("#two"), 30_000, "the new setting");
  assertEquals(await told(), [begun, { channel: "#two", often: 3 }], "by the same process");
});

Deno.test("X1 a capsule gets a secret of the folder keys by its granted name only, and not one that others may read", async () => {
  await using home = await TestHome.create();
  writeCapsule(home.path("capsules"), SETTER.manifest, SETTER.files);
  await home.start();
  const keys = home.path("keys");
  if (!exists(keys)) await Deno.mkdir(keys, { mode: 0o700 });
  const missing = await grantNow(home, "demo", ["--secret", "slack"]);
  assertMatch(missing, /keys\/slack is not there yet/);
  for (const name of ["slack", "mail"]) {
    await Deno.writeTextFile(`${keys}/${name}`, `value-of-${name}\n`, { mode: 0o600 });
  }
  assertEquals(await sayTo(home, "/secret slack"), "value-of-slack");
  for (const name of ["mail", "../daemon.token", "slack/../mail"]) {
    assertStringIncludes(await sayTo(home, `/secret ${name}`), `the secret ${name} is not granted to it`);
  }
  await Deno.chmod(`${keys}/slack`, 0o644);
  assertStringIncludes(await sayTo(home, "/secret slack"), "may be read by others");
  const asks = { ...SETTER.manifest, capabilities: { secrets: ["journal.key"] } };
  writeCapsule(home.path("capsules"), asks, SETTER.files);
  for (const doing of [["grant", "demo", "--yes"], ["install", `${home.path("capsules")}/demo`]]) {
    const refused = await home.cli(["capsule", ...doing]);
    assertEquals(refused.code, 1, refused.stdout + refused.stderr);
    assertStringIncludes(refused.stderr, '"capabilities.secrets.0" is "journal.key", expected the name of a secret');
    assert(!refused.stdout.includes("gets the secret"), refused.stdout);
  }
});
