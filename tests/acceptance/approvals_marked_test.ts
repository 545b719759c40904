/** H4: a question that only its terminal can answer stays in the list, marked so, until its dialog is closed. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { eventually } from "../support/harness_wait.ts";
import { held, hook, pending, PRINT, recorded, TUI, watching } from "../support/hook_process.ts";
import type { Json } from "../support/wire.ts";

/** A process on a busy machine; far less than a hook is held. */
const END_MS = 20_000;
/** The agent runs in this pane. */
const PANE = { ...TUI, TMUX: "/tmp/tmux-1/default,1,0", TMUX_PANE: "%7" };

async function terminalQuestions(home: TestHome, ...words: string[]): Promise<Json[]> {
  return (await home.json(["approvals", ...words, "--json"]))["terminalQuestions"] as Json[];
}

Deno.test("H4 after the deadline the question stays in the list, marked, and approve says where to answer it", async () => {
  await using home = await TestHome.create({ config: '{ "approvals": { "hook_wait_secs": 1 } }' });
  await home.start();
  await using client = await home.connect({ token: true });
  await using asks = await held(home, client, { env: PANE, session: "web-1", command: "git push" });
  await asks.hook.exit(END_MS);
  const { stdout, stderr, code } = await home.cli(["approvals"]);
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^▲ project +claude +waits for \d+s$/m);
  assertStringIncludes(stdout, "    Bash: git push\n");
  assertStringIncludes(stdout, "    answer it in the agent's own terminal: tmux %7, ");
  assertStringIncludes(stdout, "    nobody answered here in time\n");
  const [row] = await terminalQuestions(home);
  assertEquals([row?.["answerable"], row?.["why"], row?.["sessionId"], row?.["tool"]], [
    false,
    "deadline",
    "web-1",
    "Bash",
  ]);
  assertEquals((await terminalQuestions(home, "--session", "web-1")).length, 1);
  for (const words of [["approve", "web-1"], ["deny", "web-1"], ["approve", asks.id]]) {
    const refused = await home.cli(words);
    assertEquals(refused.code, 1, words.join(" "));
    assertMatch(refused.stderr, /^hint: answer it in the agent's own terminal: tmux %7, /m, words.join(" "));
  }
  // Answered there: the end of the call closes the dialog's row.
  await hook(home, recorded("claude", "PostToolUse", { session: "web-1", command: "git push" }), { env: PANE })
    .exit(END_MS);
  await eventually(async () => (await terminalQuestions(home)).length === 0, END_MS, "the end of its dialog");
  assertStringIncludes((await home.cli(["approvals"])).stderr, "Nothing waits for an answer.");
});

Deno.test("H4 C1 a daemon that was killed in a dialog lists its question again, and no approval", async () => {
  await using home = await TestHome.create();
  await home.start();
  {
    await using client = await home.connect({ token: true });
    await using asks = await held(home, client, { env: PANE });
    await home.kill();
    await asks.hook.exit(END_MS);
  }
  await home.start();
  await using client = await home.connect({ token: true });
  assertEquals(await pending(client), []);
  const [row, ...others] = await terminalQuestions(home);
  assertEquals([row?.["why"], row?.["unproven"], others], ["restarted", true, []]);
  const { stdout } = await home.cli(["approvals"]);
  assertStringIncludes(stdout, "the daemon was restarted; it may be answered by now");
});

Deno.test("H4 a hook that never waited is in the list; with a window it is held, and the window says what its terminal shows", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  const asked = recorded("claude", "PermissionRequest", { session: "p1", command: "touch first" });
  assertEquals((await hook(home, asked, { env: PRINT }).exit(END_MS)).stdout, "");
  assertEquals((await terminalQuestions(home)).map(({ why }) => why), ["no_window"]);
  assertStringIncludes((await home.cli(["approvals"])).stdout, "no window such as `watch` was open when it was asked");

  await using watch = home.spawn(["watch"]);
  await watching(client, watch);
  await using asks = await held(home, client, { env: PRINT, session: "p2", command: "touch second" });
  await watch.says(new RegExp(`◆ ${asks.id} .*touch second +\\(its terminal shows nothing meanwhile\\)`), END_MS);
  const { stdout } = await home.cli(["approvals"]);
  assertStringIncludes(stdout, "    its terminal shows nothing until you answer or close the last window\n");
  // Those that wait here come last, where the prompt is.
  assert(stdout.indexOf(asks.id) > stdout.indexOf("touch first"), stdout);
  const { approvals } = await home.json(["approvals", "--json"]) as { approvals: Json[] };
  assertEquals(approvals.map(({ id, hidesDialog }) => [id, hidesDialog]), [[asks.id, true]]);
  watch.kill("SIGTERM");
  assertEquals((await asks.hook.exit(END_MS)).stdout, "");
  assertEquals((await terminalQuestions(home)).map(({ why }) => why), ["no_window", "window_closed"]);
});
