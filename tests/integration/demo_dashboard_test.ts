/** The demo at a terminal: the dashboard, whose keys its agents obey, and which leaves nothing behind. */
import { longTest } from "../support/long_step.ts";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { processesNaming } from "../support/harness_process.ts";
import { prepareProgram } from "../support/harness_program.ts";
import { eventually, pause } from "../support/harness_wait.ts";
import { HAS_TMUX, TmuxScreen } from "../support/tmux.ts";

/** A question takes no key before it was there to be read. */
const READ_MS = 500;
const SIZE = { columns: 110, rows: 30 };
const END_MS = 15_000;

/** A terminal in which the demo runs; all that it makes lies below `home.root`. */
async function withDemo(body: Body): Promise<void> {
  await prepareProgram();
  await using home = await TestHome.create();
  await using screen = await TmuxScreen.open(home, SIZE);
  const { env } = home.command([], { env: { TMPDIR: home.root } });
  const demo = screen.script([Deno.execPath(), "run", "-A", `${REPOSITORY}/tests/support/demo.ts`, "--fast"], env);
  await screen.types(`sh ${demo}; echo exit $?`, "Enter");
  await body(screen, home);
  assertEquals(await screen.fact("alternate_on"), "0");
  for await (const { name } of Deno.readDir(home.root)) assert(!name.startsWith("ac-demo-"), `${name} is left`);
  await eventually(() => processesNaming(`${home.root}/ac-demo-`).length === 0, END_MS, "the end of its processes");
}

type Body = (screen: TmuxScreen, home: TestHome) => Promise<void>;

function screenTest(name: string, body: Body, test: (name: string, fn: () => Promise<void>) => void = Deno.test): void {
  if (HAS_TMUX) test(name, () => withDemo(body));
  else Deno.test.ignore(`${name} (ignored: no tmux)`, () => {});
}

screenTest(
  "V1 the demo at a terminal is the dashboard: its agents do what its keys answer, and q leaves nothing",
  async (screen) => {
    await screen.shows(/demo: seven agents on a dashboard, in a temporary home: y or n answers, q leaves$/m);
    // The oldest request of three.
    await screen.shows(/▲ 3 wait[^]*▸ ▲ api +codex +Bash: npm ci/);
    assertMatch(await screen.text(), /manual · live/);
    await pause(READ_MS);
    await screen.types("y");
    await screen.shows(/✓ api +codex +The HTTP client is upgraded\./);
    await screen.shows(/▲ 2 wait[^]*▸ ▲ app +claude +question: Keep old links\?/);
    await pause(READ_MS);
    await screen.types("C-z"); // by which no job control below deno task could get it back
    await pause(READ_MS);
    await screen.types("n");
    await screen.shows(/✓ app +claude +Moved; old links as before\./);
    await screen.shows(/▲ 1 waits[^]*▸ ▲ shop +claude +Bash: git push/);
    await screen.types("q");
    const last = await screen.shows(/^exit 0$/m);
    assertMatch(last, /^demo: its home is gone\. For your own agents: npx -y deno@[\d.]+ task install\nexit 0$/m);
  },
);

screenTest(
  "F5 the demo gives the terminal back and leaves nothing at TERM, at Ctrl-C and when its time is over",
  async (screen, home) => {
    await screen.shows(/▲ 3 wait/); // its hooks wait for an answer that never comes
    Deno.kill(screen.pid, "SIGTERM");
    assertMatch(await screen.shows(/^exit 130$/m), /demo: its home is gone/);
    await screen.types(`clear; sh ${home.root}/run.sh; echo exit $?`, "Enter");
    await screen.shows(/▸ ● blog/);
    await screen.types("C-c");
    assertMatch(await screen.shows(/^exit 130$/m), /demo: its home is gone/);
    const script = await Deno.readTextFile(`${home.root}/run.sh`);
    await Deno.writeTextFile(`${home.root}/run.sh`, `${script.trimEnd()} --for=1\n`);
    await screen.types(`clear; sh ${home.root}/run.sh; echo exit $?`, "Enter");
    assertMatch(await screen.shows(/^exit 0$/m), /demo: its time is over; its home is gone/);
  },
  longTest,
);
