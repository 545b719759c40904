/** How private memory and descriptors of one process grow, the bounds of that, and the line that ends a soak. */
import type { Verdict } from "./ledger.ts";

export interface Sample {
  readonly pid: number;
  /** Seconds since the soak began. */
  readonly at: number;
  /** Private memory. */
  readonly mib: number;
  readonly fds: number;
  /** In which of the two measures it was taken: then nobody does anything, and garbage is collected. */
  readonly quiet: "first" | "last" | undefined;
}

/**
 * What may grow from the first measure to the last: so much an hour, and so much whatever the time. What a heap keeps
 * for itself differs by 6 MiB from one measure to another, and each turn leaves a session of some 10 KB. A leak of 1 KiB
 * for each of 60 reports a second is 210 MiB in an hour.
 */
export const BOUNDS = Object.freeze({ mibPerHour: 30, mib: 8, fdsPerHour: 0, fds: 2 });

export interface Slopes {
  /** Between the two measures; 0 where there were not both, of one process. */
  readonly seconds: number;
  readonly mibPerHour: number;
  readonly fdsPerHour: number;
  readonly isGood: boolean;
}

/**
 * @param samples of all daemons, oldest first: the last one alone is measured
 * @param isMeasured whether the soak was long enough for both measures; then it is not good without them
 */
export function slopesOf(samples: readonly Sample[], isMeasured: boolean): Slopes {
  const ofLast = samples.filter(({ pid }) => pid === samples.at(-1)?.pid);
  const [first, last] = [lowest(ofLast, "first"), lowest(ofLast, "last")];
  if (first === undefined || last === undefined) {
    return { seconds: 0, mibPerHour: 0, fdsPerHour: 0, isGood: !isMeasured };
  }
  const seconds = last.at - first.at;
  const hours = seconds / 3600;
  const [mib, fds] = [last.mib - first.mib, last.fds - first.fds];
  const isGood = mib <= BOUNDS.mib + hours * BOUNDS.mibPerHour && fds <= BOUNDS.fds + hours * BOUNDS.fdsPerHour;
  return { seconds, mibPerHour: mib / hours, fdsPerHour: fds / hours, isGood };
}

/** At the end of that measure. */
function lowest(samples: readonly Sample[], quiet: Sample["quiet"]): Omit<Sample, "quiet" | "pid"> | undefined {
  const all = samples.filter((sample) => sample.quiet === quiet);
  const late = all.slice(Math.floor(all.length / 2));
  if (late.length === 0) return undefined;
  const least = (of: (sample: Sample) => number) => Math.min(...late.map(of));
  return { at: late.at(-1)?.at ?? 0, mib: least(({ mib }) => mib), fds: least(({ fds }) => fds) };
}

export interface SoakResult extends Verdict {
  readonly sent: number;
  readonly acknowledged: number;
  readonly records: number;
  readonly kills: number;
  readonly reloads: number;
  readonly refused: number;
  readonly slopes: Slopes;
  readonly seed: number;
  readonly isGood: boolean;
}

/** The one line. */
export function soakLine(result: SoakResult): string {
  const { sent, acknowledged, records, lost, duplicated, kills, reloads, refused, slopes, seed, isGood } = result;
  const { mibPerHour, fdsPerHour, seconds } = slopes;
  return [
    `soak ${isGood ? "ok" : "FAILED"}`,
    `${sent} sent`,
    `${acknowledged} acknowledged`,
    `${records} records`,
    `${lost} lost`,
    `${duplicated} duplicated`,
    `${kills} kills`,
    `${reloads} reloads`,
    `${refused} refused`,
    seconds > 0
      ? `private memory ${signed(mibPerHour)} MiB/h, fd ${signed(fdsPerHour)}/h over ${seconds.toFixed(0)} s`
      : `private memory and fd not measured: ${slopes.isGood ? "too short" : "the last daemon missed a measure"}`,
    `seed ${seed}`,
  ].join(" · ");
}

function signed(value: number): string {
  return `${value < 0 ? "" : "+"}${value.toFixed(1)}`;
}
