/** The chart of the budgets: a bar for each number, as long as the part of its goal that it takes. */
import type { Bar, Row } from "../bench/result.ts";
import { chartPath, chartSvg, chartText, px } from "./chart_svg.ts";

const WIDTH = 900;
const ROW = 19;
/** Between two budgets. */
const GAP = 7;
const TOP = 72;
const BOTTOM = 16;
/** Where ids, labels and bars begin, and where the longest bar ends. */
const X = { id: 18, label: 56, bar: 404, end: 796 };
const BAR_HEIGHT = 11;
/** The scale has this at least; what is longer than `most` is cut. */
const SCALE = { least: 2, most: 5 };

type Drawn = Bar & { readonly id: string };

export function budgetsChart(rows: readonly Row[]): string {
  const bars = rows.flatMap(({ id, bar }) => bar === undefined || !/^B\d/.test(id) ? [] : [{ id, ...bar }])
    .sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));
  const most = Math.min(SCALE.most, Math.max(SCALE.least, ...bars.map(({ used }) => Math.ceil(used))));
  const parts: string[] = [];
  let y = TOP;
  for (const [at, bar] of bars.entries()) {
    const isFirst = bar.id !== bars[at - 1]?.id;
    if (isFirst && at > 0) y += GAP;
    parts.push(...drawn(bar, y, most, isFirst));
    y += ROW;
  }
  const height = y + BOTTOM;
  const scale = Array.from({ length: most + 1 }, (_, value) => {
    const [x, isGoal] = [xOf(value, most), value === 1];
    return [
      chartPath([[x, TOP - 6], [x, y]], isGoal ? "goal" : "grid", isGoal ? "4 3" : undefined),
      chartText(isGoal ? "1 = the goal" : String(value), x, TOP - 12, isGoal ? "text bold mid" : "dim mid"),
    ];
  }).flat();
  return chartSvg({
    title: "The measured budgets, each as a part of its goal",
    width: WIDTH,
    height,
    parts: [
      chartText("What was measured, as a part of its goal", X.id, 26, "text bold head"),
      chartText("Shorter is better; a bar that passes the dashed line misses its goal.", X.id, 44, "dim"),
      ...scale,
      ...parts,
    ],
  });
}

function drawn({ id, label, used }: Drawn, y: number, most: number, isFirst: boolean): string[] {
  const length = Math.max(1, xOf(Math.min(used, most), most) - X.bar);
  const missed = used > 1;
  const value = `${used < 0.095 ? used.toFixed(3) : used.toFixed(2)}${missed ? ", missed" : ""}`;
  return [
    ...(isFirst ? [chartText(id, X.id, y + 12, "text bold")] : []),
    chartText(label, X.label, y + 12, "text"),
    `<rect class="${missed ? "missed" : "met"}" x="${X.bar}" y="${px(y + 3)}" width="${
      px(length)
    }" height="${BAR_HEIGHT}" rx="2"/>`,
    chartText(value, X.bar + length + 6, y + 12, missed ? "text bold halo" : "dim halo"),
  ];
}

function xOf(value: number, most: number): number {
  return X.bar + (X.end - X.bar) * value / most;
}
