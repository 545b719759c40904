/** H5: real Claude Code without a daemon, and killed; its whole scenario is in real_agents_test.ts. */
import { assert, assertEquals } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { commandLine, isAlive, type Running } from "../support/harness_process.ts";
import { eventually } from "../support/harness_wait.ts";
import { endScenario, idOf, LabHub, labTest, printInLab } from "../support/lab.ts";
import type { Json } from "../support/wire.ts";

const PRINT_MS = 20_000;
/** The daemon looks at its processes every 10 s; a minute is promised. */
const LOST_MS = 40_000;

labTest(
  "claude",
  "H5 real Claude Code: where no daemon runs its first hook starts one, and its output stays its own",
  async () => {
    await using home = await TestHome.create();
    const settings = await settingsOf(home);
    await using turn = print(home, "run:echo hello", settings);
    const { code, stdout, stderr } = await turn.exit(PRINT_MS);
    assertEquals([code, stderr], [0, ""]);
    assertEquals((JSON.parse(stdout) as Json)["result"], "tool said: hello");
    await home.ready();
    await using client = await home.connect({ token: true });
    await eventually(
      async () => {
        const { sessions } = await client.request("session.list") as { sessions: Json[] };
        return sessions.length === 1 && sessions[0]?.["status"] === "closed" && sessions[0]["turnCount"] === 1;
      },
      // Events that were spooled after the start wait for the daemon's next look.
      15_000,
      "the whole session, closed",
      100,
    );
  },
);

labTest(
  "claude",
  "H5 real Claude Code: a session whose process was killed is shown as lost within a minute",
  async () => {
    await using hub = await LabHub.open();
    const settings = await settingsOf(hub.home);
    await using turn = print(hub.home, "slow:60", settings);
    try {
      const row = await eventually(
        () => hub.rows().find((row) => row["status"] === "working"),
        PRINT_MS,
        "a working row",
      );
      const pid = row["pid"] as number;
      assert(commandLine(pid).includes(settings), `process ${pid} is not the agent of this test`);
      Deno.kill(pid, "SIGKILL");
      const lost = await eventually(() => hub.rows().find((row) => row["lost"] === true), LOST_MS, "the lost row", 50);
      assertEquals([idOf(lost), lost["status"], isAlive(pid)], [idOf(row), "working", false]);
    } finally {
      await endScenario(turn);
    }
  },
);

/** Our hooks in a settings file of their own, as `hooks install` writes it. */
async function settingsOf(home: TestHome): Promise<string> {
  const { code, stderr } = await home.cli(["hooks", "install", "claude"]);
  assertEquals(code, 0, stderr);
  return `${home.root}/.claude/settings.json`;
}

function print(home: TestHome, prompt: string, settings: string): Running {
  return printInLab(home, "ac-print", [prompt, "--settings", settings]);
}
