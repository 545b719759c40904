/** docs/benchmarks.md and its charts: they are what tests/bench/results.json says, and say why a budget is missed. */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { judged, type Row } from "../bench/result.ts";
import { type Measurement, merged, readResults, renderResults, type Results, rowsOf } from "../bench/results_file.ts";
import { BUDGET_MEANINGS } from "../support/bench_words.ts";
import { budgetsChart } from "../support/chart_budgets.ts";
import { growthChart } from "../support/chart_growth.ts";
import { formatted, urlOf } from "../support/docs.ts";
import { benchCharts, budgetTable, missedBudgets } from "../support/docs_bench.ts";

const MACHINE = { cpu: "a processor", cores: 2, os: "linux", deno: "2.9.6" };
const WORDS = { B1: { profile: "it waits for the moon", needed: "another moon" } };

function row(id: string, ...used: readonly number[]): Row {
  const text = { id, what: `what ${id} is`, counterpart: "a bare one", goal: "≤ 2×", measured: `${used[0]}×` };
  return judged(text, `<bare> ${id}`, ...used);
}

function results(benches: Readonly<Record<string, Partial<Measurement>>>): Results {
  const whole = Object.entries(benches).map(([name, one]) =>
    [name, { date: "2026-11-30", seconds: 3, rows: [], ...one }] as const
  );
  return { machine: MACHINE, benches: Object.fromEntries(whole) };
}

/** The cells of the line of a budget. */
function cells(text: string, id: string): readonly string[] {
  const line = text.split("\n").find((one) => one.startsWith(`| ${id} `)) ?? "";
  return line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, ""));
}

Deno.test("the charts and RESULTS.md are what results.json says", async () => {
  const kept = await readResults();
  assert(kept !== undefined, "there is no results.json");
  assertEquals(
    await Deno.readTextFile(urlOf("tests/bench/RESULTS.md")),
    await formatted(renderResults(kept)),
    "run: deno task bench --write",
  );
  const page = await Deno.readTextFile(urlOf("docs/benchmarks.md"));
  for (const [path, chart] of await benchCharts()) {
    assertEquals(await Deno.readTextFile(urlOf(path)), chart, "run: deno task docs");
    assert(page.includes(`](${path.replace("docs/", "")})`), `${path} is not on the page`);
  }
  // Throws where a budget is missed and nothing says why.
  const why = missedBudgets(kept);
  for (const { id, ok } of rowsOf(kept)) {
    if (!ok) assertMatch(why, new RegExp(`^### ${id}$`, "m"));
  }
});

Deno.test("a budget is met where no part of its goal is passed, and what was not measured is no result", () => {
  assertEquals([row("B1", 1, 0.2).ok, row("B1", 0.2, 1.01).ok], [true, false]);
  assertEquals(row("B1", 0.2, 1.5).bar?.used, 1.5);
  assertThrows(() => row("B1", 0.2, NaN), Error, "nothing was measured");
});

Deno.test("the table of budgets shows of each the number that takes the most of its goal, or why there is none", () => {
  const text = budgetTable(results({
    B1: { rows: [row("B1", 0.5), row("B1", 1.4), row("B1", 0.9)] },
    B5: { rows: [row("B5", 0.25)] },
    B2: { skipped: "redis-server is not installed" },
  }));
  assertEquals(cells(text, "B1").slice(4), ["1.4×", "1.40", "missed in 1 of 3"]);
  assertEquals(cells(text, "B5").slice(2), ["a bare one", "≤ 2×", "0.25×", "0.25", "met"]);
  assertEquals(cells(text, "B2").at(-1), "not measured: redis-server is not installed");
  assertEquals(cells(text, "B7").at(-1), "not measured: not run on this machine yet");
  assertEquals(Object.keys(BUDGET_MEANINGS), Array.from({ length: 11 }, (_, at) => `B${at + 1}`));
});

Deno.test("a missed budget needs its profile; one that is met shows none", () => {
  const missed = results({ B1: { rows: [row("B1", 1.4)] }, B5: { rows: [row("B5", 0.9)] } });
  const text = missedBudgets(missed, WORDS);
  for (const part of ["### B1", "what B1 is: 1.4×", "it waits for the moon", "another moon"]) {
    assert(text.includes(part), part);
  }
  assert(!text.includes("B5"));
  assertThrows(() => missedBudgets(missed, {}), Error, "B1 is missed and nothing says why");
  const beside = results({ TMUX: { rows: [row("tmux", 1.4)] } });
  assertThrows(() => missedBudgets(beside, WORDS), Error, "tmux is missed and nothing says why");
  assertEquals(missedBudgets(results({ B1: { rows: [row("B1", 1)] } }), WORDS), "Every budget is met.\n");
});

Deno.test("the chart has a bar for each number of a budget, as long as its part, and marks what is missed", () => {
  const chart = budgetsChart([row("B10", 0.5), row("B2", 3), row("B1", 1), { ...row("other", 9), id: "tmux" }]);
  const bars = [...chart.matchAll(/<rect class="(met|missed)" x="[\d.]+" y="[\d.]+" width="([\d.]+)"/g)]
    .map(([, look, width]) => [look, Number(width)] as const);
  assertEquals(bars.map(([look]) => look), ["met", "missed", "met"]);
  const [b1 = NaN, b2 = NaN, b10 = NaN] = bars.map(([, width]) => width);
  assert(Math.abs(b2 - 3 * b1) < 1 && Math.abs(b10 - b1 / 2) < 1, `${b1} ${b2} ${b10}`);
  assert(chart.includes("&lt;bare&gt; B1") && chart.includes("3.00, missed") && chart.includes("prefers-color-scheme"));
  assert(!chart.includes("other"));
});

Deno.test("the chart of growth has a mark for each size and what it may cost", () => {
  const point = (size: number, cost: number) => ({ panel: "sessions", line: "ours", size, cost }) as const;
  const chart = growthChart([{ ...row("B8", 0.5), points: [point(10, 100), point(1000, 110), point(100_000, 120)] }]);
  const marks = [...chart.matchAll(/<rect class="ground line0"/g)].length;
  assertEquals(marks, 3 + 1, "one stands beside the name");
  for (const text of ["10<", "1k<", "100k<", "ours<", "goal: 1.5 times the smallest<"]) {
    assert(chart.includes(text), text);
  }
  assertEquals([...chart.matchAll(/not measured yet/g)].length, 2);
});

Deno.test("what is measured again replaces its own lines; another machine's go", () => {
  const kept = results({ B1: { rows: [row("B1", 1.4)] }, B5: { rows: [row("B5", 0.9)] }, GONE: {} });
  const fresh = results({ B1: { rows: [row("B1", 0.8)] } });
  const names = ["B5", "B1"];
  const both = merged(kept, fresh, names);
  assertEquals(Object.keys(both.benches), names);
  assertEquals(rowsOf(both).map(({ measured }) => measured), ["0.9×", "0.8×"]);
  const other = { ...kept, machine: { ...MACHINE, cores: 64 } };
  assertEquals(Object.keys(merged(other, fresh, names).benches), ["B1"]);
  assertEquals(Object.keys(merged(undefined, fresh, names).benches), ["B1"]);
  assert(renderResults(kept).includes("- 2026-11-30: B1 (3 s), B5 (3 s), GONE (3 s)"));
});
