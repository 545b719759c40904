/** The line of those who have no status line of their own. Pure; nothing from npm here. */
import { statusFacts } from "./statusline_facts.ts";
import type { Fields } from "../../lib/json_fields.ts";
import { cleanFacts } from "../../domain/decide.ts";
import { escapeControls } from "../../domain/sanitize.ts";

/** `Opus 5.5 · 8 % of context · $0.12 · main`: what is known of it; "" where nothing is. */
export function statusText(event: Fields): string {
  const { model, cost, gitBranch } = cleanFacts(statusFacts(event));
  const parts = [
    model,
    cost?.contextPercent === undefined ? undefined : `${Math.round(cost.contextPercent)} % of context`,
    cost?.usd === undefined ? undefined : `$${cost.usd.toFixed(2)}`,
    gitBranch,
  ];
  return parts.filter((part) => part !== undefined).map(escapeControls).join(" · ");
}
