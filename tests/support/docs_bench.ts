/** The parts of docs/benchmarks.md that are made of tests/bench/results.json: its tables, and its charts beside it. */
import type { Row } from "../bench/result.ts";
import { type Measurement, readResults, renderResults, type Results, rowsOf } from "../bench/results_file.ts";
import { BUDGET_MEANINGS, MISSED } from "./bench_words.ts";
import { budgetsChart } from "./chart_budgets.ts";
import { growthChart } from "./chart_growth.ts";
import { table } from "./docs_table.ts";

/** Path from the root → the chart. */
export async function benchCharts(): Promise<ReadonlyMap<string, string>> {
  const rows = rowsOf(await results());
  return new Map([
    ["docs/benchmarks_budgets.svg", budgetsChart(rows)],
    ["docs/benchmarks_growth.svg", growthChart(rows)],
  ]);
}

export async function benchSections(): Promise<[string, string][]> {
  const all = await results();
  return [
    ["budgets", budgetTable(all)],
    ["missed", missedBudgets(all)],
    ["bench", renderResults(all).replace(/^# .*\n+/, "")],
  ];
}

async function results(): Promise<Results> {
  const found = await readResults();
  if (found === undefined) throw new Error("there is no tests/bench/results.json: run deno task bench --write");
  return found;
}

/** One line for each budget: of its numbers the one that is nearest to its goal, or furthest beyond it. */
export function budgetTable(all: Results): string {
  const rows = Object.entries(BUDGET_MEANINGS).map(([id, meaning]) => {
    const own = budgetRows(all, id);
    const [worst] = own.toSorted((a, b) => (b.bar?.used ?? 0) - (a.bar?.used ?? 0));
    if (worst === undefined) return [id, meaning, "–", "–", "–", "–", `not measured: ${whyNot(all, id)}`];
    const missed = own.filter(({ ok }) => !ok).length;
    const verdict = missed === 0 ? "met" : own.length === 1 ? "missed" : `missed in ${missed} of ${own.length}`;
    return [id, meaning, worst.counterpart, worst.goal, worst.measured, (worst.bar?.used ?? 0).toFixed(2), verdict];
  });
  return table(["budget", "what it says", "beside", "goal", "measured", "part of the goal", "verdict"], rows);
}

/** Of budgets and of all else that has a goal. @throws {Error} where one that is missed has no profile */
export function missedBudgets(all: Results, words: typeof MISSED = MISSED): string {
  const byId = Map.groupBy(rowsOf(all).filter(({ ok }) => !ok), ({ id }) => id);
  const ids = new Set([...Object.keys(BUDGET_MEANINGS), ...byId.keys()]);
  const parts = [...ids].flatMap((id) => {
    const missed = byId.get(id) ?? [];
    if (missed.length === 0) return [];
    const why = words[id];
    if (why === undefined) throw new Error(`${id} is missed and nothing says why: add its profile to MISSED`);
    return [
      `### ${id}`,
      "",
      ...missed.map(({ what, goal, measured }) => `- ${what}: ${measured}, goal ${goal}`),
      "",
      why.profile,
      "",
      `What would be needed: ${why.needed}`,
      "",
    ];
  });
  return parts.length === 0 ? "Every budget is met.\n" : parts.join("\n");
}

function budgetRows(all: Results, id: string): readonly Row[] {
  return rowsOf(all).filter((row) => row.id === id && row.bar !== undefined);
}

function whyNot({ benches }: Results, id: string): string {
  const own: readonly Measurement[] = Object.entries(benches).flatMap(([name, one]) =>
    name.split("-")[0] === id ? [one] : []
  );
  return own.find(({ skipped }) => skipped !== undefined)?.skipped ?? "not run on this machine yet";
}
