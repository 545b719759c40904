/** Answers in the chat while an agent has its turn, and those that were typed before anything waited. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { chatTest, enter, hasRead } from "../support/chat_terminal.ts";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { denoDir } from "../support/harness_guard.ts";
import { eventually } from "../support/harness_wait.ts";
import { held, pending, TUI } from "../support/hook_process.ts";
import { TestTerminal } from "../support/terminal.ts";
import { HAS_TMUX } from "../support/tmux.ts";

const AGENT = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", `${REPOSITORY}/tests/support/acp_agent.ts`];

Deno.test({
  name:
    "A4 chat: in a turn /approve and /deny run at once, other lines wait for its end, and /approve is for what is there",
  ignore: !HAS_TMUX,
  fn: async () => {
    await using home = await TestHome.create();
    const env = [`DENO_DIR=${denoDir()}`, "DENO_NO_UPDATE_CHECK=1"];
    await Deno.mkdir(home.dir, { mode: 0o700, recursive: true });
    const config = JSON.stringify({ agents: { mine: { command: AGENT, env } } });
    await Deno.writeTextFile(`${home.dir}/config.jsonc`, config, { mode: 0o600 });
    await home.start();
    await using client = await home.connect({ token: true });
    await using chat = await TestTerminal.open(home, ["chat", "mine"]);
    await chat.shows(/\n> ?$/);
    await enter(chat, "wait 1500; run echo one; run echo two; say after");
    await enter(chat, "/approve");
    await chat.shows("error: nothing waits for an answer");
    const asked = await chat.shows(/mine asks: Bash: echo one\nhint: \/approve \w+, or \/deny \w+; what else is typed/);
    assert(!/approved/.test(asked), asked);
    await hasRead();
    await enter(chat, "say second");
    await enter(chat, "/approve");
    await chat.shows(/approved once[^]*done[^]*mine asks: Bash: echo two/);
    assertEquals((await pending(client)).length, 1);
    await hasRead();
    await enter(chat, "/deny -m 'not that'");
    await chat.shows(/: denied[^]*refusedafter\n[^]*> say second\nsecond\n> ?$/);
    assertEquals((await pending(client)).length, 0);
    await chat.press("C-d");
    assertEquals((await chat.exit()).code, 0);
  },
});

chatTest(
  "A4 chat: an /approve that was typed before anything waited approves nothing, and says so",
  async (home, client) => {
    const row = { sessionId: "s0", agent: "custom", title: "other" };
    await client.request("session.update", { ...row, status: "working" });
    await using chat = await TestTerminal.open(home, ["chat"]);
    await chat.shows(/\n> ?$/);
    await enter(chat, "/wait other --until idle");
    await eventually(() => chat.isCooked(), 5000, "the command has the terminal");
    await enter(chat, "/approve");
    await using web = await held(home, client, { session: "s1", cwd: "/w/web", command: "npm test", env: TUI });
    await hasRead();
    await client.request("session.update", { ...row, status: "idle" });
    const told = await chat.shows("error: nothing waited on this screen when that was typed");
    assertMatch(told, /web waits: Bash: npm test/);
    assertEquals((await pending(client)).map(({ id }) => id), [web.id]);
    await hasRead();
    await enter(chat, "/approve --yes");
    await chat.shows(`${web.id}: approved once`);
  },
);
