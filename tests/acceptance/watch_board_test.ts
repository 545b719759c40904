/** `watch` in a real terminal: shows what changes, answers by a key, and gives the terminal back whatever ends it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { ALLOWED, held, row } from "../support/hook_process.ts";
import { eventually, pause } from "../support/harness_wait.ts";
import { HAS_TMUX, TmuxScreen } from "../support/tmux.ts";
import type { RawClient } from "../support/wire.ts";

const END_MS = 20_000;
/** A question on the board takes no key before it was there to be read. */
const READ_MS = 600;

function screenTest(name: string, test: () => Promise<void>): void {
  Deno.test({ name, ignore: !HAS_TMUX, fn: test });
}

async function working(client: RawClient, sessionId: string): Promise<void> {
  const cwd = `/home/you/${sessionId}`;
  await client.request("session.update", { sessionId, agent: "mine", cwd, status: "working", text: "Bash: make" });
}

screenTest("F5 watch gives the terminal back after q, Ctrl-C, TERM and HUP, each with its exit code", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await working(client, "web");
  await using screen = await TmuxScreen.open(home);
  const ends: [code: number, end: () => Promise<void>][] = [
    [0, () => screen.types("q")],
    [130, () => screen.types("C-c")],
    [143, () => Promise.resolve(Deno.kill(screen.pid, "SIGTERM"))],
    [129, () => Promise.resolve(Deno.kill(screen.pid, "SIGHUP"))],
  ];
  for (const [code, end] of ends) {
    await screen.types("clear", "Enter");
    await screen.runs("watch");
    await screen.shows(/● web .*working/);
    assertEquals(await screen.fact("alternate_on"), "1");
    await end();
    await screen.shows(new RegExp(`^exit ${code}$`, "m"));
    await assertGivenBack(screen);
  }
});

async function assertGivenBack(screen: TmuxScreen): Promise<void> {
  assertEquals([await screen.fact("alternate_on"), await screen.fact("cursor_flag")], ["0", "1"]);
  await screen.types(
    "clear; stty -a | tr ' ;' '\\n' | grep -xE '\\-?(icanon|echo|isig)' | sort | xargs echo tty:",
    "Enter",
  );
  assertMatch(await screen.shows(/^tty: ./m), /^tty: echo icanon isig$/m);
}

screenTest("F5 Ctrl-Z stops watch and gives the terminal back; fg draws it anew", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await working(client, "web");
  await using screen = await TmuxScreen.open(home);
  await screen.runs("watch");
  await screen.shows(/● web .*working/);
  await screen.types("C-z");
  await screen.shows(/Stopped/);
  await assertGivenBack(screen);
  await working(client, "shop");
  await screen.types("fg", "Enter");
  await screen.shows(/● shop .*working/);
  await screen.types("q");
  await assertGivenBack(screen);
});

screenTest("V1 a session that begins shows in watch at once, and a question is answered there by y", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await using screen = await TmuxScreen.open(home);
  await screen.runs("watch");
  await screen.shows(/No sessions\./);
  await working(client, "web");
  await screen.shows(/^1 at work$/m);
  await using asks = await held(home, client);
  assertMatch(await screen.shows(new RegExp(asks.id)), /Bash: touch a1/);
  await screen.types("k", "k");
  await pause(READ_MS);
  await screen.types("yes"); // as a text that is pasted
  await screen.shows(/pasted text, answer nothing/);
  assert(!asks.hook.ended);
  await screen.types("y");
  assertEquals((await asks.hook.exit(END_MS)).stdout, ALLOWED);
  await screen.shows(/approved once \(Bash: touch a1\)/);
  assertEquals((await row(client))["status"], "working");
  await screen.types("q");
});

screenTest("V2 watch: v shows the whole of a long command before y may allow it", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await using screen = await TmuxScreen.open(home);
  await screen.runs("watch");
  await screen.shows(/No sessions\./);
  const command = `echo ${"long ".repeat(40)}end`;
  await using asks = await held(home, client, { command });
  await screen.shows(/Bash: echo long .*….* end/);
  await pause(READ_MS);
  await screen.types("y");
  await screen.shows(/v shows all, then y/);
  await screen.types("v");
  await screen.shows(/↳ .*long end/);
  await screen.types("y");
  assertEquals((await asks.hook.exit(END_MS)).stdout, ALLOWED);
  await screen.types("q");
});

screenTest("V1 watch says that the daemon is gone, and goes on when it is back", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await working(client, "web");
  await using screen = await TmuxScreen.open(home);
  await screen.runs("watch");
  await screen.shows(/● web .*working/);
  await home.stop();
  assertMatch(await screen.shows(/the daemon stopped; trying again/), /● web .*working/);
  await home.start();
  await eventually(async () => !(await screen.text()).includes("trying again"), END_MS, "the end of the banner");
  await screen.types("q");
  await screen.shows(/^exit 0$/m);
});

const TWO_PARTS = {
  questions: [
    { question: "Which one?", header: "", options: [{ label: "red" }, { label: "blue" }] },
    { question: "How many?", header: "", options: [{ label: "one" }, { label: "two" }] },
  ],
};

screenTest(
  "first hour 3 watch asks the parts of a question one after the other, also while its size changes",
  async () => {
    await using home = await TestHome.create();
    await home.start();
    await using client = await home.connect({ token: true });
    await using screen = await TmuxScreen.open(home);
    await screen.runs("watch");
    await screen.shows(/No sessions\./);
    await using asks = await held(home, client, { tool: "AskUserQuestion", more: TWO_PARTS });
    await screen.shows(/Which one\? \/ How many\?/);
    await pause(READ_MS);
    await screen.types("y");
    await screen.shows(/Which one\?[^]*1-2 or its text: ▏/);
    await screen.types("q");
    await screen.shows(/its text: q▏/);
    await screen.types("Escape");
    await screen.shows(/^.* y answer /m);
    assert(!asks.hook.ended);
    await screen.types("Enter");
    await screen.shows(/1-2 or its text: ▏/);
    await screen.types("2");
    await screen.shows(/its text: 2▏/);
    await screen.resizes({ columns: 40, rows: 9 });
    await screen.shows(/its text: 2▏\n[^]*Esc back\n$/);
    await screen.types("Enter");
    await screen.shows(/How many\?[^]*1-2 or its text: ▏/);
    await screen.types("T", "w");
    await screen.shows(/its text: Tw▏/);
    await screen.resizes({ columns: 80, rows: 24 });
    await screen.types("Enter");
    const { stdout } = await asks.hook.exit(END_MS);
    assertMatch(stdout, /"Which one\?":"blue","How many\?":"two"/);
    await screen.shows(/approved once \(Which one\? → blue \/ How many\? → two\)/);
    await screen.types("q");
  },
);

screenTest("V2 watch: what somebody else answers is said on its page, and its key answers nothing else", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await using screen = await TmuxScreen.open(home);
  await screen.runs("watch");
  await screen.shows(/No sessions\./);
  await using other = await held(home, client, { session: "s2", command: "touch other" });
  for (const [key, more] of [["v", {}], ["y", { tool: "AskUserQuestion", more: TWO_PARTS }]] as const) {
    await using asks = await held(home, client, { session: `asks-${key}`, ...more });
    await screen.shows(new RegExp(asks.id));
    await screen.types("k", "k", "k");
    await screen.types("j"); // the other one is older
    await pause(READ_MS);
    await screen.types(key);
    await screen.shows(/v back|Esc back/);
    await client.request("approval.decide", { id: asks.id, decision: "deny" });
    await screen.shows(/answered elsewhere by \w+: denied; any key goes back/);
    await pause(READ_MS);
    await screen.types("y");
    await screen.shows(/j k move/);
    assert(!other.hook.ended);
  }
  await screen.types("q");
});

screenTest(
  "first hour 4 watch: ? shows the keys, any key goes back, and a result leaves the foot by itself",
  async () => {
    await using home = await TestHome.create();
    await home.start();
    await using client = await home.connect({ token: true });
    await using screen = await TmuxScreen.open(home);
    await screen.runs("watch");
    await screen.shows(/\? help/);
    await screen.types("?");
    await screen.shows(/^Keys of watch$[^]*any key: back/m);
    await screen.types("q");
    await screen.shows(/No sessions\./);
    await using asks = await held(home, client);
    await screen.shows(/Bash: touch a1/);
    await pause(READ_MS);
    await screen.types("n");
    await screen.shows(/denied \(Bash: touch a1\)$/m);
    await asks.hook.exit(END_MS);
    await screen.types("j");
    await pause(READ_MS);
    assertMatch(await screen.text(), /denied \(Bash: touch a1\)$/m, "a key does not hide it at once");
    await screen.shows(/^j k move .* \? help {2}q quit$/m);
    await screen.types("q");
    await screen.shows(/^exit 0$/m);
  },
);
