/** tmux: the pane of an agent that is in front notifies nobody, messages reach attached clients, go takes you to the pane. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { eventually, pause } from "../support/harness_wait.ts";
import { namesIn } from "../support/exists.ts";
import { held, TUI } from "../support/hook_process.ts";
import { PrivateTmux, tmuxProgram } from "../support/private_tmux.ts";

const program = tmuxProgram();
const ignore = program === undefined;
const SHELL = "sleep 600";

/** Two sessions of two windows each: the panes by window. */
async function server(): Promise<PrivateTmux & { panes: Record<string, string> }> {
  const tmux = new PrivateTmux(program ?? "");
  const made = async (...args: readonly string[]) => await tmux.tmux(...args, "-P", "-F", "#{pane_id}", SHELL);
  try {
    const panes: Record<string, string> = {
      a0: await made("-f", "/dev/null", "new-session", "-d", "-s", "a"),
      a1: await made("new-window", "-d", "-t", "a:"),
      b0: await made("new-session", "-d", "-s", "b"),
      b1: await made("new-window", "-d", "-t", "b:"),
    };
    panes["b1right"] = await made("split-window", "-d", "-t", panes["b1"] ?? "");
    return Object.assign(tmux, { panes });
  } catch (error) {
    await tmux[Symbol.asyncDispose]();
    throw error;
  }
}

const seen = (tmux: PrivateTmux) => tmux.tmux("list-clients", "-F", "#{session_name} #{pane_id}");

Deno.test({
  name: "X3 first hour 5: a message reaches the attached client, as it is; the pane in front notifies nobody",
  ignore,
  fn: async () => {
    await using tmux = await server();
    await using home = await TestHome.create({ config: '{ "channels": { "tmux": { "enabled": true } } }' });
    await home.start();
    await using client = await home.connect({ token: true });
    const screen = await tmux.attach("a");
    const { panes } = tmux;
    assertEquals(await seen(tmux), `a ${panes["a0"]}`);

    const own = { ...TUI, ...tmux.hookEnv(panes["a0"] ?? "") };
    await using _inFront = await held(home, client, { session: "s1", command: "touch in-front", env: own });
    await pause(4000);
    const { channels } = await home.json(["channel", "list", "--json"]) as { channels: Record<string, unknown>[] };
    assertEquals(channels.map(({ name, enabled, last }) => [name, enabled, last]), [
      ["desktop", false, undefined],
      ["tmux", true, undefined],
      ["command", false, undefined],
      ...channels.slice(3).map(({ name }) => [name, false, undefined]),
    ]);

    const other = { ...TUI, ...tmux.hookEnv(panes["b1"] ?? "") };
    const command = `touch #(touch ${home.root}/pwned) #[fg=red] %H;`;
    await using _asks = await held(home, client, { session: "s2", command, env: other });
    let shown = "";
    const isShown = async () => (shown = await screen()).includes("waits: Bash: touch");
    await eventually(isShown, 15_000, "a message in tmux");
    assertMatch(shown, /▲ project s2 waits: Bash: touch ＃\(touch \S+pwned\) ＃\[fg=red\] %H;/);
    assertEquals((await namesIn(home.root)).includes("pwned"), false);
    const tested = await home.cli(["channel", "test", "tmux"]);
    assertEquals(
      [tested.code, tested.stdout.split("\n")[0]],
      [0, `tmux: a notification went out by ${program}`],
      tested.stderr,
    );
  },
});

Deno.test({
  name:
    "first hour 5: channel test tmux uses the server of its own terminal, and says why not one with a socket elsewhere",
  ignore,
  fn: async () => {
    await using tmux = await server();
    await using home = await TestHome.create({ config: '{ "channels": { "tmux": { "enabled": true } } }' });
    await home.start();
    const socket = `${home.root}/own,sock`;
    const why =
      `the server of this terminal is not spoken to, because its socket, ${socket}, is not in tmux's own folder`;
    const hint = "hint: start that server with tmux -L NAME instead of -S PATH\n";
    const elsewhere = await home.cli(["channel", "test", "tmux"], { env: { TMUX: `${socket},1,0`, TMUX_PANE: "%0" } });
    assertEquals([elsewhere.code, elsewhere.stderr], [
      1,
      `error: tmux did not notify: ${program}: no tmux client is attached to a server that an agent runs in; ${why}\n${hint}`,
    ]);
    await tmux.attach("a");
    const { panes } = tmux;
    const inside = await home.cli(["channel", "test", "tmux"], { env: tmux.hookEnv(panes["a0"] ?? "") });
    assertEquals([inside.code, inside.stderr], [0, ""]);
    await using client = await home.connect({ token: true });
    const event = { session_id: "s1", hook_event_name: "UserPromptSubmit", cwd: "/home/u/web", prompt: "go" };
    const env = { ...TUI, ...tmux.hookEnv(panes["a0"] ?? "") };
    await client.request("session.report", { agent: "claude", event, env });
    const others = await home.cli(["channel", "test", "tmux"], { env: { TMUX: `${socket},1,0`, TMUX_PANE: "%0" } });
    assertEquals([others.code, others.stderr], [0, `${why}\n${hint}`], "it has notified where the agents are");
  },
});

Deno.test({
  name: "first hour 5: go: to another window, another pane, another session; where nobody is attached, the command",
  ignore,
  fn: async () => {
    await using tmux = await server();
    await using home = await TestHome.create();
    await home.start();
    await using client = await home.connect({ token: true });
    const { panes } = tmux;
    const place = async (session: string, pane: string) => {
      const event = {
        session_id: session,
        hook_event_name: "UserPromptSubmit",
        cwd: "/home/u/web",
        prompt: `go ${session}`,
      };
      await client.request("session.report", { agent: "claude", event, env: { ...TUI, ...tmux.hookEnv(pane) } });
    };
    for (const name of ["a1", "b1right"]) await place(name, panes[name] ?? "");

    const none = await home.cli(["go", "b1right"]);
    assertEquals([none.code, none.stdout], [0, `tmux -S ${tmux.socket} attach -t '$1'\n`], none.stderr);

    await tmux.attach("a");
    const there = await home.cli(["go", "a1"]);
    assertEquals([there.code, there.stdout], [0, ""], there.stderr);
    assertMatch(there.stderr, /^web \(claude\): tmux shows it on \/dev\/\S+\n$/);
    assertEquals(await seen(tmux), `a ${panes["a1"]}`);
    assertEquals((await home.cli(["go", "b1right"])).code, 0);
    assertEquals(await seen(tmux), `b ${panes["b1right"]}`);
    // From inside of the server: the client that we are called from goes there.
    const inside = await home.cli(["go", "a1"], { env: tmux.hookEnv(panes["b0"] ?? "") });
    assertEquals(inside.code, 0, inside.stderr);
    assertEquals(await seen(tmux), `a ${panes["a1"]}`);

    // By default the one that next shows.
    const env = { ...TUI, ...tmux.hookEnv(panes["b0"] ?? "") };
    await using _asks = await held(home, client, { session: "s9", command: "touch default", env });
    assertEquals((await home.cli(["go"])).code, 0);
    assertEquals(await seen(tmux), `b ${panes["b0"]}`);

    await tmux.tmux("kill-pane", "-t", panes["b1right"] ?? "");
    const gone = await home.cli(["go", "b1right"]);
    assertEquals(gone.code, 0);
    assert(gone.stderr.includes("can't find pane") || gone.stderr.includes("has no pane"), gone.stderr);
    assertMatch(gone.stdout, /^tmux %\d+(, server \S+)?, \/home\/u\/web\n$/);
  },
});

Deno.test("A4 first hour 5: go where no terminal can be told: what is known, made harmless; exit 1 where nothing is", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  const nobody = await home.cli(["go"]);
  assertEquals([nobody.code, nobody.stderr], [
    1,
    "error: nobody waits for you\nhint: agent-console go ID, for one of agent-console ls\n",
  ]);
  const env = { ...TUI, TMUX: "/home/u/evil.sock,1,0", TMUX_PANE: "%1" };
  const event = { session_id: "evil", hook_event_name: "UserPromptSubmit", cwd: "/home/u/\u001b[31mred", prompt: "go" };
  await client.request("session.report", { agent: "claude", event, env });
  const evil = await home.cli(["go", "evil"]);
  assertEquals([evil.code, evil.stdout], [
    0,
    "tmux %1, server /home/u/evil.sock, /home/u/\\x1b[31mred\n",
  ]);
  assertEquals(evil.stderr, "its tmux server does not listen in tmux's own folder, so it is not spoken to\n");
  await client.request("session.update", { sessionId: "bare", agent: "test" });
  const bare = await home.cli(["go", "bare"]);
  assertEquals([bare.code, bare.stderr], [
    1,
    "error: nobody knows where session bare is\nhint: agent-console show bare\n",
  ]);
});

Deno.test("first hour 5: tmux status: a coloured segment of a running daemon, nothing without one, which it never starts", async () => {
  await using home = await TestHome.create();
  const none = await home.cli(["tmux", "status"]);
  assertEquals([none.code, none.stdout, none.stderr, home.daemonPid()], [0, "", "", undefined]);
  await home.start();
  await using client = await home.connect({ token: true });
  assertEquals((await home.cli(["tmux", "status"])).stdout, "");
  for (const [id, status] of [["a", "waiting"], ["b", "waiting"], ["c", "error"], ["d", "working"], ["e", "idle"]]) {
    await client.request("session.update", { sessionId: id, agent: "test", status, text: "x" });
  }
  const { code, stdout, stderr } = await home.cli(["tmux", "status"]);
  assertEquals([code, stdout, stderr], [
    0,
    "#[fg=yellow,bold]▲2#[default] #[fg=red,bold]✖1#[default] #[fg=green]●1#[default]\n",
    "",
  ]);
  // The other way in, by the full command line.
  assertEquals((await home.cli(["--no-color", "tmux", "status"])).stdout, stdout);
  const { stdout: popup } = await home.cli(["tmux", "popup"]);
  assertEquals(popup, 'bind-key a display-popup -E -w 90% -h 80% -T agent-console "agent-console dashboard"\n');
});
