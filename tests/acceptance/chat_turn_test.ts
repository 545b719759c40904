/** What the chat shows of a turn while it runs, and what Ctrl-C makes of the turn and of the lines that wait for its end. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { enter, hasRead, STILL_ENDS } from "../support/chat_terminal.ts";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { denoDir } from "../support/harness_guard.ts";
import { eventually } from "../support/harness_wait.ts";
import { TestTerminal } from "../support/terminal.ts";
import { HAS_TMUX } from "../support/tmux.ts";

const AGENT = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", `${REPOSITORY}/tests/support/acp_agent.ts`];

/** Between Ctrl-C and what it says of the end. */
const ENDS = `(?:${STILL_ENDS}\\n)?\\n`;

async function agentHome(): Promise<TestHome> {
  const home = await TestHome.create();
  const env = [`DENO_DIR=${denoDir()}`, "DENO_NO_UPDATE_CHECK=1"];
  await Deno.mkdir(home.dir, { mode: 0o700, recursive: true });
  const config = JSON.stringify({ agents: { mine: { command: AGENT, env } } });
  await Deno.writeTextFile(`${home.dir}/config.jsonc`, config, { mode: 0o600 });
  await home.start();
  return home;
}

/** Until the turn of that prompt has begun: before that Ctrl-C would give up a line, or what waits. */
async function isRunning(home: TestHome, text: string): Promise<void> {
  await using client = await home.connect({ token: true });
  const turns = async () => (await client.request("turn.recent"))["turns"] as { prompt: string; status: string }[];
  const begun = async () => (await turns()).some(({ prompt, status }) => prompt === text && status === "running");
  await eventually(begun, 20_000, `the turn of ${text}`);
}

function turnTest(name: string, fn: (home: TestHome, chat: TestTerminal) => Promise<void>): void {
  Deno.test({
    name,
    ignore: !HAS_TMUX, // a terminal is tmux's
    fn: async () => {
      await using home = await agentHome();
      await using chat = await TestTerminal.open(home, ["chat", "mine"], { columns: 60 });
      await chat.shows(/\n> ?$/);
      await fn(home, chat);
    },
  });
}

turnTest("V1 chat: the plan and the calls of a turn are shown between its texts as run shows them", async (_, chat) => {
  await enter(chat, "plan A,B; plan A,B; say hi; edit f.txt x; say more");
  const shown = await chat.shows(/more\n> ?$/);
  assertMatch(shown, /\n {2}\[x\] A\n {2}\[ \] B\nhi\n {2}✓ Edit: f.txt\nmore\n> ?$/);
});

Deno.test("V1 a text behind a call begins a line in what is kept and told; the chat in a pipe prints the texts only", async () => {
  await using home = await agentHome();
  const stdin = "plan A,B; say hi; edit f.txt x; say more\n";
  const { code, stdout, stderr } = await home.cli(["chat", "mine"], { stdin });
  assertEquals([code, stdout], [0, "hi\nmore\n"], stderr);
  assert(!/Edit|\[x\]/.test(stderr), stderr);
  assertMatch((await home.cli(["context"])).stdout, /\nhi\nmore\n/);
  const { turns: [turn] } = JSON.parse((await home.cli(["context", "--json"])).stdout);
  assertEquals(turn.reply, "hi\nmore");
  assertEquals((await home.cli(["run", "mine", "say hi; edit f x; say b; say c"])).stdout, "hi\nbc\n");
});

turnTest(
  "F5 chat: Ctrl-C in a turn keeps what was written, says so, and drops what waits for the turn's end",
  async (home, chat) => {
    await enter(chat, "slow 3000"); // a minute: it does not end before Ctrl-C
    await chat.shows(/ 60 /);
    await enter(chat, "say first");
    await enter(chat, "say second");
    // It is answered at once, so the lines in front of it were read: Ctrl-C takes those from the terminal that were not.
    await enter(chat, "/approve");
    await chat.shows("nothing waits for an answer");
    await chat.press("C-c");
    const shown = await chat.shows(/\n> ?$/);
    // Words that were on their way when the key was pressed may still come.
    const interrupted = /0 1 2 3 4[^]* 60 [^]*\^C[\d \n]*/.source;
    assertMatch(shown, new RegExp(`${interrupted}${ENDS}cancelled\\n2 queued lines are dropped\\n> ?$`));
    await enter(chat, "say third");
    await chat.shows(/\nthird\n> ?$/);
    const { turns } = JSON.parse((await home.cli(["context", "--json"])).stdout);
    assertEquals(turns.map(({ prompt }: { prompt: string }) => prompt), ["slow 3000", "say third"]);
    await enter(chat, "wait 60000");
    await isRunning(home, "wait 60000");
    await chat.press("C-c");
    await chat.shows(new RegExp(`> wait 60000\\n\\^C${ENDS}cancelled\\n> ?$`));
  },
);

turnTest(
  "A4 chat: y and no while the agent asks are answered by how to answer, and are no prompt",
  async (home, chat) => {
    await enter(chat, "run echo one");
    const asked = await chat.shows(/mine asks: Bash: echo one\nhint: \/approve (\w+)/);
    const id = /\/approve (\w+)/.exec(asked)![1]!;
    await hasRead();
    for (const word of ["y", "No"]) {
      await enter(chat, word);
      await chat.shows(`"${word}" is no answer here, and is not sent\nhint: /approve ${id}, or /deny ${id}`);
    }
    await enter(chat, `/deny ${id}`);
    await chat.shows(/refused\n> ?$/);
    await enter(chat, "y"); // nothing is asked: a prompt as any other
    await chat.shows(/> y\ny\n> ?$/);
    const { turns } = JSON.parse((await home.cli(["context", "--json"])).stdout);
    assertEquals(turns.map(({ prompt }: { prompt: string }) => prompt), ["run echo one", "y"]);
  },
);

turnTest("F5 chat: a Tab in a line that is typed in a turn adds nothing to it", async (_, chat) => {
  await enter(chat, "run echo one");
  await chat.shows("mine asks");
  await hasRead();
  await chat.type("/deny");
  await chat.press("Tab", "Enter");
  await chat.shows(/: denied[^]*refused\n> ?$/);
});
