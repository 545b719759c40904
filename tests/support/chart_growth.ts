/** The chart of growth: what an event or a start costs at each size, on logarithmic scales, so that a straight line stays one. */
import type { GrowthPoint, Row } from "../bench/result.ts";
import { chartPath, chartSvg, chartText, px } from "./chart_svg.ts";

const PANEL = { width: 292, height: 190, left: 46, right: 12, top: 104, between: 6 };
const LEGEND = { top: 44, row: 17 };
const MARGIN = 8;

interface Panel {
  readonly panel: GrowthPoint["panel"];
  readonly title: string;
  readonly unit: string;
  /** Beside the measured lines: what the cost may be, from the cost at the smallest size and how many times that a size is. */
  readonly goal?: { readonly name: string; readonly of: (least: number, times: number) => number };
}

const PANELS: readonly Panel[] = [
  {
    panel: "sessions",
    title: "An event, by sessions",
    unit: "µs of CPU",
    goal: { name: "goal: 1.5 times the smallest", of: (least) => 1.5 * least },
  },
  {
    panel: "subscribers",
    title: "An event, by subscribers",
    unit: "µs of CPU",
    goal: { name: "goal: 1.5 times linear growth", of: (least, times) => 1.5 * least * times },
  },
  { panel: "records", title: "A start, by records of the journal", unit: "seconds" },
];

export function growthChart(rows: readonly Row[]): string {
  const points = rows.flatMap((row) => row.points ?? []);
  const most = Math.max(...PANELS.map((panel) => linesOf(panel, points).length));
  return chartSvg({
    title: "How the cost of an event and of a start grows",
    width: 2 * MARGIN + PANELS.length * PANEL.width + (PANELS.length - 1) * PANEL.between,
    height: PANEL.top + PANEL.height + LEGEND.top + most * LEGEND.row,
    parts: [
      chartText("How the cost grows", 18, 26, "text bold head"),
      chartText("Both scales are logarithmic: a flat line does not grow at all.", 18, 44, "dim"),
      ...PANELS.flatMap((panel, at) => drawn(panel, points, MARGIN + at * (PANEL.width + PANEL.between))),
    ],
  });
}

interface Line {
  readonly name: string;
  readonly points: readonly Pick<GrowthPoint, "size" | "cost">[];
  readonly isGoal: boolean;
}

function linesOf({ panel, goal }: Panel, points: readonly GrowthPoint[]): readonly Line[] {
  const own = points.filter((point) => point.panel === panel).sort((a, b) => a.size - b.size);
  const measured = [...new Set(own.map(({ line }) => line))].map((name) => ({
    name,
    points: own.filter(({ line }) => line === name),
    isGoal: false,
  }));
  const first = own[0];
  if (goal === undefined || first === undefined) return measured;
  const goals = own.map(({ size }) => ({ size, cost: goal.of(first.cost, size / first.size) }));
  return [...measured, { name: goal.name, points: goals, isGoal: true }];
}

function drawn(panel: Panel, all: readonly GrowthPoint[], left: number): string[] {
  const lines = linesOf(panel, all);
  const [x0, x1] = [left + PANEL.left, left + PANEL.width - PANEL.right];
  const [y0, y1] = [PANEL.top + PANEL.height, PANEL.top];
  const head = chartText(panel.title, left + 10, PANEL.top - 30, "text bold");
  if (lines.length === 0) return [head, chartText("not measured yet", (x0 + x1) / 2, (y0 + y1) / 2, "dim mid")];
  const points = lines.flatMap((line) => line.points);
  const sizes = [...new Set(points.map(({ size }) => size))];
  const [low, high] = decades(points.map(({ cost }) => cost));
  const [from, to] = [Math.log10(Math.min(...sizes)), Math.log10(Math.max(...sizes))];
  const x = (size: number) => x0 + 10 + (x1 - x0 - 20) * (Math.log10(size) - from) / Math.max(to - from, 1);
  const y = (cost: number) => y0 - (y0 - y1) * (Math.log10(cost) - low) / (high - low);
  return [
    head,
    chartText(panel.unit, left + 10, PANEL.top - 14, "dim"),
    ...Array.from({ length: high - low + 1 }, (_, at) => 10 ** (low + at)).flatMap((cost) => [
      chartPath([[x0, y(cost)], [x1, y(cost)]], "grid"),
      chartText(shortNumber(cost), x0 - 5, y(cost) + 4, "dim end"),
    ]),
    chartPath([[x0, y0], [x1, y0]], "frame"),
    ...sizes.map((size) => chartText(shortNumber(size), x(size), y0 + 16, "dim mid")),
    ...lines.flatMap((line, at) => {
      const places = line.points.map(({ size, cost }) => [x(size), y(cost)] as const);
      const name = chartText(line.name, x0 + 32, y0 + LEGEND.top + at * LEGEND.row, "text");
      const [begin, middle] = [x0, y0 + LEGEND.top - 4 + at * LEGEND.row];
      const sample = [[begin, middle], [begin + 24, middle]] as const;
      if (line.isGoal) return [chartPath(places, "goal", "4 3"), chartPath(sample, "goal", "4 3"), name];
      return [
        chartPath(places, `line${at}`),
        ...places.map((place) => mark(place, at)),
        chartPath(sample, `line${at}`),
        mark([begin + 12, middle], at),
        name,
      ];
    }),
  ];
}

/** Lines differ in their marks too: a circle, a square, a diamond. */
function mark([x, y]: readonly [number, number], line: number): string {
  const turned = line === 2 ? ` transform="rotate(45 ${px(x)} ${px(y)})"` : "";
  const corner = line === 0 ? 3.5 : 0;
  return `<rect class="ground line${line}" x="${px(x - 3.5)}" y="${px(y - 3.5)}" width="7" ` +
    `height="7" rx="${corner}"${turned}/>`;
}

/** The powers of ten around all costs. */
function decades(costs: readonly number[]): readonly [number, number] {
  const low = Math.floor(Math.log10(Math.min(...costs)));
  return [low, Math.max(low + 1, Math.ceil(Math.log10(Math.max(...costs))))];
}

/** 10,000 → "10k" */
function shortNumber(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`;
  if (value >= 1000) return `${value / 1000}k`;
  return String(Number(value.toPrecision(3)));
}
