/** The chat at a real terminal (tmux): answers, what is told meanwhile, Ctrl-C, Ctrl-D, Ctrl-Z, signals, the pager. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { chatTest, END_MS, enter, hasRead, hears, openChat, STILL_ENDS } from "../support/chat_terminal.ts";
import { eventually } from "../support/harness_wait.ts";
import { ALLOWED, deniedWith, held, pending, PRINT, TUI } from "../support/hook_process.ts";
import { TestTerminal } from "../support/terminal.ts";
import { TmuxScreen } from "../support/tmux.ts";

chatTest(
  "V1 chat: a request is told above what is being typed, the prompt counts it, and /approve and /deny answer it",
  async (home, client) => {
    await using chat = await openChat(home);
    await hears(chat, client);
    await chat.type("half a 日本 line");
    // Of an agent that shows no dialog of its own: held because this is a window.
    await using web = await held(home, client, { session: "s1", cwd: "/w/web", command: "npm test", env: PRINT });
    const told = await chat.shows(/▲1 > half a 日本 line$/);
    assertMatch(told, new RegExp(`▲ web waits: Bash: npm test  /approve ${web.id} · /deny ${web.id}\\n▲1 > half`));
    await chat.press("C-u");
    await hasRead();
    await chat.type("/approve ");
    await chat.press("Tab");
    await chat.shows(new RegExp(`▲1 > /approve ${web.id}$`));
    await chat.press("Enter");
    await chat.shows(`${web.id}: approved once`);
    await chat.shows(/\n> ?$/);
    assertEquals((await web.hook.exit(END_MS)).stdout, ALLOWED);
    await using shop = await held(home, client, { session: "s2", cwd: "/w/shop", command: "make", env: TUI });
    await chat.shows("▲ shop waits: Bash: make");
    await hasRead();
    await enter(chat, "/deny shop -m 'not now'");
    await chat.shows(`${shop.id}: denied`);
    assertEquals((await shop.hook.exit(END_MS)).stdout, deniedWith("not now"));
    await using other = await held(home, client, { session: "s3", cwd: "/w/other", command: "make x", env: TUI });
    await chat.shows(/▲1 > ?$/);
    assertEquals((await home.cli(["approve", other.id])).code, 0);
    await chat.shows(/\n> ?$/); // answered in another window
    await chat.press("C-d");
    assertEquals((await chat.exit()).code, 0);
    assert(await chat.isCooked());
  },
);

chatTest(
  "F5 chat: /approve alone asks as ever, and Ctrl-C at its question ends only that, with no key lost",
  async (home, client) => {
    await using a = await held(home, client, { session: "s1", cwd: "/w/web", command: "touch a" });
    await using b = await held(home, client, { session: "s2", cwd: "/w/shop", command: "touch b" });
    await using chat = await TestTerminal.open(home, ["chat"]);
    await chat.shows("2 wait; /approvals shows on what");
    await chat.shows(/▲2 > ?$/);
    await hasRead();
    await enter(chat, "/approve");
    await chat.shows("1-2, Enter for none:");
    assert(await chat.isCooked(), "a question is a line with echo");
    await chat.press("C-c");
    await chat.shows(new RegExp(`none:.*\\n+(?:${STILL_ENDS}\\n)?▲2 > ?$`));
    assertEquals((await pending(client)).length, 2);
    await enter(chat, "/approve"); // each of these keys arrives, though the question was reading
    await chat.shows(/\/approve\n[^]*none:[^]*\/approve\n[^]*none: ?$/);
    await chat.press("2", "Enter");
    await chat.shows(`${b.id}: approved once`);
    await chat.shows(/▲1 > ?$/);
    await enter(chat, "/approve -i");
    await chat.shows(/touch a[^]*quit > ?$/);
    await chat.press("C-c");
    await chat.shows(new RegExp(`quit >.*\\n+(?:${STILL_ENDS}\\n)?▲1 > ?$`));
    assertEquals((await pending(client)).map(({ id }) => id), [a.id]);
    assertEquals((await b.hook.exit(END_MS)).stdout, ALLOWED);
    await enter(chat, "/quit");
    assertEquals((await chat.exit()).code, 0);
  },
);

chatTest(
  "F5 chat: Ctrl-C gives up a line, ends a command, and twice leaves; a wrong command ends nothing",
  async (home, client) => {
    await using chat = await openChat(home);
    await chat.type("never sent");
    await chat.press("C-c");
    await chat.shows(/never sent\^C\n> ?$/);
    await enter(chat, "/watch");
    await client.request("session.update", { sessionId: "s1", agent: "custom", title: "shown", status: "working" });
    await chat.shows(/shown +custom/); // a line for each change: the board would take the screen
    assert(await chat.isCooked());
    await chat.press("C-c");
    await chat.shows(/shown[^]*\n> ?$/);
    for (
      const [line, error, hint] of [
        ["/lss", 'unknown command "/lss"', "did you mean /ls?"],
        ["/daemon strat", 'unknown command "daemon strat"', "did you mean /daemon start?"],
        ["/daemon", "/daemon does not run in the chat", "hint: /daemon start"],
        ["/chat", "/chat does not run in the chat", "hint: /help"],
        ["hello there", "the daemon runs no agent yet", "shown (custom)"],
        ["/ls 'x", "a quote is open", "hint: close it"],
      ] as const
    ) {
      await enter(chat, line);
      assertStringIncludes(await chat.shows(hint), error);
      await chat.shows(/\n> ?$/);
    }
    await chat.press("C-c");
    await chat.shows("Ctrl-C again leaves");
    await chat.press("C-c");
    assertEquals((await chat.exit()).code, 130);
    assert(await chat.isCooked());
  },
);

chatTest(
  "F5 chat: TERM, HUP and QUIT give the terminal back, at the prompt and while a command asks",
  async (home, client) => {
    await using _asks = await held(home, client, { cwd: "/w/web", command: "touch a" });
    for (const [signal, ended] of [["SIGTERM", 143], ["SIGHUP", 129], ["SIGQUIT", 131]] as const) {
      for (const line of ["", "/approve -i"]) {
        await using chat = await TestTerminal.open(home, ["chat"]);
        await chat.shows(/▲1 > ?$/);
        if (line !== "") await enter(chat, line);
        if (line !== "") await chat.shows("quit >");
        await eventually(async () => !await chat.isCooked(), END_MS, "single keys");
        Deno.kill(await chat.pid(home, "chat"), signal);
        assertEquals((await chat.exit()).code, ended, `${signal} ${line}`);
        assert(await chat.isCooked(), `${signal} ${line}`);
      }
    }
  },
);

chatTest(
  "F5 chat: Ctrl-Z gives the terminal back and fg goes on with the line; the pager of a command is the command's",
  async (home, client) => {
    const command = Array.from({ length: 60 }, (_, at) => `echo ${at}`).join("\n");
    await using _asks = await held(home, client, { cwd: "/w/web", command });
    await using screen = await TmuxScreen.open(home);
    await screen.runs("chat");
    await screen.shows(/▲1 > *$/m);
    await screen.types("/show w");
    await screen.shows(/> \/show w/);
    await screen.types("C-z");
    await screen.shows(/Stopped/);
    await screen.types("echo cooked", "Enter");
    await screen.shows(/^cooked$/m);
    await screen.types("fg; echo left $?", "Enter"); // typed behind Ctrl-D it could reach the chat, which is still ending
    await screen.shows(/fg[^]*▲1 > \/show w/);
    await screen.types("eb", "Enter");
    await screen.shows(/^:|^\(END\)|lines? \d/m); // less
    await screen.types("C-c");
    await screen.types("q");
    await screen.shows(/▲1 > *\n*$/);
    await screen.types("C-d");
    await screen.shows(/^left 0$/m);
  },
);
