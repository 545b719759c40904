/** Commands of capsules at the command line, in the chat and on the wire: where they show, who may run them, what they say. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { grantNow } from "../support/capsule_commands.ts";
import { writeCapsule } from "../support/capsule_folder.ts";
import { assertOffered, offered } from "../support/completions.ts";
import { chatTest, enter, openChat } from "../support/chat_terminal.ts";
import { GatewayHome } from "../support/gateway.ts";
import { TestHome } from "../support/harness.ts";
import { eventually } from "../support/harness_wait.ts";
import { grantTeam } from "../support/team_capsule.ts";
import type { Json } from "../support/wire.ts";

const namesOf = (rows: unknown) => (rows as Json[]).map(({ name }) => name);

Deno.test("X1 capsule commands on the wire: ListCapsules, ReloadCapsules, GetCommands and GetCapsuleMetadata answer", async () => {
  await using home = await TestHome.create();
  await home.start();
  await grantTeam(home);
  await using client = await home.connect({ token: true });
  const { capsules: [team] } = await client.request("ListCapsules") as { capsules: Json[] };
  assertEquals([team?.["name"], team?.["state"], team?.["description"]], ["team", "running", "what the team does"]);
  const { commands } = await client.request("GetCommands") as { commands: Json[] };
  assertEquals(commands.find(({ name }) => name === "standup"), {
    name: "standup",
    aliases: [],
    capsule: "team",
    summary: "what each did today (capsule team)",
    usage: "[DAYS]",
  });
  assertEquals(commands.filter(({ capsule }) => capsule === undefined).every(({ name }) => name !== "standup"), true);
  const metadata = await client.request("GetCapsuleMetadata", { name: "team" });
  assertEquals(namesOf((metadata["manifest"] as Json)["commands"]), ["standup", "roll-call", "watch", "nap", "broken"]);
  assertEquals(await client.request("ReloadCapsules", { name: "team" }), {
    reloaded: ["team"],
    notRunning: [],
  });
  assertEquals((await client.request("command.execute", { command: "/standup a" }))["response"], SAID("a"));
});

/** As it arrives: nothing of it reaches a terminal as anything but text. */
const SAID = (words: string) => `web: tests pass \\x1b[2J<b>&\nwords|${words}`;

Deno.test("X1 A1 a capsule's command needs the scope approve: who may only look is told so, and runs none", async () => {
  await using web = await GatewayHome.start();
  await grantTeam(web.home);
  await using reads = await web.socket("read");
  assert(namesOf((await reads.request("command.list"))["commands"]).includes("standup"));
  for (const command of ["/standup", "/STANDUP", "/'standup'"]) {
    const { success, response } = await reads.request("command.execute", { command });
    assertEquals(
      [success, response],
      [false, '/standup of the capsule team needs the scope "approve", this connection has "read"'],
    );
  }
  assertEquals((await reads.request("command.execute", { command: "/sessions" }))["success"], true);
  await using answers = await web.socket("approve");
  const done = await answers.request("command.execute", { command: "/standup" });
  assertEquals([done["success"], done["response"]], [true, "web: tests pass \\x1b[2J<b>&\nwords"]);
});

Deno.test("X1 capsule commands at the command line: command list, command run, and what a shell completes", async () => {
  await using home = await TestHome.create();
  await home.start();
  await grantTeam(home);
  const listed = (await home.cli(["command", "list"])).stdout;
  assertMatch(listed, /^\/standup \[DAYS\] +what each did today \(capsule team\)$/m);
  assertMatch(listed, /^\/approvals +what waits for an answer$/m);
  assertEquals(namesOf((await home.json(["command", "list", "--json"]))["commands"]).includes("roll-call"), true);
  const ran = await home.cli(["command", "run", "standup", "two words", "--", "--json"]);
  assertEquals([ran.code, ran.stdout, ran.stderr], [0, `${SAID("two words|--json")}\n`, ""]);
  const failed = await home.cli(["command", "run", "broken"]);
  assertEquals([failed.code, failed.stdout], [1, ""]);
  assertMatch(failed.stderr, /^error: .*it has no data/);
  assertEquals(
    (await home.cli(["command", "run", "no such"])).stderr.split("\n")[0],
    'error: unknown command "/no such"',
  );

  const offers = async (words: readonly string[], wanted: readonly string[]) =>
    await assertOffered(wanted, () => offered(home, "fish", ...words));
  await offers(["exec", "/stand"], ["/standup\twhat each did today (capsule team)"]);
  await offers(["command", "run", "roll"], ["roll-call\teverybody, by rows (capsule team)"]);
  await offers(["exec", "/standup", ""], []);
  await offers(["capsule", "show", "t"], ["team\trunning · what the team does"]);
  await offers(["capsule", "revoke", ""], ["team\trunning · what the team does"]);
  assertEquals((await home.cli(["capsule", "revoke", "team"])).code, 0);
  await offers(["capsule", "revoke", ""], []);
  await offers(["capsule", "grant", ""], ["team\tungranted · what the team does"]);
  await offers(["exec", "/stand"], []);
});

Deno.test("X1 capsule commands in the chat: a line runs one, /help names it with its capsule, the program's own come first", async () => {
  await using home = await TestHome.create();
  await home.start();
  await grantTeam(home);
  const chat = async (...lines: string[]) => await home.cli(["chat"], { stdin: lines.join("\n") });
  const ran = await chat("/standup 'two words' --json", "/exec /watch");
  assertEquals([ran.code, ran.stdout], [0, `${SAID("two words|--json")}\nthe capsule's own watch\n`], ran.stderr);
  const { stdout } = await chat("/help", "/help standup");
  assertMatch(stdout, /^ {2}\/standup +what each did today \(capsule team\)$/m);
  assertMatch(stdout, /^ {2}\/exec \/watch +has the name of a command of the program \(capsule team\)$/m);
  assertMatch(stdout, /^\/standup \[DAYS\]\nwhat each did today \(capsule team\)$/m);
  const wrong = await chat("/standdup", "/broken");
  assertEquals(wrong.code, 1);
  assertStringIncludes(wrong.stderr, 'error: unknown command "/standdup"\nhint: did you mean /standup?\n');
  assertMatch(wrong.stderr, /error: .*it has no data/);
  // Nothing answers for a request that is not on the screen, by whichever name.
  for (const line of ["/command run approve x", "/exec /Approve x", "/exec \"/'approve' x\""]) {
    assertMatch(
      (await chat(line)).stderr,
      /does not run in the chat: what it answers may never have been on this screen/,
    );
  }
});

chatTest(
  "X1 capsule commands in an open chat: Tab completes what was granted meanwhile, and not what was revoked",
  async (home) => {
    await using chat = await openChat(home);
    await chat.type("/stand");
    await chat.press("Tab", "Tab");
    await chat.press("C-u");
    await grantTeam(home);
    await chat.type("/stand");
    await chat.pressUntil("Tab", /> \/standup *$/); // it completes what the daemon tells within 2 s
    await chat.press("Enter");
    await chat.shows(/the capsule team says:\nweb: tests pass \\x1b\[2J<b>&\nwords\n[^]*> ?$/);
    const main = 'export default (c: any) => c.command("solo", () => "error: no daemon");';
    writeCapsule(home.path("capsules"), { name: "solo", commands: [{ name: "solo", description: "alone" }] }, {
      "main.ts": main,
    });
    await grantNow(home, "solo");
    await enter(chat, "/solo");
    await chat.shows(/the capsule solo says:\nerror: no daemon\n/);
    assertEquals((await home.cli(["capsule", "revoke", "team"])).code, 0);
    await enter(chat, "/standup");
    await chat.shows(/unknown command "\/standup"/);
  },
);

Deno.test("X1 a word that is a capsule's command is told how that is run, without and behind exec", async () => {
  await using home = await TestHome.create();
  const manifest = { commands: [{ name: "tally", description: "counts" }] };
  writeCapsule(home.path("capsules"), manifest, {
    "main.ts": 'export default (capsule: any) => capsule.command("tally", () => "1");\n',
  });
  await home.start();
  const before = await home.cli(["tally"]);
  assertEquals([before.code, before.stderr], [2, "error: unknown command 'tally'\nhint: agent-console --help\n"]);
  await grantNow(home, "demo");
  const hint = "\nhint: agent-console exec /tally runs that of the capsule demo; all: agent-console command list\n";
  // The hint is the daemon's, which gets a second for it: a busy machine may take more.
  const refused = (...words: string[]) =>
    eventually(
      async () => {
        const done = await home.cli(words);
        return done.stderr.endsWith(hint) ? done : undefined;
      },
      30_000,
      `a hint about a capsule behind ${words.join(" ")}`,
    );
  const alone = await refused("tally");
  assertEquals([alone.code, alone.stderr], [2, `error: unknown command 'tally'${hint}`]);
  const prompt = await refused("exec", "tally", "all");
  assertEquals([prompt.code, prompt.stderr.endsWith(hint), prompt.stderr.split("hint:").length], [1, true, 2]);
  assertEquals((await home.cli(["exec", "other"])).stderr.includes("capsule"), false);
});
