/** H4: answers at a real terminal (tmux): questions that Ctrl-C ends, the numbered choice, `approve -i`, the pager. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { REPEAT_MS } from "../../src/view/reading.ts";
import { TestHome } from "../support/harness.ts";
import { eventually, pause } from "../support/harness_wait.ts";
import { ALLOWED, deniedWith, held, heldWith, pending, PRINT, recorded, row } from "../support/hook_process.ts";
import { TestTerminal } from "../support/terminal.ts";
import type { RawClient } from "../support/wire.ts";

/** A process on a busy machine; far less than a hook is held. */
const END_MS = 20_000;
/** Longer than a question must have been on the screen before a key counts. */
const READ_MS = 600;

async function openHome(): Promise<{ home: TestHome; client: RawClient }> {
  // On a busy machine the keys of one test may take longer than a hook waits by itself.
  const home = await TestHome.create({ config: '{"approvals": {"hook_wait_secs": 300}}' });
  await home.start();
  return { home, client: await home.connect({ token: true }) };
}

/** Until a question's keys are shown anew, behind the pager: those of before are there again as soon as that leaves. */
const shownAgain = (terminal: TestTerminal) => terminal.shows(/quit >[^]*quit > ?$/);

const open = async (client: RawClient) => (await pending(client)).map(({ id }) => id);

Deno.test("first hour 3: Ctrl-C and Ctrl-D end a question at once with 130 and change nothing, whatever is typed then", async () => {
  const { home, client } = await openHome();
  await using _home = home;
  await using _client = client;
  await using asks = await held(home, client, { command: "touch a" });
  for (const keys of [["C-c", "y", "Enter"], ["C-d"], ["y", "C-d", "C-d"], ["y", "C-c"]]) {
    await using terminal = await TestTerminal.open(home, ["approve", "--all", "--session", "s1"]);
    await terminal.shows("[y/N]");
    await terminal.press(...keys);
    const { code } = await terminal.exit();
    assertEquals(code, 130, keys.join(" "));
  }
  await using stop = await TestTerminal.open(home, ["daemon", "stop"]);
  await stop.shows("[y/N]");
  await stop.press("C-c");
  assertEquals((await stop.exit()).code, 130);
  assertEquals(await open(client), [asks.id]);
  await using yes = await TestTerminal.open(home, ["approve", "--all", "--session", "s1"]);
  await yes.shows("[y/N]");
  await yes.press("j", "Enter");
  await yes.shows("Please type y or n.");
  await yes.press("y", "Enter");
  const { code, screen } = await yes.exit();
  assertEquals(code, 0, screen);
  assertStringIncludes(screen, `${asks.id}: approved once (Bash: touch a)`);
  assertEquals((await asks.hook.exit(END_MS)).stdout, ALLOWED);
});

Deno.test("first hour 3: approve without an id asks which in a terminal, and a question is asked with its choices", async () => {
  const { home, client } = await openHome();
  await using _home = home;
  await using _client = client;
  await using a = await held(home, client, { cwd: "/w/web", command: "touch a" });
  const questions = [{ question: "Which colour?", header: "Colour", options: [{ label: "Red" }, { label: "Blue" }] }];
  const event = { ...recorded("claude", "PermissionRequest", { session: "s2" }), tool_name: "AskUserQuestion" };
  await using asks = await heldWith(home, client, { ...event, tool_input: { questions } });
  await using none = await TestTerminal.open(home, ["approve"], { columns: 60 });
  await none.shows("1-2, Enter for none:");
  await none.press("Enter");
  assertEquals((await none.exit()).code, 1);
  await using terminal = await TestTerminal.open(home, ["approve"], { columns: 60 });
  assertMatch(
    await terminal.shows("1-2, Enter for none:"),
    / 1 {2}\w{5} {2}web .*touch a\n {2}2 {2}\w{5} .*Which colour\?/,
  );
  await terminal.press("2", "Enter");
  assertStringIncludes(await terminal.shows("1-2 or its text:"), "0  your own words");
  await terminal.type("blu");
  await terminal.press("Enter");
  const { code, screen } = await terminal.exit();
  assertEquals(code, 0, screen);
  assertStringIncludes(screen, "approved once (Which colour? → Blue)");
  assertMatch((await asks.hook.exit(END_MS)).stdout, /"answers":\{"Which colour\?":"Blue"\}/);
  assertEquals(await open(client), [a.id]);
});

Deno.test("first hour 3: approve -i takes y, n, e, a and choices as single keys, one question after the other", async () => {
  const { home, client } = await openHome();
  await using _home = home;
  await using _client = client;
  await using yes = await held(home, client, { session: "s1", cwd: "/w/one", command: "npm test" });
  await using no = await held(home, client, { session: "s2", cwd: "/w/two", command: "npm publish" });
  await using why = await held(home, client, { session: "s3", cwd: "/w/three", command: "npm start" });
  await using scope = await held(home, client, { session: "s4", cwd: "/w/four", command: "make lint" });
  await using later = await held(home, client, { session: "s5", cwd: "/w/five", command: "make all" });
  await using terminal = await TestTerminal.open(home, ["approve", "-i"], { rows: 50 });
  const at = async (text: string) => {
    await terminal.shows(new RegExp(`${text}[^]*> ?$`));
    await pause(READ_MS);
  };
  await at("npm test");
  await terminal.type("yyyy"); // pasted: it answers one question, not four
  await terminal.shows(`${yes.id}: approved once`);
  await at("npm publish");
  for (const [key, name] of [["Enter", "Enter"], ["Escape", "Esc"], ["Up", "arrow"]] as const) {
    await terminal.press(key);
    await terminal.shows(new RegExp(`\\n${name} is none of these keys\\n[^]*> ?$`));
  }
  await terminal.press("n");
  await terminal.shows(`${no.id}: denied`);
  await at("npm start");
  await terminal.press("e");
  await terminal.shows("no, because (Enter: back):");
  await terminal.press("Enter");
  await terminal.shows(/\(Enter: back\):[^]*> ?$/);
  await terminal.press("e");
  await terminal.shows(/\(Enter: back\):$/);
  await terminal.type("use the mirror");
  await terminal.press("Enter");
  await terminal.shows(`${why.id}: denied`);
  await at("make lint");
  await terminal.press("A");
  await terminal.shows("in this folder");
  await terminal.press("w");
  await terminal.shows("in 8 hours");
  await terminal.press("8");
  await terminal.shows(`${scope.id}: approved workspace`);
  await at("make all");
  await terminal.press("o");
  await terminal.shows("/w/five");
  await terminal.press("s");
  const { code, screen } = await terminal.exit();
  assertEquals(code, 0, screen);
  assertStringIncludes(screen, "Nothing more waits for an answer. 1 skipped: agent-console approvals");
  assert(!/^ +session /m.test(screen), "no line is spent on the session's id");
  assert(await terminal.isCooked(), "the terminal is given back");
  const heard = await Promise.all([yes, no, why, scope].map(async ({ hook }) => (await hook.exit(END_MS)).stdout));
  assertEquals(heard, [ALLOWED, deniedWith("Denied by the user"), deniedWith("use the mirror"), ALLOWED]);
  assertEquals(await open(client), [later.id]);
});

Deno.test("first hour 3: approve -i: what destroys is asked twice, what came up this moment takes no key, q and Ctrl-C answer nothing", async () => {
  const { home, client } = await openHome();
  await using _home = home;
  await using _client = client;
  await using asks = await held(home, client, { cwd: "/w/web", command: "rm -rf build" });
  for (const [key, ended] of [["q", 0], ["C-c", 130], ["C-d", 130]] as const) {
    await using terminal = await TestTerminal.open(home, ["approve", "-i"]);
    await terminal.shows("quit >");
    await pause(READ_MS);
    await terminal.press("y");
    await terminal.shows("It destroys something");
    await terminal.press("n"); // back
    await terminal.shows(/destroys something[^]*quit > ?$/);
    await terminal.press(key);
    const { code, screen } = await terminal.exit();
    assertEquals(code, ended, screen);
    assert(await terminal.isCooked(), key);
  }
  assertEquals(await open(client), [asks.id]);
  await using terminal = await TestTerminal.open(home, ["approve", "-i"]);
  await terminal.press("y", "y"); // before the question is there
  await terminal.shows("quit >");
  await pause(READ_MS);
  assertEquals(await open(client), [asks.id], "nobody had read it");
  await pause(REPEAT_MS);
  await terminal.press("y");
  await terminal.shows("It destroys something. a approves it");
  for (let i = 0; i < 30; i++) await terminal.press("y"); // held down
  assertEquals(await open(client), [asks.id], "it was asked by that key");
  await terminal.pressUntil("a", /\[exit \d+\]/); // of keys that come together only the first counts
  assertStringIncludes((await terminal.exit()).screen, `${asks.id}: approved once, it destroys (Bash: rm -rf build)`);
  assertEquals((await asks.hook.exit(END_MS)).stdout, ALLOWED);
});

Deno.test("first hour 3: approve -i says what was answered elsewhere and goes on; new questions come at the end", async () => {
  const { home, client } = await openHome();
  await using _home = home;
  await using _client = client;
  await using first = await held(home, client, { session: "s1", cwd: "/w/one", command: "touch one" });
  await using terminal = await TestTerminal.open(home, ["approve", "-i"], { rows: 50 });
  await terminal.shows(/touch one[^]*quit >/);
  // Of an agent that shows no dialog of its own: held because this is a window.
  await using second = await held(home, client, { session: "s2", cwd: "/w/two", command: "touch two", env: PRINT });
  assertEquals((await home.cli(["approve", first.id])).code, 0);
  await terminal.shows(`${first.id}: approved once by cli`);
  await terminal.shows(/touch two[^]*quit > ?$/);
  await pause(READ_MS);
  await terminal.press("y");
  const { code, screen } = await terminal.exit();
  assertEquals(code, 0, screen);
  assertStringIncludes(screen, `${second.id}: approved once (Bash: touch two)`);
  for (const { hook } of [first, second]) assertEquals((await hook.exit(END_MS)).stdout, ALLOWED);
});

Deno.test("A4 approve -i: what does not fit the list is shown whole in the pager before a y counts", async () => {
  const { home, client } = await openHome();
  await using _home = home;
  await using _client = client;
  const command = `echo ${"x".repeat(3000)}\n${
    Array.from({ length: 200 }, (_, at) => `echo ${at}`).join("\n")
  }\ntouch end`;
  await using asks = await held(home, client, { cwd: "/w/web", command });
  await using terminal = await TestTerminal.open(home, ["approve", "-i"], { env: { PAGER: "less" } });
  await terminal.shows("are left out here");
  await terminal.shows("quit >");
  await pause(READ_MS);
  await terminal.press("y");
  await terminal.shows(/session +s1/); // the pager
  await terminal.press("C-c"); // the pager's own affair
  assertEquals((await row(client))["status"], "waiting", "nothing is approved yet");
  await terminal.pressUntil("G", "touch end"); // the interrupt takes what was typed behind it
  await terminal.press("q");
  await shownAgain(terminal);
  await pause(REPEAT_MS);
  await terminal.press("y");
  assertStringIncludes((await terminal.exit()).screen, `${asks.id}: approved once`);
  assertEquals((await asks.hook.exit(END_MS)).stdout, ALLOWED);
});

Deno.test("A4 approve -i: what is higher than the terminal is shown in the pager before a y counts, though all of it was printed", async () => {
  const { home, client } = await openHome();
  await using _home = home;
  await using _client = client;
  const command = `touch one\n${Array.from({ length: 40 }, (_, at) => `echo ${at}`).join("\n")}`;
  await using asks = await held(home, client, { cwd: "/w/web", command });
  await using terminal = await TestTerminal.open(home, ["approve", "-i"], { env: { PAGER: "less" } });
  await terminal.shows("v pages through them");
  await terminal.shows("quit >");
  await pause(READ_MS);
  await terminal.press("y");
  await terminal.shows(/session +s1/); // the pager
  assertEquals((await row(client))["status"], "waiting", "nothing is approved yet");
  await terminal.press("q");
  await shownAgain(terminal);
  await pause(REPEAT_MS);
  await terminal.press("y");
  assertStringIncludes((await terminal.exit()).screen, `${asks.id}: approved once`);
});

Deno.test("first hour 3: approve -i gives the terminal back at INT, TERM and HUP", async () => {
  const { home, client } = await openHome();
  await using _home = home;
  await using _client = client;
  await using asks = await held(home, client, { cwd: "/w/web" });
  for (const [signal, ended] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
    await using terminal = await TestTerminal.open(home, ["approve", "-i"], { env: { PAGER: "less" } });
    await terminal.shows("quit >");
    await pause(READ_MS);
    await terminal.press("v");
    await terminal.shows("(END)");
    await terminal.press("q");
    await shownAgain(terminal);
    await eventually(async () => !await terminal.isCooked(), END_MS, "single keys again");
    Deno.kill(await terminal.pid(home, "approve"), signal);
    assertEquals((await terminal.exit()).code, ended);
    assert(await terminal.isCooked(), signal);
  }
  assertEquals(await open(client), [asks.id]);
});

Deno.test("first hour 3: show goes through the pager only where it is longer than the terminal, and never with --no-pager", async () => {
  const { home, client } = await openHome();
  await using _home = home;
  await using _client = client;
  const command = Array.from({ length: 100 }, (_, at) => `echo ${at}`).join("\n");
  await using _asks = await held(home, client, { cwd: "/w/web", command });
  const pager = { env: { PAGER: "less -N" } };
  await using paged = await TestTerminal.open(home, ["show", "web"], pager);
  await paged.shows(/\n:$/);
  assert(!/exit \d/.test(await paged.screen()));
  await paged.press("q");
  assertEquals((await paged.exit()).code, 0);
  for (const [args, rows] of [[["show", "web", "--no-pager"], 24], [["show", "web"], 200]] as const) {
    await using plain = await TestTerminal.open(home, args, { ...pager, rows });
    const { code, screen } = await plain.exit();
    assertEquals(code, 0);
    assertStringIncludes(screen, "    echo 99\n");
  }
  await using failed = await TestTerminal.open(home, ["show", "web"], { env: { PAGER: "false" } });
  assertStringIncludes((await failed.exit()).screen, "    echo 99\n", "a pager that fails has shown nothing");
});
