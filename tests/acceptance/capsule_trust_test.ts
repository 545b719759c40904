/** Capsules of the real program: what runs is what a person granted, and nothing else. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { writeCapsule } from "../support/capsule_folder.ts";
import { TestHome } from "../support/harness.ts";
import { processesNaming } from "../support/harness_process.ts";
import { eventually } from "../support/harness_wait.ts";
import type { Json } from "../support/wire.ts";

/** It answers /hello with `word`, and tells what it may do of some things. */
const main = (word: string) => `
const can = async (what: () => unknown) => { try { await what(); return "yes"; } catch (error) { return error.name; } };
export default (capsule: any) => {
  capsule.command("hello", async () => [
    "${word}",
    "etc " + await can(() => Deno.readTextFile("/etc/hostname")),
    "version " + await can(() => Deno.readTextFile("/proc/version")),
    "env " + await can(() => Deno.env.get("DEMO")),
    "value " + Deno.env.get("DEMO"),
    "net " + await can(() => fetch("http://localhost:9/")),
    "else " + await can(() => fetch("http://localhost:10/")),
    "run " + await can(() => new Deno.Command("/bin/true").output()),
  ].join(", "));
};
`;
const DEMO = {
  commands: [{ name: "hello", description: "says hello" }],
  capabilities: { read: ["/etc/hostname"], env: ["DEMO"], net: ["localhost:9"] },
};
const ENV = { DEMO: "secret value" };

const capsules = async (home: TestHome) => (await home.json(["capsule", "list", "--json"]))["capsules"] as Json[];
const stateOf = async (home: TestHome) =>
  (await capsules(home)).map(({ name, state, changed }) => [name, state, changed]);
const running = (home: TestHome) =>
  processesNaming(home.root).filter(({ argv }) => argv.includes("--deny-import") && argv.includes("--no-npm"));
/** What lies in the place of granted copies, of all homes. */
const copies = (home: TestHome) => {
  const place = `${home.root}/.local/share/agent-console/capsules`;
  return [...Deno.readDirSync(place)].flatMap(({ name }) => [...Deno.readDirSync(`${place}/${name}`)]);
};
const copiesOfDemo = (home: TestHome) => {
  const place = `${home.root}/.local/share/agent-console/capsules`;
  const folders = Array.from(Deno.readDirSync(place), ({ name }) => `${place}/${name}/demo`);
  return folders.flatMap((folder) => Array.from(Deno.readDirSync(folder), ({ name }) => `${folder}/${name}`));
};
const hello = async (home: TestHome) => (await home.cli(["exec", "/hello"])).stdout.trim();

async function granted(home: TestHome, ...options: readonly string[]) {
  const outcome = await home.cli(["capsule", "grant", "demo", "--yes", ...options], { env: ENV });
  assertEquals(outcome.code, 0, outcome.stderr);
  return outcome;
}

Deno.test("X1 a capsule runs nothing before it is granted, what was granted while its folder changes, and nothing after", async () => {
  await using home = await TestHome.create();
  const folder = writeCapsule(home.path("capsules"), DEMO, { "main.ts": main("one") });
  await home.start();
  assertEquals(await stateOf(home), [["demo", "ungranted", false]]);
  assertEquals(running(home), []);
  assertMatch((await home.cli(["exec", "/hello"])).stderr, /no command|unknown|hello/);
  const shown = (await home.cli(["capsule", "show", "demo"])).stdout;
  for (
    const word of ["may connect to localhost:9", "may read /etc/hostname", "gets the variable DEMO", "nothing else"]
  ) {
    assertStringIncludes(shown, word);
  }
  // Nobody is there to say yes.
  const unasked = await home.cli(["capsule", "grant", "demo"], { stdin: "y\n" });
  assertEquals([unasked.code, await stateOf(home)], [1, [["demo", "ungranted", false]]], unasked.stderr);

  await granted(home);
  assertEquals(await stateOf(home), [["demo", "running", false]]);
  const all =
    "etc yes, version NotCapable, env yes, value secret value, net TypeError, else NotCapable, run NotCapable";
  assertEquals(await hello(home), `one, ${all}`);
  assertMatch((await home.cli(["exec", "/help"])).stdout, /hello .*says hello \(capsule demo\)/);

  // Whoever may write into the folder changes nothing of what runs, a restart of the daemon included.
  await Deno.writeTextFile(`${folder}/main.ts`, main("two"));
  assertEquals(await stateOf(home), [["demo", "running", true]]);
  assertEquals((await home.cli(["capsule", "reload", "demo"])).code, 0);
  assertEquals(await hello(home), `one, ${all}`);
  assertEquals((await home.cli(["daemon", "restart"])).code, 0);
  await eventually(async () => (await stateOf(home))[0]?.[1] === "running", 30_000, "the capsule");
  assertEquals(await hello(home), `one, ${all}`);
  assertStringIncludes((await home.cli(["capsule", "show", "demo"])).stdout, "the file main.ts has changed");
  const journal = () =>
    Array.from(
      Deno.readDirSync(home.path("journal")),
      ({ name }) => Deno.readTextFileSync(home.path(`journal/${name}`)),
    );
  await eventually(
    () => journal().some((text) => text.includes('"capsule.changed"')),
    30_000,
    "the record of the change",
  );

  await granted(home);
  assertEquals([await stateOf(home), await hello(home)], [[["demo", "running", false]], `two, ${all}`]);
  assertEquals((await home.cli(["capsule", "revoke", "demo"])).code, 0);
  assertEquals([await stateOf(home), running(home)], [[["demo", "ungranted", false]], []]);
  assertEquals(copies(home), []);
});

Deno.test("X1 a grant can be less than what a capsule asks for, and never more", async () => {
  await using home = await TestHome.create();
  writeCapsule(home.path("capsules"), DEMO, { "main.ts": main("one") });
  await home.start();
  const more = await home.cli(["capsule", "grant", "demo", "--yes", "--net", "localhost:10"]);
  assertEquals(more.code, 2);
  assertStringIncludes(more.stderr, "demo does not ask for net localhost:10: a grant can only be less");
  const told = await granted(home, "--env", "none", "--read", "none");
  assertStringIncludes(told.stdout, "asks for and does not get: may read /etc/hostname");
  // Reading a variable without the permission throws.
  assertMatch((await home.cli(["exec", "/hello"])).stderr, /NotCapable|Requires env access/);

  // On the wire too, and what is recorded there alone runs nothing.
  await using client = await home.connect({ token: true });
  const { manifest, grantedDigest: digest, folder, capabilities } = await client.request("capsule.metadata", {
    name: "demo",
  });
  const params = { name: "demo", digest, folder, manifest };
  const wide = { ...capabilities as Json, read: ["/etc"] };
  const refused = await client.call("capsule.grant", { ...params, capabilities: wide });
  assertEquals(refused.error?.message, "the manifest does not ask for read /etc");
  await client.request("capsule.grant", { ...params, digest: "0".repeat(64), capabilities });
  assertEquals([(await stateOf(home))[0]?.[1], running(home)], ["absent", []], "what had another grant runs no more");
  await using reader = await home.connect();
  assertEquals((await reader.call("capsule.grant", { ...params, capabilities })).error?.data?.["name"], "forbidden");
});

Deno.test("X1 a copy whose grant was never recorded is not what was granted before, and the next grant removes it", async () => {
  await using home = await TestHome.create();
  writeCapsule(home.path("capsules"), { ...DEMO, capabilities: { kv: 1000 } }, { "main.ts": main("one") });
  await home.start();
  await granted(home, "--kv", "100");
  // As a grant leaves it that was killed between its copy and its call, or whose call got no answer.
  const [copy = ""] = copiesOfDemo(home);
  const left = copy.replace(/[0-9a-f]{64}$/, "0".repeat(64));
  await Deno.mkdir(`${left}/code`, { recursive: true, mode: 0o700 });
  for (const file of ["code/main.ts", "code/capsule.jsonc"]) await Deno.copyFile(`${copy}/${file}`, `${left}/${file}`);
  const grant = JSON.parse(await Deno.readTextFile(`${copy}/grant.json`));
  const wider = { ...grant, at: "2999-01-01T00:00:00.000Z", capabilities: { ...grant.capabilities, kv: 1000 } };
  await Deno.writeTextFile(`${left}/grant.json`, JSON.stringify(wider), { mode: 0o600 });

  const shown = async () => (await home.cli(["capsule", "show", "demo"])).stdout;
  assertMatch(await shown(), /granted +may keep 100 B of its own/);
  const { stdout } = await granted(home);
  assertEquals(stdout.includes("it is what you granted before"), false, stdout);
  assertMatch(await shown(), /granted +may keep 1000 B of its own/);
  assertEquals(copiesOfDemo(home).length, 1);
});

Deno.test("X1 a capsule that others may write or own is refused, and one that was granted is not read again", async () => {
  await using home = await TestHome.create();
  const folder = writeCapsule(home.path("capsules"), DEMO, { "main.ts": main("one") });
  await Deno.chmod(`${folder}/main.ts`, 0o666);
  const open = await home.cli(["capsule", "grant", "demo", "--yes"]);
  assertEquals(open.code, 1);
  assertStringIncludes(open.stderr, "main.ts has mode 0666, which lets others write to it; cure: chmod go-w");
  await home.start();
  assertEquals((await capsules(home)).map(({ state }) => state), ["invalid"]);
  await Deno.chmod(`${folder}/main.ts`, 0o600);
  await granted(home);
  await Deno.chown(`${folder}/main.ts`, 65534, 65534);
  const other = await home.cli(["capsule", "grant", "demo", "--yes"]);
  assertMatch(other.stderr, /main\.ts belongs to uid 65534, not to you/);
  assertEquals(await stateOf(home), [["demo", "running", true]]);
  assertStringIncludes(await hello(home), "one, ");
});
