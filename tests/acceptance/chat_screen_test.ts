/** The chat at a real terminal (tmux): Tab, several lines, sizes, history, a daemon that is gone, a dumb terminal. */
import { assertEquals } from "@std/assert";
import { eventually } from "../support/harness_wait.ts";
import { TestHome } from "../support/harness.ts";
import { chatTest, END_MS, enter, openChat } from "../support/chat_terminal.ts";
import { TestTerminal } from "../support/terminal.ts";
import { HAS_TMUX, TmuxScreen } from "../support/tmux.ts";

chatTest(
  "V2 chat: Tab completes commands, options, names and ids; and a backslash asks for one more line",
  async (home, client) => {
    await client.request("session.update", { sessionId: "s1", agent: "custom", title: "my web", status: "working" });
    await using chat = await openChat(home);
    await chat.type("/sess");
    await chat.press("Tab", "Tab");
    await chat.shows(/session .*\nsessions .*\n> \/session$/);
    await chat.press("C-u");
    for (const [start, end] of [["/stat", "/status "], ["/ls --fo", "/ls --for"], ["/show my", "/show my\\ web "]]) {
      await chat.type(start!);
      await chat.press("Tab");
      await eventually(async () => (await chat.screen()).endsWith(`> ${end}`.trimEnd()), END_MS, end!);
      if (end!.startsWith("/show")) break;
      await chat.press("C-u");
    }
    await chat.press("Enter");
    await chat.shows(/my web +● working[^]*\n> ?$/);
    await chat.shows(/\n> ?$/);
    await enter(chat, "/session rename s1 \\");
    await chat.shows(/rename s1\n$|rename s1 *$/);
    await enter(chat, "'other 日本'");
    await chat.shows(/\n> ?$/);
    await chat.type("\x1b[200~/ls -q\n/audit head\n\x1b[201~");
    await chat.shows(/> \/ls -q\n {2}\/audit head$/); // a paste sends nothing
    await chat.press("Enter");
    await chat.shows(/\ns1\n.*records[^]*\n> ?$/);
    await enter(chat, "/show s1");
    await chat.shows("other 日本");
  },
);

chatTest(
  "V2 chat: what is typed stays whole, wide characters too, while the terminal changes its size",
  async (home) => {
    await using screen = await TmuxScreen.open(home, { columns: 80, rows: 24 });
    await screen.runs("chat");
    await screen.shows(/^> *$/m);
    const line = `/deny web -m ${"日本 and so on ".repeat(7)}end`;
    await screen.types("-l", line);
    await screen.shows(/end$/m);
    for (const columns of [30, 19, 80, 200, 40]) {
      await screen.resizes({ columns, rows: 24 });
      await eventually(
        async () => {
          const rows = (await screen.text()).trimEnd().split("\n");
          // tmux leaves the spaces at the end of a row out.
          const typed = rows.slice(rows.findLastIndex((row) => row.startsWith("> "))).join("");
          return typed.replaceAll(" ", "") === `>${line.replaceAll(" ", "")}`;
        },
        END_MS,
        `the whole line at ${columns} columns`,
      );
    }
    await screen.types("C-a");
    await eventually(async () => await screen.fact("cursor_x") === "2", END_MS, "the cursor at the line's beginning");
    assertEquals((await screen.text()).match(/^> /gm)?.length, 1, "no rest of an earlier width");
    await screen.types("C-c", "C-d");
  },
);

chatTest(
  "F2 chat: the history outlives the chat, and the chat a restart of the daemon",
  async (home, client) => {
    await client[Symbol.asyncDispose]();
    {
      await using chat = await openChat(home);
      await enter(chat, "/audit head");
      await chat.shows(/\n> ?$/);
      await enter(chat, "/daemon stop");
      await chat.shows(/stopped, pid \d+[^]*offline > ?$/);
      await enter(chat, "/daemon start");
      await chat.shows(/started, pid \d+[^]*\n> ?$/);
      await chat.press("C-d");
      assertEquals((await chat.exit()).code, 0);
    }
    assertEquals((await Deno.stat(home.path("chat_history"))).mode! & 0o777, 0o600);
    await using chat = await openChat(home);
    await chat.press("Up", "Up", "Up");
    await chat.shows(/> \/audit head$/);
    await chat.press("Down", "C-a");
    await chat.press("C-k");
    await chat.shows(/\n> ?$/);
    await chat.press("C-d");
    await chat.exit();
  },
);

Deno.test({
  name:
    "I5 chat: without a daemon and --no-start it says so, each command too, and a dumb terminal is asked line by line",
  ignore: !HAS_TMUX,
  fn: async () => {
    await using home = await TestHome.create();
    await using chat = await TestTerminal.open(home, ["--no-start", "chat"]);
    await chat.shows(/no daemon is running; trying again\noffline > ?$/);
    await enter(chat, "/ls");
    await chat.shows(/error: no daemon is running[^]*offline > ?$/);
    await chat.press("C-d");
    assertEquals((await chat.exit()).code, 0);
    assertEquals(home.daemonPid(), undefined);
    await home.start();
    await using dumb = await TestTerminal.open(home, ["chat"], { env: { TERM: "dumb" } });
    await dumb.shows(/^> ?$/);
    await enter(dumb, "/ls -q");
    await dumb.shows(/ls -q\n> ?$/);
    await dumb.press("C-d");
    assertEquals((await dumb.exit()).code, 0);
  },
});
