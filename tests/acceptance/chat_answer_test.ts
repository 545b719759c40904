/** Answers in the chat while an agent has its turn, and those that were typed before anything waited. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { chatTest, END_MS, enter, hasRead } from "../support/chat_terminal.ts";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { denoDir } from "../support/harness_guard.ts";
import { eventually } from "../support/harness_wait.ts";
import { held, pending, TUI } from "../support/hook_process.ts";
import { TestTerminal } from "../support/terminal.ts";
import { HAS_TMUX } from "../support/tmux.ts";
import type { RawClient } from "../support/wire.ts";

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
    const go = `${home.root}/go`;
    await enter(chat, `until ${go}; run echo one; run echo two; say after`);
    await enter(chat, "/approve");
    await chat.shows("error: nothing waits for an answer");
    await Deno.writeTextFile(go, "");
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
    await using chat = await TestTerminal.open(home, ["chat"]);
    await chat.shows(/\n> ?$/);
    const go = await waitsIn(chat, client);
    await enter(chat, "/approve");
    await using web = await held(home, client, { session: "s1", cwd: "/w/web", command: "npm test", env: TUI });
    await hasRead();
    await go();
    const told = await chat.shows(refusal(web.id));
    assertMatch(told, /web waits: Bash: npm test/);
    assertEquals((await pending(client)).map(({ id }) => id), [web.id]);
    await hasRead();
    await enter(chat, "/approve --yes");
    await chat.shows(`${web.id}: approved once`);
  },
);

chatTest(
  "A4 chat: a request that was read lets no other through, whatever a line names that was typed before it appeared",
  async (home, client) => {
    await using api = await held(home, client, { session: "s2", cwd: "/w/api", command: "touch a", env: TUI });
    await using chat = await TestTerminal.open(home, ["chat"]);
    await chat.shows(/▲1 > ?$/);
    await hasRead();
    const go = await waitsIn(chat, client);
    // The line in front takes longer than what a person needs to read.
    await setStatus(client, "more", "working");
    const ahead = ["/approve web", "/deny web", "/approve --all --session web --yes", "/approve api web"];
    for (const line of ["/wait more --until idle", ...ahead]) await enter(chat, line);
    await using web = await held(home, client, { session: "s1", cwd: "/w/web", command: "touch b", env: TUI });
    await go();
    await chat.shows(/▲2 > \/wait more/);
    await hasRead();
    await setStatus(client, "more", "idle");
    const refused = refusal(web.id).source;
    await chat.shows(new RegExp(`(?:${refused}[^]*){4}▲2 > ?$`));
    assertEquals(await openIds(client), [api.id, web.id].sort());
    await hasRead();
    await enter(chat, "/approve web api");
    await chat.shows(new RegExp(`${web.id}: approved once[^]*${api.id}: approved once`));
  },
);

chatTest("A4 chat: each command of a paste was typed when it was pasted", async (home, client) => {
  await using api = await held(home, client, { session: "s2", cwd: "/w/api", command: "touch a", env: TUI });
  await using chat = await TestTerminal.open(home, ["chat"]);
  await chat.shows(/▲1 > ?$/);
  await hasRead();
  await setStatus(client, "other", "working");
  await chat.type("\x1b[200~/approve api\n/wait other --until idle\n/approve\x1b[201~");
  await chat.press("Enter");
  await chat.shows(`${api.id}: approved once`);
  await using web = await held(home, client, { session: "s1", cwd: "/w/web", command: "touch b", env: TUI });
  await hasRead();
  await setStatus(client, "other", "idle");
  await chat.shows(refusal(web.id));
  assertEquals(await openIds(client), [web.id]);
});

chatTest("A4 chat: the daemon's console, which knows no screen, answers nothing from a chat", async (home, client) => {
  await using web = await held(home, client, { session: "s1", cwd: "/w/web", command: "touch b", env: TUI });
  await using chat = await TestTerminal.open(home, ["chat"]);
  await chat.shows(/▲1 > ?$/);
  await enter(chat, `/exec /approve ${web.id}`);
  await chat.shows(/error: \/exec does not run in the chat: what it answers may never have been/);
  await enter(chat, "/exec /approvals");
  await chat.shows(/exec \/approvals\n[^]*Bash: touch b/);
  assertEquals(await openIds(client), [web.id]);
});

/** What the chat says, on lines of any width. */
function refusal(id: string): RegExp {
  return new RegExp(`request "${id}" was not on this screen when that was typed`.replaceAll(" ", "\\s+"));
}

/** A command has the terminal until the function is called that this returns. */
async function waitsIn(chat: TestTerminal, client: RawClient): Promise<() => Promise<void>> {
  await setStatus(client, "other", "working");
  await enter(chat, "/wait other --until idle");
  await eventually(() => chat.isCooked(), END_MS, "the command has the terminal");
  return () => setStatus(client, "other", "idle");
}

async function setStatus(client: RawClient, title: string, status: "working" | "idle"): Promise<void> {
  await client.request("session.update", { sessionId: `id-${title}`, agent: "custom", title, status });
}

async function openIds(client: RawClient): Promise<readonly string[]> {
  return (await pending(client)).map(({ id }) => String(id)).sort();
}
