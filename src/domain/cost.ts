/**
 * Cost, context and plan limits within bounds. Agents count with floating point: values are rounded, so that a
 * difference nobody can see makes no event. Pure.
 */
import type { Cost, Facts, PlanLimit, PlanLimits } from "./session.ts";

const MOST_USD = 1_000_000;
const MOST_PERCENT = 1000;
const MOST_TOKENS = 1_000_000_000;
const ISO_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

/** Drops values outside their range (see {@link Cost}), and objects that are left without a number. */
export function clampCost(
  { cost, planLimits }: { readonly cost: Cost | undefined; readonly planLimits: PlanLimits | undefined },
): Pick<Facts, "cost" | "planLimits"> {
  return {
    ...some(
      "cost",
      cost && {
        ...amount("usd", cost.usd, MOST_USD, 4),
        ...amount("contextPercent", cost.contextPercent, 100, 1),
        ...amount("tokens", cost.tokens, MOST_TOKENS, 0),
      },
    ),
    ...some(
      "planLimits",
      planLimits && {
        ...window("fiveHour", planLimits.fiveHour),
        ...window("sevenDay", planLimits.sevenDay),
      },
    ),
  };
}

function window<K extends string>(name: K, limit: PlanLimit | undefined): { readonly [P in K]?: PlanLimit } {
  const used = amount("usedPercent", limit?.usedPercent, MOST_PERCENT, 1);
  if (limit === undefined || used.usedPercent === undefined) return {};
  const resetsAt = limit.resetsAt !== undefined && ISO_UTC.test(limit.resetsAt) ? { resetsAt: limit.resetsAt } : {};
  return { [name]: { usedPercent: used.usedPercent, ...resetsAt } } as { readonly [P in K]: PlanLimit };
}

function amount<K extends string>(name: K, value: number | undefined, most: number, digits: number) {
  const inRange = value !== undefined && value >= 0 && value <= most; // false for NaN
  return (inRange ? { [name]: Math.round(value * 10 ** digits) / 10 ** digits } : {}) as { readonly [P in K]?: number };
}

function some<K extends string, V extends object>(name: K, value: V | undefined): { readonly [P in K]?: V } {
  const empty = value === undefined || Object.keys(value).length === 0;
  return (empty ? {} : { [name]: value }) as { readonly [P in K]?: V };
}
