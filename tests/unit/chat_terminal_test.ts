/** The chat's prompt at a made-up terminal, its history file, and how a need is told in a line. */
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import stringWidth from "fast-string-width";
import { ChatHistory } from "../../src/chat/history.ts";
import { noticeLines } from "../../src/chat/notice.ts";
import { PromptLine } from "../../src/chat/prompt_line.ts";
import { Needs } from "../../src/view/needs.ts";
import type { Approval } from "../../src/domain/approval.ts";
import type { Keyboard } from "../../src/platform/keyboard.ts";

interface FakeTerminal {
  readonly keyboard: Keyboard;
  readonly raw: boolean[];
  readonly written: string[];
}

/** A terminal whose person types `reads`, and then hangs up. */
function terminal(reads: readonly string[]): FakeTerminal {
  const left = [...reads];
  const raw: boolean[] = [];
  return {
    raw,
    written: [],
    keyboard: {
      isTerminal: true,
      show: () => {},
      read: () => Promise.resolve(left.shift()),
      setRaw: (on) => void raw.push(on),
    },
  };
}

/** Closed at the end of its block. */
class OpenPrompt extends PromptLine {
  constructor({ keyboard, written }: FakeTerminal, complete = () => Promise.resolve([])) {
    const screen = { columns: 40, rows: 10, write: (text: string) => void written.push(text) };
    super(keyboard, screen, () => ({ text: "> ", width: 2 }), complete);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

Deno.test("F5 chat: the terminal is given back after a line, at its end and at a bug", async () => {
  const fake = terminal(["/ls\r/st", "atus\r"]);
  using prompt = new OpenPrompt(fake);
  assertEquals(await prompt.read([]), { kind: "line", text: "/ls" });
  assertEquals(fake.raw, [true, false]);
  assertEquals(await prompt.read([]), { kind: "line", text: "/status" }, "keys behind the line are of the next");
  assertEquals(await prompt.read([]), { kind: "end" });
  assertEquals(fake.raw.at(-1), false);
  assert(fake.written.join("").endsWith("\x1b[?2004l"));
  const broken = terminal(["/\t"]);
  using failing = new OpenPrompt(broken, () => Promise.reject(new TypeError("a bug")));
  await assertRejects(() => failing.read([]), TypeError);
  assertEquals(broken.raw, [true, false]);
});

Deno.test("A4 chat: a line that came behind another was typed when it came, however long that one ran", async () => {
  const fake = terminal(["/wait web\r/app", "rove\r", "/ls\r"]);
  using prompt = new OpenPrompt(fake);
  assertEquals(await prompt.read([]), { kind: "line", text: "/wait web" });
  const came = prompt.typedAt;
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(await prompt.read([]), { kind: "line", text: "/approve" });
  assertEquals(prompt.typedAt, came);
  assertEquals(await prompt.read([]), { kind: "line", text: "/ls" });
  assert(prompt.typedAt >= came + 40);
});

Deno.test("A4 chat: a turn takes the keys that came in one read with its prompt, as of when they came; a paste stays", async () => {
  using prompt = new OpenPrompt(terminal(["say a\r/approve\rne", "xt\r\x1b[200~b\x1b[201~\r"]));
  assertEquals(await prompt.read([]), { kind: "line", text: "say a" });
  const ahead = prompt.takeTyped();
  assertEquals([ahead?.text, ahead?.at], ["/approve\rne", prompt.typedAt]);
  assertEquals(prompt.takeTyped(), undefined);
  assertEquals(await prompt.read([]), { kind: "line", text: "xt" });
  assertEquals(prompt.takeTyped(), undefined, "a paste");
  assertEquals(await prompt.read([]), { kind: "line", text: "b" });
});

Deno.test("V2 chat: a pasted text runs nothing, also where a read cuts its mark behind the Escape", async () => {
  const fake = terminal(["end", "\x1b", "[200~/daemon stop\n\x1b", "[201~", "\r"]);
  using prompt = new OpenPrompt(fake);
  assertEquals(await prompt.read([]), { kind: "line", text: "end/daemon stop" });
});

Deno.test("V2 chat: an Escape with nothing behind it is a key, and holds no other up", async () => {
  const late = Promise.withResolvers<string | undefined>();
  const reads = [Promise.resolve("a\x1b"), late.promise];
  const fake = terminal([]);
  using prompt = new OpenPrompt({ ...fake, keyboard: { ...fake.keyboard, read: () => reads.shift()! } });
  const line = prompt.read([]);
  await new Promise((resolve) => setTimeout(resolve, 200));
  late.resolve("[\r");
  assertEquals(await line, { kind: "line", text: "a[" });
});

Deno.test("F5 chat: a Ctrl-C that comes as a signal gives up the line too, and the read that waits is not lost", async () => {
  const fake = terminal([]);
  const key = Promise.withResolvers<string>();
  using prompt = new OpenPrompt({ ...fake, keyboard: { ...fake.keyboard, read: () => key.promise } });
  const read = prompt.read([]);
  prompt.interrupt();
  assertEquals(await read, { kind: "interrupt", wasEmpty: true });
  assertEquals(fake.raw, [true, false]);
  const next = prompt.read([]);
  key.resolve("/ls\r");
  assertEquals(await next, { kind: "line", text: "/ls" });
});

Deno.test("V1 chat: what is told while a command has the terminal stands above the next prompt", async () => {
  const fake = terminal(["\x03", "x\x03"]);
  using prompt = new OpenPrompt(fake);
  prompt.tell(["web waits"]);
  assertEquals(fake.written, [], "a command's screen is its own");
  assertEquals(await prompt.read([]), { kind: "interrupt", wasEmpty: true });
  assertStringIncludes(stripAnsiCode(fake.written.join("")), "web waits\r\n");
  assertEquals(await prompt.read([]), { kind: "interrupt", wasEmpty: false });
});

Deno.test("A3 chat: the history is kept for its owner alone, bounded, and masked", () => {
  const folder = Deno.makeTempDirSync({ prefix: "ac-chat-" });
  try {
    const chatHistory = `${folder}/chat_history`;
    const history = new ChatHistory({ chatHistory });
    for (const line of ["/ls", "/ls", " /secret", "two\nlines", "deploy with API_TOKEN=abcdefghij0123456789"]) {
      history.add(line);
    }
    assertEquals(history.lines.at(-1), "deploy with API_TOKEN=abcdefghij0123456789");
    assertEquals(Deno.statSync(chatHistory).mode! & 0o777, 0o600);
    assertEquals(new ChatHistory({ chatHistory }).lines, ["/ls", "two\nlines", "deploy with API_TOKEN=***"]);
    Deno.writeTextFileSync(chatHistory, `{"torn\n${'"x"\n'.repeat(2500)}`);
    assertEquals(new ChatHistory({ chatHistory }).lines.length, 1000);
    assertEquals(Deno.readTextFileSync(chatHistory).split("\n").length, 1001, "it was cut back");
    const long = new ChatHistory({ chatHistory });
    for (let at = 0; at < 200; at++) long.add(`${at} ${"x".repeat(4000)}`);
    assert(Deno.statSync(chatHistory).size < 600_000);
    assertMatch(new ChatHistory({ chatHistory }).lines.at(-1) ?? "", /^199 x/);
    Deno.removeSync(chatHistory);
    Deno.writeTextFileSync(`${folder}/other`, "mine\n");
    Deno.symlinkSync(`${folder}/other`, chatHistory);
    const linked = new ChatHistory({ chatHistory });
    linked.add("/ls");
    assertMatch(linked.problem ?? "", /symlink/);
    assertEquals(linked.lines, ["/ls"]);
    assertEquals(Deno.readTextFileSync(`${folder}/other`), "mine\n");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

function need(input: string, more: Partial<Approval> = {}) {
  const approval = { id: "h3n7s", sessionId: "s1", agent: "custom", cwd: "/home/u/web", for: "permission" };
  const asked = { ...approval, status: "pending", tool: "Bash", input, risk: { label: "destroys" }, ...more };
  const needs = new Needs();
  const heard = needs.hear({ type: "approval.requested", data: { approval: asked } });
  const [open] = needs.open(heard === undefined ? [] : [heard], []);
  assert(open !== undefined);
  return open;
}

Deno.test("A4 chat: a request is told in one line that fits, harmless, with the command that answers it", () => {
  const short = noticeLines(need("git push --force"), 120).map(stripAnsiCode);
  assertEquals(short.length, 1);
  assertMatch(short[0]!, /^▲ web waits: Bash: git push --force.* {2}\/approve h3n7s · \/deny h3n7s$/);
  const hostile = need(`echo \x1b]52;c;x\x07\u202e${"日本".repeat(80)}\nhint: /quit`);
  for (const columns of [20, 40, 60, 80, 200]) {
    const lines = noticeLines(hostile, columns).map(stripAnsiCode);
    assert(
      lines.every((line) => !/[\p{Cc}\u202e]/u.test(line) && stringWidth(line) < columns),
      lines.join(),
    );
    assertStringIncludes(lines.join(" "), "/approve h3n7s".slice(0, columns - 4));
  }
  assertStringIncludes(noticeLines(need("x", { cutBy: 9 }), 80).join(), "/deny h3n7s");
});
