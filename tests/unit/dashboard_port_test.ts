/** The dashboard's terminal without one: names of keys, which of them came alone, and rows cut to the screen. */
import { visibleWidth } from "@earendil-works/pi-tui/utils";
import { assert, assertEquals } from "@std/assert";
import stringWidth from "fast-string-width";
import fc from "fast-check";
import { nameOfKey, TerminalInput } from "../../src/dashboard/pi_terminal_input.ts";
import { rowLine } from "../../src/dashboard/pi_terminal_rows.ts";
import type { TextRow } from "../../src/dashboard/terminal_port.ts";
import { eventually } from "../support/harness_wait.ts";

const ESC = "\x1b";

Deno.test("V2 keys have the names that the dashboard's table of keys uses", () => {
  const names: readonly [sequence: string, name: string | undefined][] = [
    ["j", "j"],
    ["A", "A"],
    ["/", "/"],
    ["+", "+"],
    ["é", "é"],
    ["日", "日"],
    ["😀", "😀"],
    [" ", "Space"],
    ["\r", "Enter"],
    ["\n", "Enter"],
    ["\t", "Tab"],
    ["\x7f", "Backspace"],
    ["\b", "Backspace"],
    [ESC, "Escape"],
    [`${ESC}[Z`, "Shift+Tab"],
    [`${ESC}[A`, "Up"],
    [`${ESC}OB`, "Down"],
    [`${ESC}[C`, "Right"],
    [`${ESC}[D`, "Left"],
    [`${ESC}[H`, "Home"],
    [`${ESC}[1~`, "Home"],
    [`${ESC}[F`, "End"],
    [`${ESC}[4~`, "End"],
    [`${ESC}[4;5~`, "Ctrl+End"],
    [`${ESC}[8~`, "End"],
    [`${ESC}[5~`, "PageUp"],
    [`${ESC}[6~`, "PageDown"],
    [`${ESC}[3~`, "Delete"],
    [`${ESC}[2~`, "Insert"],
    [`${ESC}OP`, "F1"],
    [`${ESC}[24~`, "F12"],
    [`${ESC}[1;5A`, "Ctrl+Up"],
    [`${ESC}[1;2B`, "Shift+Down"],
    ["\x01", "Ctrl+A"],
    ["\x03", "Ctrl+C"],
    ["\x1a", "Ctrl+Z"],
    [`${ESC}x`, "Alt+x"],
    [`${ESC}b`, "Alt+Left"], // what Option and an arrow send on a Mac
    [`${ESC}\x7f`, "Alt+Backspace"],
    // As the kitty keyboard protocol and xterm's modifyOtherKeys say it, where something else has switched them on.
    [`${ESC}[99;5u`, "Ctrl+C"],
    [`${ESC}[27u`, "Escape"],
    [`${ESC}[13;2u`, "Shift+Enter"],
    [`${ESC}[27;5;99~`, "Ctrl+C"],
    // What no key sends: replies, reports, what is out of the ordinary.
    [`${ESC}[?1;2c`, undefined],
    [`${ESC}[I`, undefined],
    [`${ESC}]11;rgb:0000/0000/0000\x07`, undefined],
    [`${ESC}P>|tmux 3.5a${ESC}\\`, undefined],
    ["\x9b", undefined],
  ];
  for (const [sequence, name] of names) assertEquals(nameOfKey(sequence), name, JSON.stringify(sequence));
});

function input(): { readonly heard: string[]; readonly input: TerminalInput; type(...reads: string[]): void } {
  const heard: string[] = [];
  const input = new TerminalInput({
    onKey: ({ key, alone }) => heard.push(alone ? key : `(${key})`),
    onMouse: ({ kind, row, column, button }) => heard.push(`${kind} ${button} ${row},${column}`),
    onPaste: (text) => heard.push(`paste ${JSON.stringify(text)}`),
  }, 5);
  const type = (...reads: string[]) => {
    for (const read of reads) input.read(new TextEncoder().encode(read));
  };
  return { heard, input, type };
}

Deno.test("A4 a key is alone only where nothing else came in its read, so that no pasted text answers", async () => {
  const cases: readonly [reads: readonly string[], heard: readonly string[]][] = [
    [["y"], ["y"]],
    [["y", "y"], ["y", "y"]],
    [["yes"], ["(y)", "(e)", "(s)"]],
    [["y\r"], ["(y)", "(Enter)"]],
    [["😀"], ["😀"]],
    [["a😀"], ["(a)", "(😀)"]],
    [[`${ESC}[`, "A"], ["Up"]],
    [[`${ESC}[A${ESC}[A`], ["(Up)", "(Up)"]],
    [[`y${ESC}[A`], ["(y)", "(Up)"]],
    [[`${ESC}[200~y\r\nrm\r${ESC}[201~`], ['paste "y\\nrm\\n"']],
    [[`${ESC}[200~y`, `\r${ESC}[201~`], ['paste "y\\n"']],
    [[ESC, `[200~y\r${ESC}`, "[201~"], ['paste "y\\n"']],
    [[`${ESC}[200~x${ESC}[201~y`], ['paste "x"', "(y)"]],
    [[`y${ESC}[200~x${ESC}[201~`], ["(y)", 'paste "x"']],
    [[`${ESC}[<0;5;3M`], ["press left 2,4"]],
    [[`${ESC}[<0;5;3m`], []],
    [[`${ESC}[<2;1;1M`], ["press right 0,0"]],
    [[`${ESC}[<32;5;3M`], []],
    [[`${ESC}[<35;5;3M`], []],
    [[`${ESC}[<64;200;90M`], ["wheelUp none 89,199"]],
    [[`${ESC}[<65;1;1M`], ["wheelDown none 0,0"]],
    [[`${ESC}[?62;22c`], []],
  ];
  for (const [reads, expected] of cases) {
    const { heard, input: keys, type } = input();
    type(...reads);
    assertEquals(heard, expected, JSON.stringify(reads));
    keys.close();
  }
  // An Escape waits for what may belong to it.
  const { heard, input: keys, type } = input();
  type(ESC);
  await eventually(() => heard.length === 1, 5000, "Escape");
  type(`d${ESC}`);
  await eventually(() => heard.length === 3, 5000, "d, Escape");
  assertEquals(heard, ["Escape", "(d)", "(Escape)"]);
  keys.close();
});

Deno.test("V2 a character whose bytes come in two reads is one key", () => {
  const { heard, input: keys } = input();
  const bytes = new TextEncoder().encode("日");
  keys.read(bytes.subarray(0, 2));
  keys.read(bytes.subarray(2));
  assertEquals(heard, ["日"]);
  keys.close();
});

// deno-lint-ignore no-control-regex
const SEQUENCE = /\x1b\[(?:[\d;]*m|\d+G)/g;

/** Texts as agents may send them: any characters, wide ones, controls, sequences that a terminal would obey. */
const text = fc.array(
  fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: "grapheme" }),
    fc.constantFrom(
      "日本語",
      "👩‍👩‍👧",
      "🇩🇪",
      "e\u0301",
      "\t",
      "\n",
      `${ESC}[2J`,
      `${ESC}]52;c;eQ==\x07`,
      "\x9b31m",
      "\u202e",
      "ำ",
    ),
  ),
  { maxLength: 6 },
).map((parts) => parts.join(""));

const row: fc.Arbitrary<TextRow> = fc.array(
  fc.record({
    text,
    style: fc.record({
      fg: fc.constantFrom(undefined, "red", "green", "yellow", "cyan"),
      bold: fc.boolean(),
      dim: fc.boolean(),
    }),
  }),
  { maxLength: 8 },
) as fc.Arbitrary<TextRow>;

Deno.test("V2 a row of any text is at most as wide as the screen, and a terminal obeys nothing in it but styles", () => {
  fc.assert(
    fc.property(row, fc.integer({ min: 0, max: 60 }), fc.boolean(), (row, columns, color) => {
      const line = rowLine(row, columns, color);
      assert(visibleWidth(line) <= columns, `${visibleWidth(line)} columns of ${columns}`);
      const shown = line.replace(SEQUENCE, "");
      // deno-lint-ignore no-control-regex
      assert(!/[\x00-\x1f\x7f-\x9f\u2028-\u202e]/.test(shown), JSON.stringify(line));
      const codes = [...line.matchAll(SEQUENCE)].filter(([code]) => code.endsWith("m"))
        .flatMap(([code]) => code.slice(2, -1).split(";"));
      const allowed = color ? ["0", "1", "2", "31", "32", "33", "36"] : ["0", "1", "2"];
      assertEquals(codes.filter((code) => !allowed.includes(code)), []);
    }),
    { numRuns: 500 },
  );
});

Deno.test("V2 what follows wide characters stands in its column, whatever a terminal thinks of their width", () => {
  const row: TextRow = [{ text: "日本" }, { text: "|", style: { fg: "red" } }, { text: "ok" }];
  assertEquals(rowLine(row, 20, true), `日本${ESC}[5G${ESC}[31m|${ESC}[0mok`);
  assertEquals(rowLine(row, 20, false), `日本${ESC}[5G|ok`);
  assertEquals(rowLine(row, 5, true), `日本${ESC}[5G${ESC}[31m|${ESC}[0m`);
  // The half of a wide character is no character.
  assertEquals(rowLine(row, 3, true), "日");
  assertEquals(rowLine([{ text: "" }, { text: "x" }], 1, true), "x");
});

Deno.test("V2 the renderer counts columns as the texts of all windows are cut", () => {
  const samples = [
    "plain",
    "日本語",
    "한국어",
    "ｆｕｌｌ",
    "é",
    "e\u0301",
    "👍",
    "👩‍👩‍👧",
    "🇩🇪",
    "❤️",
    "▲✖●✓↳…·▰▱│┌─",
    "✔",
    "ไทย",
    "עברית",
  ];
  assertEquals(samples.map((one) => visibleWidth(one)), samples.map((one) => stringWidth(one)));
});
