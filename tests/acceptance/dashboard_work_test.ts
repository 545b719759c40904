/** The dashboard in a real terminal: prompts for the agents that the daemon runs, and its list of turns and jobs. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { denoDir } from "../support/harness_guard.ts";
import { pause } from "../support/harness_wait.ts";
import { HAS_TMUX, TmuxScreen } from "../support/tmux.ts";

const SIDE = { columns: 120, rows: 32 };
/** A question takes no key before it was there to be read. */
const READ_MS = 600;
const AGENT = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", `${REPOSITORY}/tests/support/acp_agent.ts`];

function screenTest(name: string, test: () => Promise<void>): void {
  Deno.test({ name: HAS_TMUX ? name : `${name} (ignored: no tmux)`, ignore: !HAS_TMUX, fn: test });
}

/** @param agents names of agents, each of which is the one of the tests */
async function homeWith(
  agents: readonly string[],
  programs: Readonly<Record<string, unknown>> = {},
): Promise<TestHome> {
  const home = await TestHome.create();
  const env = [`DENO_DIR=${denoDir()}`, "DENO_NO_UPDATE_CHECK=1"];
  const config = {
    agents: Object.fromEntries(agents.map((name) => [name, { command: AGENT, env }])),
    scheduler: { programs },
  };
  await Deno.mkdir(home.dir, { mode: 0o700, recursive: true });
  await Deno.writeTextFile(home.path("config.jsonc"), JSON.stringify(config), { mode: 0o600 });
  await home.start();
  return home;
}

screenTest(
  "V6 R1 a new session from the dashboard: agent, folder, prompt; its conversation comes as it is said, and a window that is opened again shows it",
  async () => {
    await using home = await homeWith(["mine", "other"]);
    await using screen = await TmuxScreen.open(home, SIDE);
    await screen.runs("dashboard");
    await screen.shows(/No sessions\.[^]*N new/);
    await screen.types("N");
    await screen.shows(/agent: mine {2}other/);
    await screen.types("Enter");
    await screen.shows(/folder: /);
    await screen.types("C-u");
    await screen.types("-l", "/nowhere/at/all");
    await screen.shows(/folder: \/nowhere\/at\/all▏/);
    await screen.types("Enter");
    await screen.shows(/a new session with mine in \/nowhere\/at\/all:/);
    await screen.types("-l", "say 你好 there; slow 150; run touch made; say after");
    await screen.shows(/say after▏/);
    await screen.types("Enter");
    // What is refused is not lost.
    await screen.shows(/the folder is "\/nowhere\/at\/all", which is no folder[^]*slow 150; run touch made/);
    await screen.types("Escape");
    await screen.shows(/folder: \/nowhere\/at\/all▏/);
    await screen.types("C-u");
    await screen.types("-l", home.root);
    await screen.shows(/folder: \/tmp\/ac-\w+▏/);
    await screen.types("Enter");
    await screen.shows(/a new session with mine in ~:[^]*say after▏/);
    await screen.types("Enter");
    const first = await screen.shows(/running \d+s[^]*› say 你好 there[^]*你好 there ?0 1 2/);
    assert(!first.includes("149 "), first);
    await screen.shows(/NEEDS YOU[^]*touch made/);
    await pause(READ_MS);
    await screen.types("a");
    await screen.shows(/IDLE[^]*finished \d+s[^]*✓ Bash: touch made[^]*149[^]*done ?after/);
    await screen.types("i");
    await screen.shows(/prompt for .*:/);
    await screen.types("-l", "slow 20; wait 60000");
    await screen.shows(/wait 60000▏/);
    await screen.types("Enter");
    await screen.shows(/› slow 20; wait[^]*0 1 2/);
    await screen.types("q");
    await screen.shows(/^exit 0$/m);
    await screen.runs("dashboard");
    await screen.shows(/say 你好 there[^]*› slow 20; wait[^]*3 4 5/);
    await screen.types("4");
    await screen.shows(/RUNNING[^]*▸ ● .*mine .*slow 20/);
    await screen.types("x");
    await screen.shows(/Cancel the turn of/);
    await pause(READ_MS);
    await screen.types("y");
    await screen.shows(/ENDED[^]*– .*slow 20/);
    await screen.types("q");
  },
);

screenTest(
  "V6 X3 the Jobs view runs a job, shows what it printed, cancels a run, and switches a schedule off and on",
  async () => {
    const script = 'echo hello; [ "$1" = slow ] && sleep 600; exit 3';
    await using home = await homeWith([], {
      quick: { argv: ["/bin/sh", "-c", script] },
      slow: { argv: ["/bin/sh", "-c", script, "sh", "slow"] },
    });
    for (const name of ["quick", "slow"]) {
      const added = await home.cli(["cron", "add", name, "@yearly"]);
      assert(added.code === 0, added.stderr);
    }
    const printed = await home.cli(["dashboard", "--view", "jobs", "--snapshot", "100x12"]);
    assertMatch(printed.stdout, /NEXT[^]*▸ ◇ quick +program +@yearly[^]*◇ slow/, printed.stderr);
    await using screen = await TmuxScreen.open(home, SIDE);
    await screen.runs("dashboard", "--view", "jobs");
    await screen.shows(/NEXT[^]*▸ ◇ quick +program +@yearly[^]*in \d+d/);
    await screen.shows(/no runs yet/);
    assertMatch(await screen.shows(/ \d{4}-01-01 00:00:00[^]*\d{4}-01-01 00:00:00/), /schedule +@yearly/);
    await screen.types("r");
    await screen.shows(/FAILED[^]*▸ ✖ quick .*failed: exit code 3[^]*by hand[^]*hello/);
    await screen.types("e");
    await screen.shows(/quick: disabled/);
    await screen.shows(/✖ quick .*disabled/);
    await screen.types("e");
    await screen.shows(/quick: enabled/);
    await screen.types("j");
    await screen.shows(/▸ ◇ slow/);
    await screen.types("r");
    await screen.shows(/RUNNING[^]*▸ ● slow/);
    await screen.types("x");
    await screen.shows(/Cancel the run of slow\?/);
    await pause(READ_MS);
    await screen.types("y");
    await screen.shows(/slow .*cancelled/);
    const narrow = { columns: 60, rows: 20 };
    await screen.resizes(narrow);
    await screen.shows(/─ ◇ slow · program slow ─/);
    await screen.resizes({ columns: 30, rows: 8 });
    await screen.shows(/◇ slow/);
    await screen.types("q");
  },
);

screenTest(
  "V6 a session that the daemon does not run takes no prompt, and is told how to be reached, in the words of the commands",
  async () => {
    await using home = await homeWith([]);
    await using client = await home.connect({ token: true });
    await client.request("session.update", { sessionId: "web", agent: "mine", cwd: "/home/u/web", status: "working" });
    const { stderr } = await home.cli(["submit", "web", "hello"]);
    const [error = "", hint = ""] = stderr.replaceAll(/^(?:error|hint): /gm, "").trim().split("\n");
    const [there = "", ...more] = hint.split("; ");
    assertEquals(more, ["once it has ended there, submit goes on with it here, where agents.mine is configured"]);
    await using screen = await TmuxScreen.open(home, { columns: 160, rows: 20 });
    await screen.runs("dashboard");
    await screen.shows(/● web/);
    await screen.types("i");
    const text = await screen.shows(/is not one that the daemon runs/);
    assertStringIncludes(text, `${error}; ${there}`);
    await screen.types("N");
    assertMatch(await screen.shows(/no agent is configured/), /agent-console config set agents/);
    await screen.types("q");
    await screen.shows(/^exit 0$/m);
  },
);
