import { assertEquals, assertRejects } from "@std/assert";
import { setColorEnabled } from "@std/fmt/colors";
import { ask, askLine, askWhich } from "../../src/cli/ask.ts";
import { askAnswers } from "../../src/cli/ask_answers.ts";
import { CommandEnded } from "../../src/cli/tree/shared.ts";
import type { Keyboard } from "../../src/platform/keyboard.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";

/** Types these one after the other; `undefined` is Ctrl-D on an empty line, and nothing more is typed at the end. */
class TypedKeyboard implements Keyboard {
  shown = "";
  readonly #typed: (string | undefined)[];
  constructor(typed: readonly (string | undefined)[], readonly isTerminal = true, readonly columns = Infinity) {
    this.#typed = [...typed];
  }
  show(text: string): void {
    this.shown += text;
  }
  read(): Promise<string | undefined> {
    return this.#typed.length === 0 ? new Promise(() => {}) : Promise.resolve(this.#typed.shift());
  }
  setRaw(): void {
    throw new Error("lines need no keys");
  }
}

const run = { signal: new AbortController().signal };
const answer = (...typed: (string | undefined)[]) => ask(run, "Stop?", { keyboard: new TypedKeyboard(typed) });

async function endedWith(work: Promise<unknown>): Promise<number> {
  return (await assertRejects(() => work, CommandEnded) as unknown as CommandEnded).code;
}

Deno.test("first hour 3: y and yes are a yes, n, no and Enter a no; anything else asks again", async () => {
  assertEquals(await Promise.all([answer("y\n"), answer(" YES \n"), answer("n\n"), answer("No\n"), answer("\n")]), [
    true,
    true,
    false,
    false,
    false,
  ]);
  const keyboard = new TypedKeyboard(["yy\n", "j\n", "y\n"]);
  assertEquals(await ask(run, "Stop?", { keyboard }), true);
  assertEquals(keyboard.shown.split("Stop? [y/N] ").length - 1, 3);
});

Deno.test("first hour 3: Ctrl-C and Ctrl-D end a question with 130, also behind a y", async () => {
  assertEquals(await endedWith(answer(undefined)), 130);
  assertEquals(await endedWith(answer("y")), 130, "Ctrl-D behind y hands the line over without its end");
  const interrupt = new AbortController();
  const waiting = ask({ signal: interrupt.signal }, "Stop?", { keyboard: new TypedKeyboard([]) });
  interrupt.abort();
  assertEquals(await endedWith(waiting), 130);
  const both = ask({ signal: interrupt.signal }, "Stop?", { keyboard: new TypedKeyboard(["y\n"]) });
  assertEquals(await endedWith(both), 130, "Ctrl-C, then y");
  assertEquals(await endedWith(askLine(run, "why? ", new TypedKeyboard([undefined]))), 130);
});

Deno.test("first hour 3: a line that overtakes the Ctrl-C in front of it is no answer", async () => {
  const interrupt = new AbortController();
  const overtaken = ask({ signal: interrupt.signal }, "Stop?", { keyboard: new TypedKeyboard(["y\n"]) });
  setTimeout(() => interrupt.abort(), 0);
  assertEquals(await endedWith(overtaken), 130);
});

Deno.test("first hour 3: without a terminal a question is an error that names the flag", async () => {
  const error = await assertRejects(
    () => ask(run, "Stop?", { flag: "--force", keyboard: new TypedKeyboard(["y\n"], false) }),
    ConsoleError,
  ) as unknown as ConsoleError;
  assertEquals([error.exitCode, error.hint], [1, "give --force"]);
});

Deno.test("first hour 3: which of several is told by its number or id; outside text is shown escaped", async () => {
  const rows = [{ id: "k4xq2", words: ["we\u001b[2Jb", "Bash: ls"] }, { id: "h3n7s", words: ["shop", "Bash: rm"] }];
  const keyboard = new TypedKeyboard(["3\n", "h3n7s\n"]);
  assertEquals(await askWhich(run, "Two ask:", rows, keyboard), 1);
  assertEquals(keyboard.shown.split("\n").slice(0, 4), [
    "Two ask:",
    "  1  k4xq2  we\\x1b[2Jb  Bash: ls",
    "  2  h3n7s  shop        Bash: rm",
    '1-2, Enter for none: "3" is none of them.',
  ]);
  assertEquals(await askWhich(run, "Two ask:", rows, new TypedKeyboard(["1\n"])), 0);
  assertEquals(await askWhich(run, "Two ask:", rows, new TypedKeyboard(["\n"])), undefined);
});

Deno.test("first hour 3: what an agent says of a choice stands below it, wrapped and escaped", async () => {
  setColorEnabled(false);
  const descriptions = ["", "It keeps old links, and no reader\u001b is lost"];
  const choices = [{ question: "Redirects?", options: ["No", "Yes"], descriptions, multiple: false }];
  const keyboard = new TypedKeyboard(["1\n"], true, 31);
  assertEquals(await askAnswers(run, { for: "question", choices }, keyboard), { "Redirects?": "No" });
  assertEquals(keyboard.shown.split("\n").slice(0, 6), [
    "  Redirects?",
    "    1  No",
    "    2  Yes",
    "       It keeps old links, and",
    "       no reader\\x1b is lost",
    "    0  your own words",
  ]);
});

Deno.test("first hour 3: the questions of an agent are asked one by one, garbage again, 0 takes own words", async () => {
  const choices = [
    { question: "Colour?", options: ["Red", "Blue"], multiple: false },
    { question: "Sizes?", options: ["S", "M", "L"], multiple: true },
    { question: "Name?", options: [], multiple: false },
  ];
  const keyboard = new TypedKeyboard(["x\n", "\n", "0\n", "\n", "0\n", "dark green\n", "1,l\n", "Ada\n"]);
  assertEquals(await askAnswers(run, { for: "question", choices }, keyboard), {
    "Colour?": "dark green",
    "Sizes?": "S, L",
    "Name?": "Ada",
  });
  assertEquals(
    await endedWith(askAnswers(run, { for: "question", choices }, new TypedKeyboard(["1\n", undefined]))),
    130,
  );
});
