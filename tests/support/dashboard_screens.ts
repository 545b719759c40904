/** Pictures of the dashboard as text, compared with those that were looked at: tests/fixtures/screens. */
import { assert, assertEquals } from "@std/assert";
import stringWidth from "fast-string-width";
import { rowText } from "../../src/dashboard/ansi.ts";
import { plainText } from "../../src/dashboard/rows.ts";
import type { TerminalSize } from "../../src/dashboard/terminal_port.ts";
import type { TestDashboard } from "./dashboard_story.ts";

const SCREENS = new URL("../fixtures/screens/", import.meta.url);
export const SCREEN_SIZES = ["20x6", "40x10", "80x24", "120x40", "200x60"];
/** What a terminal or the eye would obey. */
// deno-lint-ignore no-control-regex
const RAW = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

/** @param size one of {@link SCREEN_SIZES} */
export function screenSize(size: string): TerminalSize {
  const [columns = 0, rows = 0] = size.split("x").map(Number);
  return { columns, rows };
}

/** With `AC_SCREENS=write` the picture is written. */
export function compareScreen(name: string, dashboard: TestDashboard): void {
  const { columns, rows } = dashboard.size;
  const frame = dashboard.draw();
  assertEquals(frame.rows.length, rows, name);
  for (const line of frame.rows.map(plainText)) {
    assert(stringWidth(line) <= columns, `${name}: ${line}`);
    assertEquals(RAW.exec(line)?.[0], undefined, `${name}: ${JSON.stringify(line)}`);
  }
  const text = frame.rows.map((row) => `${rowText(row, false)}\n`).join("");
  const file = new URL(`${name}.txt`, SCREENS);
  if (Deno.env.get("AC_SCREENS") === "write") Deno.writeTextFileSync(file, text);
  assertEquals(text, Deno.readTextFileSync(file), name);
}
