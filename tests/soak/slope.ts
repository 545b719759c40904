/** How memory and descriptors of one process grow, the bounds of that, and the line that ends a soak. */
import type { Verdict } from "./ledger.ts";

export interface Sample {
  /** Seconds since the soak began. */
  readonly at: number;
  readonly mib: number;
  readonly fds: number;
  /** In which of the two measures it was taken: then nobody does anything, and garbage is collected. */
  readonly quiet: "first" | "last" | undefined;
}

/**
 * What may grow from the first measure to the last: so much an hour, and so much whatever the time. What a heap keeps
 * for itself differs by 6 MB from one measure to another, and each turn leaves a session of some 10 KB. A leak of 1 KiB
 * for each of 60 reports a second is 210 MB in an hour.
 */
export const BOUNDS = Object.freeze({ mibPerHour: 30, mib: 8, fdsPerHour: 0, fds: 2 });

export interface Slopes {
  /** Between the two measures; 0 where there were not both, of one process. */
  readonly seconds: number;
  readonly mibPerHour: number;
  readonly fdsPerHour: number;
  readonly isGood: boolean;
}

/** @param samples of one process, from its last start to the end */
export function slopesOf(samples: readonly Sample[]): Slopes {
  const [first, last] = [lowest(samples, "first"), lowest(samples, "last")];
  if (first === undefined || last === undefined) return { seconds: 0, mibPerHour: 0, fdsPerHour: 0, isGood: true };
  const seconds = last.at - first.at;
  const hours = seconds / 3600;
  const [mib, fds] = [last.mib - first.mib, last.fds - first.fds];
  const isGood = mib <= BOUNDS.mib + hours * BOUNDS.mibPerHour && fds <= BOUNDS.fds + hours * BOUNDS.fdsPerHour;
  return { seconds, mibPerHour: mib / hours, fdsPerHour: fds / hours, isGood };
}

/** At the end of that measure. */
function lowest(samples: readonly Sample[], quiet: Sample["quiet"]): Omit<Sample, "quiet"> | undefined {
  const all = samples.filter((sample) => sample.quiet === quiet);
  const late = all.slice(Math.floor(all.length / 2));
  if (late.length === 0) return undefined;
  const least = (of: (sample: Sample) => number) => Math.min(...late.map(of));
  return { at: late.at(-1)?.at ?? 0, mib: least(({ mib }) => mib), fds: least(({ fds }) => fds) };
}

export interface SoakResult extends Verdict {
  readonly sent: number;
  readonly promised: number;
  readonly records: number;
  readonly kills: number;
  readonly reloads: number;
  readonly slopes: Slopes;
  readonly seed: number;
  readonly isGood: boolean;
}

/** The one line. */
export function soakLine(result: SoakResult): string {
  const { sent, promised, records, lost, duplicated, kills, reloads, slopes, seed, isGood } = result;
  const { mibPerHour, fdsPerHour, seconds } = slopes;
  return [
    `soak ${isGood ? "ok" : "FAILED"}`,
    `${sent} sent`,
    `${promised} acknowledged`,
    `${records} records`,
    `${lost} lost`,
    `${duplicated} duplicated`,
    `${kills} kills`,
    `${reloads} reloads`,
    seconds > 0
      ? `RSS ${signed(mibPerHour)} MB/h, fd ${signed(fdsPerHour)}/h over ${seconds.toFixed(0)} s`
      : "RSS and fd not measured: too short",
    `seed ${seed}`,
  ].join(" · ");
}

function signed(value: number): string {
  return `${value < 0 ? "" : "+"}${value.toFixed(1)}`;
}
