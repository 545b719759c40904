/** What a benchmark gives: the lines of the table, what the charts show of each, and the text forms of numbers. */

/** One line of the table. */
export interface Row {
  /** Id of the budget in promises. */
  readonly id: string;
  readonly what: string;
  readonly counterpart: string;
  readonly goal: string;
  /** Ratio or difference, with the absolute numbers of both. */
  readonly measured: string;
  readonly ok: boolean;
  /** A bar of the chart of the budgets. */
  readonly bar?: Bar;
  /** What the chart of growth shows. */
  readonly points?: readonly GrowthPoint[];
}

export interface Bar {
  readonly label: string;
  /** The part of its goal that the measured number takes: 1 is the goal itself, less is better. */
  readonly used: number;
}

/** What something costs at one size. */
export interface GrowthPoint {
  /** What grows: one panel of the chart. */
  readonly panel: "sessions" | "subscribers" | "records";
  /** The name of the line that it belongs to. */
  readonly line: string;
  readonly size: number;
  /** In the unit of the panel. */
  readonly cost: number;
}

/**
 * The line of a budget. Each of `parts` is the part of one goal that is used; all must be 1 at most.
 * @throws {Error} where a part is no number: nothing was measured
 */
export function judged(row: Omit<Row, "ok" | "bar">, label: string, ...parts: readonly number[]): Row {
  const used = Math.max(...parts);
  if (!Number.isFinite(used)) throw new Error(`${row.id}, ${label}: nothing was measured (${row.measured})`);
  return { ...row, ok: used <= 1, bar: { label, used: Math.round(used * 1e4) / 1e4 } };
}

/** A budget: measures, and gives its lines. */
export type Budget = () => Promise<readonly Row[]>;

/** Thrown by a budget whose counterpart is not on this machine; the message says what is missing. */
export class Skipped extends Error {}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly os: string;
  readonly deno: string;
}

export function thisMachine(): Machine {
  return {
    cpu: cpuModel(),
    cores: navigator.hardwareConcurrency,
    os: `${Deno.build.os} ${Deno.osRelease()}`,
    deno: Deno.version.deno,
  };
}

function cpuModel(): string {
  try {
    return /^model name\s*:\s*(.+)$/m.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1] ?? Deno.build.arch;
  } catch {
    return Deno.build.arch;
  }
}

const HEAD = ["budget", "what", "compared with", "goal", "measured", "verdict"];

/** The table as Markdown, laid out as `deno fmt` would. */
export function renderRows(rows: readonly Row[]): string {
  const cells = rows.map((row) =>
    [row.id, row.what, row.counterpart, row.goal, row.measured, verdictOf(row)]
      .map((cell) => cell.replaceAll("|", "\\|"))
  );
  const widths = HEAD.map((head, at) => Math.max(head.length, ...cells.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[], fill: string) =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0, fill)).join(" | ")} |`;
  return [line(HEAD, " "), line(HEAD.map(() => ""), "-"), ...cells.map((row) => line(row, " ")), ""].join("\n");
}

function verdictOf({ goal, ok }: Row): string {
  return goal === "–" ? "–" : ok ? "met" : "missed";
}

/** "1.2× (3.4 ms / 2.8 ms)" */
export function ratio(ours: number, theirs: number, unit: string, digits = 1): string {
  return `${(ours / theirs).toFixed(2)}× (${ours.toFixed(digits)} / ${theirs.toFixed(digits)} ${unit})`;
}
