/** The table of results: written to RESULTS.md by the bench; `deno task docs` copies it into docs/benchmarks.md. */

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
  /** ISO 8601 date. */
  readonly date: string;
}

export function thisMachine(): Machine {
  return {
    cpu: cpuModel(),
    cores: navigator.hardwareConcurrency,
    os: `${Deno.build.os} ${Deno.osRelease()}`,
    deno: Deno.version.deno,
    date: new Date().toISOString().slice(0, 10),
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
export function renderTable(rows: readonly Row[], machine: Machine): string {
  const { cpu, cores, os, deno, date } = machine;
  const cells = rows.map((row) =>
    [row.id, row.what, row.counterpart, row.goal, row.measured, row.ok ? "met" : "missed"]
      .map((cell) => cell.replaceAll("|", "\\|"))
  );
  const widths = HEAD.map((head, at) => Math.max(head.length, ...cells.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[], fill: string) =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0, fill)).join(" | ")} |`;
  return [
    `Measured on ${date} with Deno ${deno} on ${cpu}, ${cores} cores, ${os}. Each number was taken beside its`,
    "counterpart in the same run, in turns; numbers are medians unless they say otherwise.",
    "",
    line(HEAD, " "),
    line(HEAD.map(() => ""), "-"),
    ...cells.map((row) => line(row, " ")),
    "",
  ].join("\n");
}

/** RESULTS.md. */
export function renderResults(rows: readonly Row[], machine: Machine): string {
  return `# Benchmarks\n\nWritten by \`deno task bench\`.\n\n${renderTable(rows, machine)}`;
}

/** "1.2× (3.4 ms / 2.8 ms)" */
export function ratio(ours: number, theirs: number, unit: string, digits = 1): string {
  return `${(ours / theirs).toFixed(2)}× (${ours.toFixed(digits)} / ${theirs.toFixed(digits)} ${unit})`;
}
