/** What the daemon may do to granted capsules, tried in its own sandbox, and what each option of a grant takes away. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { grantNow } from "../support/capsule_commands.ts";
import { writeCapsule } from "../support/capsule_folder.ts";
import { exists } from "../support/exists.ts";
import { TestHome } from "../support/harness.ts";
import { isForeign } from "../support/harness_program.ts";
import { commandLine, run } from "../support/harness_process.ts";

/** Tries in another process what `argv` of a daemon permits; what became of each. */
const PROBE = `
const [granted, launcher] = Deno.args;
const can = async (what) => { try { await what(); return "yes"; } catch (error) { return error.name; } };
console.log(JSON.stringify({
  list: await can(() => Deno.readDir(granted)[Symbol.asyncIterator]().next()),
  read: await can(() => Deno.readTextFile(granted + "/demo/" + Deno.args[2] + "/run")),
  write: await can(() => Deno.writeTextFile(granted + "/demo/" + Deno.args[2] + "/run", "")),
  make: await can(() => Deno.mkdir(granted + "/other")),
  remove: await can(() => Deno.remove(granted + "/demo", { recursive: true })),
  launcherWritten: await can(() => Deno.writeTextFile(launcher, "")),
  script: await can(() => new Deno.Command(granted + "/demo/" + Deno.args[2] + "/run").output()),
  shell: await can(() => new Deno.Command("/bin/sh", { args: ["-c", "true"] }).output()),
  deno: await can(() => new Deno.Command(Deno.execPath(), { args: ["--version"] }).output()),
  launcher: await can(() => new Deno.Command(launcher, { args: ["none", "0"], clearEnv: true }).output()),
}));`;

/** The deno.json that holds the daemon's permission set. */
function besideOrAbove(entry: string): string {
  const folder = entry.slice(0, entry.lastIndexOf("/"));
  return exists(`${folder}/deno.json`) ? `${folder}/deno.json` : besideOrAbove(folder);
}

Deno.test({
  name: "X1 the daemon's sandbox neither reads nor writes what was granted, and runs of capsules the one launcher",
  ignore: isForeign, // another form has its permissions inside
  fn: async () => {
    await using home = await TestHome.create();
    writeCapsule(home.path("capsules"));
    const pid = await home.start();
    await grantNow(home, "demo");
    const data = `${home.root}/.local/share/agent-console`;
    const only = (folder: string) => `${folder}/${[...Deno.readDirSync(folder)].map(({ name }) => name).join()}`;
    const granted = only(`${data}/capsules`);
    const digest = only(`${granted}/demo`).split("/").at(-1) ?? "";
    const launcher = `${only(`${data}/homes`)}/capsule`;
    const words = commandLine(pid);
    const entry = words.findIndex((word) => /^\/.*\.(?:js|mjs|ts)$/.test(word));
    assert(entry > 0, words.join(" "));
    const config = besideOrAbove(words[entry] ?? "");
    const probe = `${home.root}/probe.js`;
    await Deno.writeTextFile(probe, PROBE);
    const { stdout, stderr } = await run([
      ...words.slice(0, entry),
      `--config=${config}`,
      probe,
      granted,
      launcher,
      digest,
    ], {
      env: home.command([]).env,
      cwd: home.root,
    });
    assertEquals(stderr, "");
    const { launcher: launched, ...others } = JSON.parse(stdout) as Record<string, string>;
    assertEquals([...new Set(Object.values(others)), launched], ["NotCapable", "yes"], stdout);
    assertEquals(only(granted), `${granted}/demo`);
  },
});

Deno.test("X1 each option of capsule grant grants only what it names, none nothing, and none of them more", async () => {
  await using home = await TestHome.create();
  const asked = {
    net: ["localhost:9", "localhost:10"],
    read: ["/etc/hostname", "/etc/passwd"],
    write: [`${home.root}/a`, `${home.root}/b`],
    env: ["ONE", "TWO"],
    secrets: ["slack", "mail"],
    exec: ["sessions", "status"],
  };
  writeCapsule(home.path("capsules"), { capabilities: { ...asked, kv: 1000 } });
  await home.start();
  await using client = await home.connect({ token: true });
  const capabilities = async () => (await client.request("capsule.metadata", { name: "demo" }))["capabilities"];
  await grantNow(home, "demo");
  assertEquals(await capabilities(), { ...asked, kv: 1000 });
  for (const [kind, [first = "", second = ""]] of Object.entries(asked)) {
    const option = kind === "secrets" ? "--secret" : `--${kind}`;
    await grantNow(home, "demo", [option, second]);
    assertEquals(await capabilities(), { ...asked, kv: 1000, [kind]: [second] });
    await grantNow(home, "demo", [option, "none"]);
    assertEquals(await capabilities(), { ...asked, kv: 1000, [kind]: [] });
    const more = await home.cli(["capsule", "grant", "demo", "--yes", option, `${first}1`]);
    assertEquals(more.code, 2);
    assertStringIncludes(more.stderr, `demo does not ask for ${kind} ${first}1: a grant can only be less`);
  }
  await grantNow(home, "demo", ["--kv", "10", "--net", "localhost:9", "--net", "localhost:10"]);
  assertEquals(await capabilities(), { ...asked, kv: 10 });
  assertEquals((await home.cli(["capsule", "grant", "demo", "--yes", "--kv", "1001"])).code, 2);
  assertEquals(await capabilities(), { ...asked, kv: 10 });
});
