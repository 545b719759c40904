/**
 * What Claude Code sends its status line (2.1.329; tests/fixtures/claude_statusline.jsonl): for an interactive session
 * the only source of cost, context and plan limits. The payload names no event: our tee (client/statusline.ts) adds the
 * name, and the git branch that it found itself. The status line's fast path imports this file: nothing from npm.
 */
import { type Cost, type Facts, type PlanLimit, TEXT_CAPS } from "../../domain/session.ts";
import { type Fields, numberField, objectField, optional, stringField } from "../../lib/json_fields.ts";
import { excerpt } from "../shared/excerpt.ts";

/** The event's name in `hook_event_name`, as the hooks' events have theirs. */
export const STATUS_LINE = "StatusLine";

/** Facts beside those of every event. The model is its display name; hooks send its id. */
export function statusFacts(event: Fields): Facts {
  const model = objectField(event, "model");
  const limits = objectField(event, "rate_limits");
  const name = stringField(event, "session_name");
  return {
    ...optional("model", model && (stringField(model, "display_name") ?? stringField(model, "id"))),
    ...optional("title", name && excerpt(name, TEXT_CAPS.title)),
    ...optional("gitBranch", stringField(event, "git_branch")),
    cost: costOf(event),
    ...optional(
      "planLimits",
      limits && {
        ...optional("fiveHour", limitOf(objectField(limits, "five_hour"))),
        ...optional("sevenDay", limitOf(objectField(limits, "seven_day"))),
      },
    ),
  };
}

/** The two totals of tokens are of the last request, not of the session: in the recordings they stay as cost grows. */
function costOf(event: Fields): Cost {
  const cost = objectField(event, "cost");
  const context = objectField(event, "context_window");
  const input = context && numberField(context, "total_input_tokens");
  return {
    ...optional("usd", cost && numberField(cost, "total_cost_usd")),
    ...optional("contextPercent", context && numberField(context, "used_percentage")),
    ...optional(
      "tokens",
      input === undefined ? undefined : input + (numberField(context!, "total_output_tokens") ?? 0),
    ),
  };
}

function limitOf(window: Fields | undefined): PlanLimit | undefined {
  const usedPercent = window && numberField(window, "used_percentage");
  if (usedPercent === undefined) return undefined;
  return { usedPercent, ...optional("resetsAt", timeOf(window!)) };
}

/** Seconds since the epoch, or a time as text. */
function timeOf(window: Fields): string | undefined {
  const seconds = numberField(window, "resets_at");
  const words = stringField(window, "resets_at");
  const ms = seconds === undefined ? Date.parse(words ?? "") : seconds * 1000;
  return ms > 0 && ms < 253_402_300_800_000 ? new Date(ms).toISOString() : undefined; // up to the year 9999
}
