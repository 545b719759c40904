import { assert, assertEquals } from "@std/assert";
import { setColorEnabled, stripAnsiCode } from "@std/fmt/colors";
import fc from "fast-check";
import stringWidth from "fast-string-width";
import { sessionTable, shortIds } from "../../src/cli/session_table.ts";
import { bytes, duration, fit } from "../../src/cli/format.ts";
import type { SessionView } from "../../src/domain/query.ts";

Deno.test("duration: two units at most, never negative", () => {
  const cases: [number, string][] = [[-5, "0s"], [59_999, "59s"], [180_000, "3m"], [7_500_000, "2h05m"], [
    9 * 86_400_000,
    "9d",
  ]];
  for (const [ms, text] of cases) assertEquals(duration(ms), text);
  assertEquals([bytes(12), bytes(2048), bytes(62 * 1024 * 1024)], ["12 B", "2.0 KiB", "62 MiB"]);
});

Deno.test("fit: exactly as wide as asked, wide characters and emoji included", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 40 }), (text, width) => {
    fc.pre(!/[\p{C}\p{M}]/u.test(text));
    assertEquals(stringWidth(fit(text, width)), width);
  }));
  assertEquals(fit("日本語テキスト", 7), "日本語…");
});

function row(id: string, more: Record<string, unknown>): SessionView {
  const at = "2026-11-20T10:00:00.000Z";
  const fields = { startedAt: at, since: at, lastEventAt: at, priority: 0, tags: [], turnCount: 1, subagents: 0 };
  return { id, agent: "claude", cwd: "/home/u/プロジェクト", ...fields, ...more } as unknown as SessionView;
}

const ROWS = [
  row("11111111-a", { status: "idle", idle: { lastMessage: "done ".repeat(60) } }),
  row("22222222-b", { status: "waiting", waiting: { for: "permission", text: "Bash: \u001b[31mrm -rf /\n\u202e" } }),
  row("33333333-c", {
    status: "working",
    working: { subagents: 2, tool: { name: "Edit", text: "a.ts" } },
    stale: true,
  }),
  row("44444444-d", { status: "working", working: { subagents: 0 }, lost: true }),
];

Deno.test("ls: no line is wider than the terminal, from 40 to 200 columns", () => {
  setColorEnabled(false);
  for (const columns of [40, 60, 80, 120, 200]) {
    const lines = sessionTable(ROWS, [], Date.parse("2026-11-20T10:03:00Z"), { isTerminal: true, columns });
    for (const line of lines) assert(stringWidth(stripAnsiCode(line)) <= columns, `${columns}: ${line}`);
    assert(lines[1]?.includes("▲ waiting"), "who waits comes first");
    assert(lines[1]?.includes("3m"));
  }
});

Deno.test("A4 ls: escapes, line feeds and bidi controls are shown, one line a row", () => {
  setColorEnabled(false);
  const lines = sessionTable(ROWS, [], 0, { isTerminal: false, columns: 80 });
  assertEquals(lines.length, ROWS.length + 1);
  assert(lines.some((line) => line.includes("\\x1b[31mrm -rf /\\n\\u202e")));
  // deno-lint-ignore no-control-regex
  assert(!/[\u0000-\u001f\u202e]/.test(lines.join("")));
});

Deno.test("short ids: at least eight characters, and never ambiguous", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.stringMatching(/^[ab]{8,12}$/)), (ids) => {
    const short = shortIds(ids);
    for (const id of ids) {
      const begin = short.get(id) ?? "";
      assert(begin.length >= Math.min(8, id.length));
      // A whole id may be the beginning of a longer one: an exact match wins then.
      assert(begin === id || ids.filter((other) => other.startsWith(begin)).length === 1);
    }
  }));
});
