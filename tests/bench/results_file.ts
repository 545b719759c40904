/**
 * The results of all benchmarks, as `deno task bench` keeps them: tests/bench/results.json, and RESULTS.md, which is made
 * of it. A benchmark that is measured again replaces its own lines and no others.
 */
import { REPOSITORY } from "../support/harness.ts";
import { type Machine, renderRows, type Row } from "./result.ts";

const RESULTS_JSON = `${REPOSITORY}/tests/bench/results.json`;
const RESULTS_MD = `${REPOSITORY}/tests/bench/RESULTS.md`;

export interface Results {
  readonly machine: Machine;
  /** By what `deno task bench` calls it, in the order in which they are measured. */
  readonly benches: Readonly<Record<string, Measurement>>;
}

/** What one benchmark gave the last time. */
export interface Measurement {
  /** ISO 8601 date. */
  readonly date: string;
  readonly seconds: number;
  readonly rows: readonly Row[];
  /** Why there are no rows. */
  readonly skipped?: string;
}

/** @throws {Error} where the file is there and is no JSON */
export async function readResults(): Promise<Results | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(RESULTS_JSON));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * What was kept with what is new, in the order of `names`. Numbers of another machine do not stay: they would stand beside
 * those of this one. Neither do those of a benchmark that no longer exists.
 */
export function merged(kept: Results | undefined, fresh: Results, names: readonly string[]): Results {
  const isSame = JSON.stringify(kept?.machine) === JSON.stringify(fresh.machine);
  const all = { ...(isSame ? kept?.benches : {}), ...fresh.benches };
  const known = names.flatMap((name) => all[name] === undefined ? [] : [[name, all[name]] as const]);
  return { machine: fresh.machine, benches: Object.fromEntries(known) };
}

export async function writeResults(results: Results): Promise<void> {
  await Deno.writeTextFile(RESULTS_JSON, `${JSON.stringify(results, null, 2)}\n`);
  await Deno.writeTextFile(RESULTS_MD, renderResults(results));
  const args = ["fmt", "-q", RESULTS_JSON, RESULTS_MD];
  const { success } = await new Deno.Command(Deno.execPath(), { args, cwd: REPOSITORY }).output();
  if (!success) throw new Error("deno fmt refuses the results");
}

/** All lines, in their order. */
export function rowsOf({ benches }: Results): readonly Row[] {
  return Object.values(benches).flatMap(({ rows }) => rows);
}

/** RESULTS.md. */
export function renderResults(results: Results): string {
  const { cpu, cores, os, deno } = results.machine;
  return [
    "# Benchmarks",
    "",
    "Written by `deno task bench`.",
    "",
    `Measured with Deno ${deno} on ${cpu}, ${cores} cores, ${os}.`,
    "Each number was taken beside its counterpart in the same run, in turns; numbers are medians unless they say otherwise.",
    "",
    renderRows(rowsOf(results)),
    ...measuredOn(results),
    "",
  ].join("\n");
}

/** Which were measured when and how long they took, and which were not. */
function measuredOn({ benches }: Results): readonly string[] {
  const entries = Object.entries(benches);
  const dates = [...new Set(entries.map(([, { date }]) => date))].sort();
  const on = dates.map((date) => {
    const names = entries.filter(([, one]) => one.date === date && one.skipped === undefined).map(([name, one]) =>
      one.seconds > 0 ? `${name} (${one.seconds} s)` : name
    );
    return names.length === 0 ? "" : `- ${date}: ${names.join(", ")}`;
  });
  const skipped = entries.flatMap(([name, one]) =>
    one.skipped === undefined ? [] : [`- not measured, ${one.date}: ${name}, because ${one.skipped}`]
  );
  return [...on.filter((line) => line !== ""), ...skipped];
}
