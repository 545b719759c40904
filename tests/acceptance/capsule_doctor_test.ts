/** What `doctor`, `config validate` and `capsule list` say of capsules where something about them is not right. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { grantBroken, grantNow, untilState } from "../support/capsule_commands.ts";
import { writeCapsule } from "../support/capsule_folder.ts";
import { exists } from "../support/exists.ts";
import { TestHome } from "../support/harness.ts";
import { eventually } from "../support/harness_wait.ts";
import type { Json } from "../support/wire.ts";

async function findings(home: TestHome, ...args: readonly string[]) {
  const { stdout } = await home.cli(["doctor", "--json", ...args]);
  const all = (JSON.parse(stdout) as { findings: Json[] }).findings;
  return all.filter(({ id }) => String(id).startsWith("capsules")).map(({ id, level, text, hint }) => ({
    told: `${id} ${level}`,
    text: `${text}`,
    hint,
  }));
}

Deno.test("first hour 6: doctor says which capsules are granted and run, changed, failed, absent, or copied without a grant", async () => {
  await using home = await TestHome.create();
  await home.start();
  assertEquals(await findings(home), []);
  const fails = { "main.ts": `throw new Error("no");` };
  writeCapsule(home.path("capsules"), { name: "works" });
  writeCapsule(home.path("capsules"), { name: "fails" }, fails);
  writeCapsule(home.path("capsules"), { name: "gone" });
  for (const name of ["works", "gone"]) await grantNow(home, name);
  await grantBroken(home, "fails");
  await Deno.writeTextFile(`${home.path("capsules")}/works/more.ts`, "");
  const data = `${home.root}/.local/share/agent-console`;
  const [own = ""] = await Array.fromAsync(Deno.readDir(`${data}/capsules`), ({ name }) => name);
  await Deno.remove(`${data}/capsules/${own}/gone`, { recursive: true });
  await home.cli(["daemon", "restart"]); // what runs would go on
  await Deno.mkdir(`${data}/capsules/${own}/left`, { mode: 0o700 });
  await untilState(home, "fails", "failed");
  await untilState(home, "gone", "absent");
  await untilState(home, "works", "running");
  const found = await findings(home);
  assertEquals(found.map(({ told }) => told).sort(), [
    "capsules ok",
    "capsules.absent problem",
    "capsules.changed note",
    "capsules.copies problem",
    "capsules.failed problem",
  ]);
  const of = (id: string) => found.find(({ told }) => told.startsWith(`${id} `));
  assertEquals(of("capsules")?.text, "3 granted, 1 running");
  assertStringIncludes(
    of("capsules.failed")?.hint as string,
    "mend its code, then agent-console capsule grant fails; ",
  );
  assertEquals(of("capsules.absent")?.hint, "agent-console capsule grant gone");
  assertEquals(of("capsules.changed")?.hint, "agent-console capsule grant works");
  assertStringIncludes(of("capsules.copies")?.text ?? "", "a copy of left lies");

  const launcher = `${data}/homes/${own}/capsule`;
  await Deno.remove(launcher);
  assertEquals((await findings(home))[0]?.told, "capsules.launcher problem");
  const mended = await findings(home, "--fix");
  assertEquals(mended.filter(({ told }) => /launcher|copies/.test(told)), []);
  assertEquals([exists(launcher), exists(`${data}/capsules/${own}/left`)], [true, false]);
});

Deno.test("first hour 6: a daemon that may start no capsule says so of each, with the command that helps", async () => {
  await using home = await TestHome.create();
  // Where launchers would lie in the daemon's own folder, it has none.
  await home.start({ env: { XDG_DATA_HOME: home.path("data") } });
  writeCapsule(home.path("capsules"));
  const granted = await home.cli(["capsule", "grant", "demo", "--yes"]);
  assertEquals(granted.code, 1);
  assertStringIncludes(granted.stderr, "demo: granted, and does not run; blocked: this daemon may not run capsules");
  assertEquals(await findings(home), [
    { told: "capsules ok", text: "1 granted, 0 running", hint: undefined },
    {
      told: "capsules.blocked problem",
      text: "demo: it cannot be started: this daemon may not run capsules",
      hint: "agent-console daemon restart",
    },
  ]);
  for (const args of [["status"], ["capsule", "list"]]) {
    assertStringIncludes((await home.cli(args)).stdout, "it cannot be started: this daemon may not run capsules");
  }
  const { code, stderr } = await home.cli(["capsule", "reload"]);
  assertEquals([code, stderr], [1, "demo does not run: this daemon may not run capsules\n"]);
  await home.cli(["daemon", "restart"]);
  await untilState(home, "demo", "running");
  const again = await home.cli(["capsule", "reload"]);
  assertEquals([again.code, again.stderr], [0, "reloaded: demo\n"]);
  assertEquals((await findings(home)).map(({ text }) => text), ["1 granted, 1 running"]);
});

Deno.test("first hour 6: doctor counts the capsules that start, of which nothing is wrong yet", async () => {
  await using home = await TestHome.create();
  await home.start();
  const slow = { "main.ts": "await new Promise((done) => setTimeout(done, 60_000)); export default () => {};" };
  writeCapsule(home.path("capsules"), { name: "slow" }, slow);
  const granting = home.cli(["capsule", "grant", "slow", "--yes"]);
  // A start has 5 s, and comes again: on a slow machine doctor may look between two.
  const counted = async () => (await findings(home))[0]?.text === "1 granted, 0 running, 1 starting";
  await eventually(counted, 60_000, "doctor counts it as one that starts");
  assertEquals((await home.cli(["capsule", "revoke", "slow"])).code, 0);
  await granting;
});

Deno.test("first hour 6: settings of capsules that nothing reads are told by config validate, doctor and capsule list", async () => {
  const settings = { demo: { chanel: "#a", days: "2" }, dmeo: { channel: "#a" } };
  await using home = await TestHome.create({ config: JSON.stringify({ capsules: { settings } }) });
  const days = { type: "number", default: 1, description: "" };
  const channel = { type: "string", default: "", description: "" };
  writeCapsule(home.path("capsules"), { settings: { channel, days } });
  await home.start();
  const told = [
    "capsules.settings.demo.chanel is no setting of the capsule, did you mean channel?",
    'capsules.settings.demo.days is "2", expected a number; the capsule gets its default',
    "capsules.settings.dmeo is of a capsule that is not there, did you mean demo?",
  ];
  const validated = await home.cli(["config", "validate"]);
  assertEquals(validated.code, 0);
  const listed = await home.cli(["capsule", "list"]);
  const doctor = (await home.cli(["doctor"])).stdout;
  for (const flaw of told) {
    for (const text of [validated.stderr, listed.stderr, doctor]) assertStringIncludes(text, flaw);
  }
  assertStringIncludes(doctor, "agent-console config set capsules.settings.demo.days null");
  assertStringIncludes(doctor, "agent-console config set capsules.settings.dmeo.channel null");
  // What runs is what was granted: its settings count.
  await grantNow(home, "demo");
  writeCapsule(home.path("capsules"), { settings: { chanel: channel } });
  assertStringIncludes((await home.cli(["capsule", "list"])).stderr, told[0] ?? "");
});
