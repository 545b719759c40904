/** The dashboard in a real terminal: shows what changes, and goes on when the daemon is back. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { held } from "../support/hook_process.ts";
import { eventually, pause } from "../support/harness_wait.ts";
import { HAS_TMUX, TmuxScreen } from "../support/tmux.ts";
import type { RawClient } from "../support/wire.ts";

const END_MS = 20_000;
/** A question takes no key before it was there to be read. */
const READ_MS = 600;
const SIDE = { columns: 120, rows: 32 };

function screenTest(name: string, test: () => Promise<void>): void {
  Deno.test({ name: HAS_TMUX ? name : `${name} (ignored: no tmux)`, ignore: !HAS_TMUX, fn: test });
}

async function working(client: RawClient, sessionId: string): Promise<void> {
  const cwd = `/home/u/${sessionId}`;
  await client.request("session.update", {
    sessionId,
    agent: "mine",
    cwd,
    status: "working",
    text: "Bash: make",
  });
}

screenTest(
  "V1 the dashboard opens without a command, shows a session that begins at once, and q leaves it",
  async () => {
    await using home = await TestHome.create();
    await home.start();
    await using client = await home.connect({ token: true });
    await working(client, "web");
    await using screen = await TmuxScreen.open(home, SIDE);
    await screen.runs();
    await screen.shows(/WORKING\s[^]*● web +mine/);
    await working(client, "shop");
    await screen.shows(/● shop +mine/);
    assertEquals(await screen.fact("pane_title"), "agent-console");
    await client.request("session.update", { sessionId: "shop", status: "waiting", text: "yes?" });
    await screen.shows(/NEEDS YOU\s[^]*▲ shop/);
    await eventually(
      async () => (await screen.fact("pane_title")) === "1 waiting · agent-console",
      END_MS,
      "the title",
    );
    await screen.types("q");
    await screen.shows(/^exit 0$/m);
    assertEquals(await screen.fact("alternate_on"), "0");
  },
);

screenTest("V2 the dashboard fits itself to every size of its terminal", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await working(client, "web");
  await client.request("session.update", { sessionId: "shop", agent: "mine", status: "waiting", text: "yes?" });
  await using screen = await TmuxScreen.open(home, SIDE);
  await screen.runs("dashboard");
  await screen.shows(/┬─ ▲ shop · mine/);
  await screen.resizes({ columns: 80, rows: 24 });
  await screen.shows(/^─ ▲ shop · mine ─+$/m);
  await screen.resizes({ columns: 50, rows: 20 });
  await screen.shows(/● web +\d+s$/m);
  assert(!(await screen.text()).includes("─ ▲ shop"));
  await screen.resizes({ columns: 30, rows: 8 });
  await screen.shows(/^▸▲ shop +\d+s$/m);
  await screen.resizes({ columns: 2, rows: 2 });
  await pause(READ_MS);
  await screen.resizes(SIDE);
  await screen.shows(/┬─ ▲ shop · mine/);
  await screen.types("q");
  await screen.shows(/exit 0/);
});

screenTest("V1 the dashboard says that the daemon is gone, and keeps mark and filter when it is back", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  for (const name of ["alpha", "beta", "gamma"]) await working(client, name);
  await client.request("session.update", { sessionId: "other", agent: "another", status: "working" });
  await using screen = await TmuxScreen.open(home, SIDE);
  await screen.runs("dashboard");
  await screen.shows(/● gamma/);
  await screen.types("/");
  await screen.shows(/^ \/ ▏/m);
  await screen.types("-l", "agent:mine");
  await screen.shows(/^ \/ agent:mine▏/m);
  await pause(100);
  await screen.types("Enter");
  await screen.shows(/\/agent:mine · 1 hidden[^]*\? help/);
  await pause(100); // faster keys are no person's
  await screen.types("j");
  const marked = /▸ ● (\w+)/.exec(await screen.shows(/▸ ● (?:beta|gamma)/))?.[1];
  await home.stop();
  assertMatch(
    await screen.shows(/the daemon stopped; agent-console daemon start brings it back · this is of \d\d:\d\d:\d\d/),
    /disconnected/,
  );
  await screen.types("a");
  await screen.shows(/nothing can be answered now|it asks nothing/);
  await home.start();
  const text = await eventually(
    async () => {
      const now = await screen.text();
      return now.includes("brings it back") || !now.includes("live") ? undefined : now;
    },
    END_MS,
    "the end of the banner",
  );
  assertEquals(/▸ . (\w+)/.exec(text)?.[1], marked);
  assertMatch(text, /\/agent:mine · 1 hidden/);
  await screen.types("q");
  await screen.shows(/^exit 0$/m);
});

screenTest(
  "V1 the views of the dashboard: all requests in the inbox, all changes in the activity, the keys behind ?",
  async () => {
    await using home = await TestHome.create();
    await home.start();
    await using client = await home.connect({ token: true });
    await using screen = await TmuxScreen.open(home, SIDE);
    await screen.runs("dashboard");
    await screen.shows(/No sessions\./);
    await using one = await held(home, client, { session: "s1", command: "touch one" });
    await using two = await held(home, client, { session: "s1", command: "touch two" });
    await screen.shows(/Inbox 2/);
    await screen.types("2");
    const inbox = await screen.shows(/touch one[^]*touch two/);
    assert(!inbox.includes("WORKING"));
    await screen.types("3");
    await screen.shows(new RegExp(`◆ ${one.id}[^]*◆ ${two.id}`));
    await screen.types("?");
    await screen.shows(/yes, and from now on: how far, how long/);
    await screen.types("x");
    await screen.shows(/Space pause/);
    await pause(100); // faster keys are no person's
    await screen.types("q");
    await screen.shows(/^exit 0$/m);
  },
);

Deno.test("V2 dashboard --snapshot prints one frame of that size, plain in a pipe, and starts no second program", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await working(client, "web");
  await client.request("session.update", { sessionId: "shop", agent: "mine", status: "waiting", text: "日本語?" });
  const { code, stdout } = await home.cli(["--snapshot", "120x20"]);
  assertEquals(code, 0);
  assertEquals(stdout.split("\n").length, 21);
  assertMatch(stdout, /▲ 1 waits {2}● 1 at work/);
  assertMatch(stdout, /▸ ▲ shop +mine +in its terminal: 日本語\?/);
  // deno-lint-ignore no-control-regex
  assert(!/\x1b/.test(stdout));
  const painted = await home.cli(["--snapshot", "40x8", "--view", "inbox"], { env: { FORCE_COLOR: "1" } });
  // deno-lint-ignore no-control-regex
  assertMatch(painted.stdout, /\x1b\[/);
  assertMatch(painted.stdout, /ONLY IN THEIR TERMINALS/);
  const wrong = await home.cli(["--snapshot", "wide"]);
  assertEquals(wrong.code, 2);
  assertMatch(wrong.stderr, /error: --snapshot is "wide", expected[^]*hint: agent-console dashboard --snapshot 120x40/);
});

Deno.test("I5 the dashboard without permission to start a daemon says that none runs, and in a pipe it is the list", async () => {
  await using home = await TestHome.create({ config: "{}" });
  const { code, stderr } = await home.cli(["--no-start", "--snapshot", "80x24"]);
  assertEquals(code, 3);
  assertMatch(stderr, /error: [^]*hint: /);
  await home.start();
  await using client = await home.connect({ token: true });
  await working(client, "web");
  assertMatch((await home.cli([])).stdout, /NAME +AGENT[^]*● web/);
  assertMatch((await home.cli(["dashboard"])).stdout, /NAME +AGENT[^]*● web/);
});
