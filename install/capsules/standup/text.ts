/** The text of `/standup`. Pure. */
import { MOST_SESSIONS } from "./tallies.ts";
import { addTime, type Tally } from "./tally.ts";

const MOST_LINES = 30;
/** A shorter time is shown as none, ms. */
const LEAST_MS = 1000;

/**
 * @param days oldest first
 * @param since in words
 * @param now what goes on is counted to this time, ms
 * @param isCut of one of the days not all sessions were kept
 */
export function textOf(
  days: readonly ReadonlyMap<string, Tally>[],
  since: string,
  now: number,
  isCut = false,
): string {
  const sums = new Map<string, Tally>();
  for (const [id, tally] of days.flatMap((day) => [...day])) {
    const sum = sums.get(id);
    sums.set(id, sum === undefined ? { ...tally } : added(sum, tally));
  }
  for (const sum of sums.values()) if (sum.last !== undefined) addTime(sum, sum.last, now);
  if (sums.size === 0) return `No agent has done anything since ${since}.`;
  const busy = [...sums.values()].filter(didAnything).sort((a, b) => b.workMs - a.workMs);
  const idle = sums.size - busy.length;
  return [
    `Since ${since}`,
    ...busy.slice(0, MOST_LINES).map(lineOf),
    ...(busy.length > MOST_LINES ? [`and ${busy.length - MOST_LINES} more`] : []),
    ...(idle > 0
      ? [`${idle}${busy.length > 0 ? " more" : ""} session${idle === 1 ? "" : "s"} only started or ended`]
      : []),
    ...(isCut ? [`Of a day the ${MOST_SESSIONS} sessions that were heard of last are kept: there were more.`] : []),
  ].join("\n");
}

function didAnything({ turns, workMs, waitMs, allowed, denied, usd }: Tally): boolean {
  return turns + allowed + denied + usd > 0 || workMs >= LEAST_MS || waitMs >= LEAST_MS;
}

function added(sum: Tally, later: Tally): Tally {
  const result = { ...sum, ...later };
  for (const key of ["turns", "workMs", "waitMs", "allowed", "denied", "usd"] as const) {
    result[key] = sum[key] + later[key];
  }
  return result;
}

function lineOf({ name, agent, turns, workMs, waitMs, allowed, denied, usd, prompt }: Tally): string {
  const facts = [
    turns === 1 ? "1 turn" : `${turns} turns`,
    `worked ${duration(workMs)}`,
    ...(waitMs > 0 ? [`waited for you ${duration(waitMs)}`] : []),
    ...(allowed > 0 ? [`${allowed} allowed`] : []),
    ...(denied > 0 ? [`${denied} denied`] : []),
    ...(usd > 0 ? [`$${usd.toFixed(2)}`] : []),
  ];
  return `${name} (${agent}): ${facts.join(", ")}${prompt === undefined ? "" : `\n    ${prompt}`}`;
}

function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.floor(ms / 1000)}s`;
  return minutes < 60 ? `${minutes}m` : `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, "0")}m`;
}
