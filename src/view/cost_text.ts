/** Cost, context and plan limits as people read them. Pure. */
import type { Cost, PlanLimit, PlanLimits } from "../domain/session.ts";
import { duration } from "./times.ts";

/** `$0.12`; undefined where the agent reports no cost. */
export function dollars(cost: Cost | undefined): string | undefined {
  return cost?.usd === undefined ? undefined : `$${cost.usd.toFixed(2)}`;
}

/** `8 %, 15,200 tokens`. */
export function contextOf(cost: Cost | undefined): string | undefined {
  const parts = [
    percent(cost?.contextPercent),
    cost?.tokens === undefined ? undefined : `${cost.tokens.toLocaleString("en-US")} tokens`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(", ");
}

/** `5 h: 23 % (resets in 2h05m), 7 d: 41 %`; `now` in ms since the epoch. */
export function limitsOf(limits: PlanLimits | undefined, now: number): string | undefined {
  const windows = [["5 h", limits?.fiveHour], ["7 d", limits?.sevenDay]] as const;
  const parts = windows.flatMap(([name, limit]) => limit === undefined ? [] : [`${name}: ${limitOf(limit, now)}`]);
  return parts.length === 0 ? undefined : parts.join(", ");
}

/** Both in one cell: `$0.12 8 %`. */
export function costText(cost: Cost | undefined): string {
  return [dollars(cost), percent(cost?.contextPercent)].filter((part) => part !== undefined).join(" ");
}

function limitOf({ usedPercent, resetsAt }: PlanLimit, now: number): string {
  const left = resetsAt === undefined ? 0 : Date.parse(resetsAt) - now;
  return `${percent(usedPercent)}${left > 0 ? ` (resets in ${duration(left)})` : ""}`;
}

function percent(value: number | undefined): string | undefined {
  return value === undefined ? undefined : `${Math.round(value)} %`;
}
