/** What the status line's fast path needs of Claude Code. Pure; imports nothing from npm. */
import { STATUS_LINE, statusFacts } from "./statusline_facts.ts";
import type { StatuslineReport } from "../shared/descriptor.ts";
import type { Fields } from "../../lib/json_fields.ts";
import { cleanFacts } from "../../domain/decide.ts";
import { escapeControls } from "../../domain/sanitize.ts";

export const claudeStatusline: StatuslineReport = { agent: "claude", event: STATUS_LINE, text: statusText };

/** `Opus 5.5 · 8 % of context · $0.12 · main`: what is known of it; "" where nothing is. */
function statusText(event: Fields): string {
  const { model, cost, gitBranch } = cleanFacts(statusFacts(event));
  const parts = [
    model,
    cost?.contextPercent === undefined ? undefined : `${Math.round(cost.contextPercent)} % of context`,
    cost?.usd === undefined ? undefined : `$${cost.usd.toFixed(2)}`,
    gitBranch,
  ];
  return parts.filter((part) => part !== undefined).map(escapeControls).join(" · ");
}
