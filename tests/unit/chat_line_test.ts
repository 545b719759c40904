/** The chat's line: keys, editing, history, its rows on the screen, words, what a line means, what Tab makes of it. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { completedText } from "../../src/chat/completer.ts";
import { inputsOf, parseInput } from "../../src/chat/input.ts";
import { MAX_LINE, type PipeLine, PipeLines } from "../../src/chat/pipe_lines.ts";
import { KeyParser } from "../../src/chat/keys.ts";
import { layOut } from "../../src/chat/layout.ts";
import { LineEditor } from "../../src/chat/line_editor.ts";
import { slashText } from "../../src/chat/slash_text.ts";
import { escapedWord, splitLine } from "../../src/lib/line_words.ts";
import { runsInTurn, SeenRequests } from "../../src/chat/seen.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";

/** A line after these keys. The caret is `|`. */
function typed(keys: readonly string[], history: readonly string[] = []): string {
  const line = new LineEditor(history);
  for (const key of keys) line.press(key);
  return `${line.text.slice(0, line.caret)}|${line.text.slice(line.caret)}`;
}

const [LEFT, UP, DOWN, HOME, END] = ["\x1b[D", "\x1b[A", "\x1b[B", "\x1b[H", "\x1b[F"];

Deno.test("chat: words are parted as in a shell, and no sign is more than itself", () => {
  const cases: readonly [string, readonly string[]][] = [
    ["", []],
    ["  ls   -q ", ["ls", "-q"]],
    ["deny web -m 'not now'", ["deny", "web", "-m", "not now"]],
    [`a "b \\" c" d\\ e ''`, ["a", 'b " c', "d e", ""]],
    ["rules add npm * $(x) | ; & > ~", ["rules", "add", "npm", "*", "$(x)", "|", ";", "&", ">", "~"]],
    ["two\nlines", ["two", "lines"]],
    ["C:\\\\x", ["C:\\x"]],
  ];
  for (const [line, words] of cases) assertEquals(splitLine(line).words, words, line);
  assertEquals(splitLine("say 'it").open, "'");
  fc.assert(fc.property(fc.array(fc.string({ minLength: 1 })), (words) => {
    assertEquals(splitLine(words.map(escapedWord).join(" ")).words, words);
  }));
});

Deno.test("F5 chat: hints and errors call a command by its slash; what an agent runs stays as it is", () => {
  const commands = ["approvals", "approve", "daemon", "go", "ls", "rules"];
  const cases: readonly [said: string, inChat: string][] = [
    [
      "error: no daemon is running\nhint: agent-console daemon start\n",
      "error: no daemon is running\nhint: /daemon start\n",
    ],
    [
      "error: nobody waits\nhint: agent-console go ID, for one of agent-console ls",
      "error: nobody waits\nhint: /go ID, for one of /ls",
    ],
    [
      'error: x\nhint: "agent-console approve ID --scope workspace" makes it',
      'error: x\nhint: "/approve ID --scope workspace" makes it',
    ],
    ["error: see agent-console ls --all; agent-console approvals", "error: see /ls --all; /approvals"],
    ["error: x\nhint: agent-console --help", "error: x\nhint: /help"],
    ["rule r1; take it back with: agent-console rules revoke r1", "rule r1; take it back with: /rules revoke r1"],
    ["error: x\nhint: did you mean daemon start?", "error: x\nhint: did you mean /daemon start?"],
    ["note: older\nhint: agent-console daemon restart", "note: older\nhint: /daemon restart"],
  ];
  for (const [said, inChat] of cases) assertEquals(slashText(said, commands), inChat);
  const same = [
    "k3: approved once (Bash: agent-console approve k4)",
    "error: x\nhint: agent-console chat", // does not run in the chat
    "error: /home/u/agent-console ls, agent-console lsx, my-agent-console ls",
    "error: x\nhint: did you mean daemon?",
    "x asks\nhint: in another window, agent-console approve k3, or deny k3",
    "error: the daemon runs 1, agent-console itself is 2",
  ];
  for (const text of same) assertEquals(slashText(text, commands), text);
});

Deno.test("chat: a slash makes a command, its name is checked, and lines of commands are one each", () => {
  const names = ["ls", "approve", "status"];
  assertEquals(parseInput("/sessions -q", names), { kind: "command", words: ["ls", "-q"] });
  assertEquals(parseInput("/help ls", names), { kind: "command", words: ["help", "ls"] });
  assertEquals(parseInput("/", names), { kind: "help" });
  assertEquals(parseInput("/exit", names), { kind: "quit" });
  assertEquals(parseInput("see /ls", names), { kind: "text", text: "see /ls" });
  const error = assertThrows(() => parseInput("/aprove x", names), ConsoleError);
  assertEquals([error.message, error.hint], ['unknown command "/aprove"', "did you mean /approve?"]);
  assertEquals(assertThrows(() => parseInput("/memory", names), ConsoleError).hint, "/help lists the commands");
  assertEquals(assertThrows(() => parseInput("/ls 'x", names), ConsoleError).kind, "usage");
  assertEquals(inputsOf(" /status\n/next "), ["/status", "/next"]);
  assertEquals(inputsOf("look:\n/status"), ["look:\n/status"]);
  assertEquals(inputsOf("/session rename x \n two"), ["/session rename x \n two"]);
});

Deno.test("chat: the keys of readline move and cut, by whole characters", () => {
  const family = "👨‍👩‍👧";
  const cases: readonly [readonly string[], string][] = [
    [["a", "b", LEFT, "c"], "ac|b"],
    [["a", "日", family, "\x7f"], "a日|"],
    [["a", family, LEFT, "x"], `ax|${family}`],
    [["a", "b", HOME, "c", END, "d"], "cabd|"],
    [["a", "b", "\x01", "\x0b"], "|"],
    [["a", "b", "\x01", "\x0b", "\x19", "\x19"], "abab|"],
    [[..."one two", "\x17", "x"], "one x|"],
    [[..."one two", "\x15"], "|"],
    [[..."one two", "\x1bb", "\x1bb", "\x1bd"], "| two"],
    [[..."one", HOME, "\x04", "\x1b[3~"], "|e"],
    [["\x07", "\x1b[5~", "\x1b[200z", "a"], "a|"],
    [["a", "\\", "\r", "b"], "a\nb|"],
    [["a", "\x1b\r", "b", UP, "c"], "ac|\nb"],
  ];
  for (const [keys, expected] of cases) assertEquals(typed(keys), expected, JSON.stringify(keys));
  const line = new LineEditor();
  assertEquals(["\x04", "\x03", "\t", "\x0c", "\x1a", "\r"].map((key) => line.press(key)), [
    "end",
    "interrupt",
    "complete",
    "clear",
    "suspend",
    "submit",
  ]);
  line.insert("C:\\\\");
  assertEquals(line.press("\r"), "submit", "two backslashes at the end are one that is meant");
});

Deno.test("chat: the history comes back line by line, and what was being typed is not lost", () => {
  const history = ["/ls", "/status"];
  assertEquals(typed(["x", UP], history), "/status|");
  assertEquals(typed(["x", UP, UP, UP], history), "/ls|");
  assertEquals(typed(["x", UP, UP, DOWN, DOWN, DOWN], history), "x|");
  assertEquals(typed([UP, "!", "\x10", "\x0e", "\x0e"], history), "|");
});

Deno.test("A4 chat: a pasted text sends nothing, and what a terminal obeys is taken out of it", () => {
  const line = new LineEditor();
  line.paste("rm x\r\n\x1b[2J\x9b31mtwo\x07\tend\n");
  assertEquals(line.text, "rm x\n[2J31mtwo  end");
  const { rows } = layOut("a\u202eb\u200bc", 0, 0, 80);
  assertEquals(rows, ["a\\u202eb\\u200bc"]);
  line.paste("x".repeat(70_000));
  assertEquals(line.text.length < 100, true, "a text over the limit is not taken");
});

Deno.test("chat: keys and pastes are told apart wherever a read cuts them", () => {
  const sent = "a\x1b[Db\x1b[200~x\ny\x1b[201~\x1bOHé日";
  const whole = new KeyParser().push(sent);
  assertEquals(whole, [
    { key: "a" },
    { key: "\x1b[D" },
    { key: "b" },
    { paste: "x\ny" },
    { key: "\x1bOH" },
    { key: "é" },
    { key: "日" },
  ]);
  for (let cut = 1; cut < sent.length; cut++) {
    const parser = new KeyParser();
    assertEquals([...parser.push(sent.slice(0, cut)), ...parser.push(sent.slice(cut))], whole, `cut at ${cut}`);
  }
});

Deno.test("V2 chat: a paste whose mark is cut behind its Escape is a paste, and an Escape with nothing behind it a key", () => {
  const parser = new KeyParser();
  assertEquals([parser.push("a\x1b"), parser.waits], [[{ key: "a" }], true]);
  assertEquals(parser.push("[200~/daemon stop\n\x1b"), []);
  assertEquals(parser.push("[201~"), [{ paste: "/daemon stop\n" }]);
  assertEquals([parser.push("\x1b"), parser.flush(), parser.waits], [[], [{ key: "\x1b" }], false]);
  assertEquals([parser.push("\x1b["), parser.flush(), parser.push("A")], [[], [], [{ key: "\x1b[A" }]]);
});

Deno.test("V2 chat: rows fit the screen at every width, and the caret stands on its character", () => {
  assertEquals(layOut("日本語", 2, 2, 5), {
    rows: ["日", "本語"],
    widths: [4, 4],
    caret: { row: 1, column: 2 },
  });
  assertEquals(layOut("abc", 3, 2, 5).caret, { row: 1, column: 0 });
  assertEquals(layOut("a\nb", 2, 2, 40), { rows: ["a", "  b"], widths: [3, 3], caret: { row: 1, column: 2 } });
  const text = fc.string({ unit: fc.constantFrom("a", " ", "日", "é", "👍", "\n"), maxLength: 60 });
  fc.assert(fc.property(text, fc.integer({ min: 12, max: 90 }), (typed, width) => {
    const { rows, widths, caret } = layOut(typed, typed.length, 2, width);
    assertEquals(widths.every((wide) => wide <= width), true);
    assertEquals(caret.row, rows.length - 1);
    assertEquals(rows.join("").replaceAll("  ", "").length <= typed.length, true);
  }));
});

Deno.test("chat: Tab adds what is certain, lists where it is not, and quotes what it adds", async () => {
  const words = (found: readonly string[]) => () => Promise.resolve(found.map((value) => ({ value, about: "x" })));
  const screen = { columns: 80 };
  assertEquals(await completedText("/app", words(["approve", "approvals"]), screen), {
    from: 1,
    text: "approv",
    lines: [],
  });
  const listed = await completedText("/approv", words(["approve", "approvals"]), screen);
  assertEquals([listed.text, listed.lines.length], ["", 2]);
  assertEquals(await completedText("/show my", words(["my web"]), screen), { from: 6, text: "my\\ web ", lines: [] });
  assertEquals(await completedText("/show 'my w", words(["my web"]), screen), {
    from: 6,
    text: "my\\ web ",
    lines: [],
  });
  assertEquals((await completedText("/show ", words(["web"]), screen)).text, "web ");
  assertEquals((await completedText("text", words(["web"]), screen)).text, "");
  const many = await completedText("/x", words(Array.from({ length: 40 }, (_, at) => `x${at}y`)), screen);
  assertEquals([many.text, many.lines.length], ["", 25], "the first of them, and how many more there are");
});

Deno.test("A4 chat: of a line that is too long for a pipe nothing is run, and the lines around it are", () => {
  const cases: readonly (readonly [sent: string, lines: readonly (string | undefined)[]])[] = [
    ["a\nb\\\nc\r\nd", ["a", "b\nc", "d"]],
    ["a\\", ["a\n"]],
    ["a\\\\\nb\n", ["a\\\\", "b", ""]],
    [`/ls\n${"x".repeat(MAX_LINE)}/daemon stop\n/status\n`, ["/ls", undefined, "/status", ""]],
    [`${"x".repeat(MAX_LINE + 1)}/daemon stop`, [undefined]],
    [`${"x".repeat(MAX_LINE)}\n`, ["x".repeat(MAX_LINE), ""]],
    [`${"x".repeat(MAX_LINE)}x\\\n/daemon stop\n/ls\n`, [undefined, "/ls", ""]],
    [`${`${"x".repeat(9999)}\\\n`.repeat(110)}/daemon stop\n/ls\n`, [undefined, "/ls", ""]],
  ];
  for (const [sent, wanted] of cases) {
    for (const size of [4096, 1_000_003]) {
      const lines = new PipeLines();
      const found: PipeLine[] = [];
      for (let at = 0; at < sent.length; at += size) found.push(...lines.push(sent.slice(at, at + size)));
      found.push(...lines.end());
      const texts = found.map((one) => one === "too long" ? undefined : one.text);
      assertEquals(texts.length, wanted.length, sent.slice(0, 20));
      texts.forEach((text, at) => assertEquals(text === wanted[at], true, `${sent.slice(0, 20)} ${at}`));
    }
  }
});

Deno.test("A4 chat: a paste whose end never comes keeps no Ctrl-C from its person", () => {
  const parser = new KeyParser();
  assertEquals(parser.push("\x1b[200~half"), []);
  assertEquals(parser.push("\x03"), [{ paste: "half" }, { key: "\x03" }]);
});

Deno.test("A4 chat: only a request that was on the screen when a line was typed is answered by it", () => {
  let now = 1000;
  const seen = new SeenRequests(() => now);
  const isRead = (id: string, typedAt: number, answered: "in its line" | "at a question" = "in its line") => {
    try {
      seen.readAt(typedAt).mayAnswer(id, answered);
      return true;
    } catch (error) {
      assert(error instanceof ConsoleError && error.message.startsWith(`request "${id}" was not on this screen`));
      return false;
    }
  };
  seen.see(["a1"]);
  now = 2000;
  seen.see(["a1", "b2"]);
  assertEquals([isRead("a1", 1399), isRead("a1", 1400), isRead("b2", 2399), isRead("b2", 2400)], [
    false,
    true,
    false,
    true,
  ]);
  // One that was seen lets no other through, and a question counts from when it showed them.
  assertEquals([isRead("c3", 9000), isRead("b2", 1000, "at a question")], [false, false]);
  seen.readAt(1000).shows(["c3"]);
  now = 2400;
  assertEquals([isRead("c3", 2000), isRead("c3", 2000, "at a question")], [false, true]);
});

Deno.test("A4 chat: what is over is forgotten, however many requests a chat sees", () => {
  let now = 0;
  const seen = new SeenRequests(() => now);
  for (let i = 0; i < 1000; i++, now++) seen.see([`r${i}`, "stays"]);
  seen.readAt(400).mayAnswer("stays", "in its line");
  assertThrows(() => seen.readAt(9000).mayAnswer("r0", "in its line"), ConsoleError);
});

Deno.test("A4 chat: answers and the list of what waits run in a turn, other lines do not", () => {
  assertEquals(["/approve x", "/deny", "/approvals", "/ls", "approve it"].map(runsInTurn), [
    true,
    true,
    true,
    false,
    false,
  ]);
});
