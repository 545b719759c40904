/** Waiting with a deadline: no test waits longer than it says, and none sleeps where it can look. */

/** For a build of the program, on a machine that does much beside it, ms. */
export const BUILD_MS = 180_000;

/** Rejects with a sentence about `what` when `work` is not done within `ms`. */
export async function within<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${ms} ms: ${what}`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Looks every `everyMs`, or less often where a look takes long, until `probe` gives something truthy, and returns that.
 * A probe that throws counts as "not yet"; its last error is part of the failure.
 */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  ms: number,
  what: string,
  everyMs = 10,
): Promise<NonNullable<T>> {
  const end = performance.now() + ms;
  let last: unknown = "nothing";
  for (;;) {
    const begin = performance.now();
    try {
      const value = await probe();
      if (value) return value as NonNullable<T>;
      last = value;
    } catch (error) {
      last = error;
    }
    const now = performance.now();
    if (now >= end) throw new Error(`not seen within ${ms} ms: ${what}; the last look gave ${last}`);
    // A look that starts a process takes a core for as long as it lasts: two thirds of the time are for what it looks for.
    await pause(Math.max(everyMs, Math.min(2 * (now - begin), end - now)));
  }
}

/** A pause between two looks, or between two acts of a test that plays a slow human. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The value below which `part` (0…1) of `values` lie; `values` is not changed. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

/** The number of rounds: the short one, or the long one where AC_LONG=1 asks for the whole promise. */
export function rounds(short: number, long: number): number {
  return Deno.env.get("AC_LONG") === "1" ? long : short;
}

/** How long a bare Deno takes to start where the bounds of the promises were measured, ms. */
const BARE_START_MS = 40;

/** How much slower a bare Deno has started in this process, at the worst. */
let slowest = 1;

/**
 * A bound of a promise on this machine, as busy as it is now: `ms`, or longer by the factor by which a bare Deno starts
 * slower than where the bound was measured. What starts processes is compared with its counterpart, not with the clock.
 * A whole number, which a limit of the daemon has to be. It is asked for behind what it bounds, and the slowest start so
 * far counts: a machine is not equally busy all the time.
 *
 * @param atOnce so many at once, where the bound is for so many: there two cores shared them
 */
export async function patience(ms: number, atOnce = 1): Promise<number> {
  const begin = performance.now();
  const starts = await Promise.all(Array.from({ length: atOnce }, () => bareDeno().output()));
  return Math.ceil(ms * slowestSince(begin, starts, Math.max(1, atOnce / 2)));
}

/** The same where nothing can be awaited: all of the test waits meanwhile. */
export function patienceSync(ms: number): number {
  const begin = performance.now();
  return Math.ceil(ms * slowestSince(begin, [bareDeno().outputSync()], 1));
}

function bareDeno(): Deno.Command {
  const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
  return new Deno.Command(Deno.execPath(), { args: ["eval", "--no-config", "0"], ...streams });
}

function slowestSince(begin: number, starts: readonly Deno.CommandOutput[], inTurn: number): number {
  if (!starts.every(({ success }) => success)) throw new Error("a bare Deno failed, so this machine has no measure");
  slowest = Math.max(slowest, (performance.now() - begin) / (BARE_START_MS * inTurn));
  return slowest;
}
