/**
 * What Claude Code tells its status line (2.1.329; tests/fixtures/claude_statusline.jsonl): for an interactive session
 * the only source of cost, context and plan limits. The payload names no event: our tee (client/statusline.ts) adds
 * the name, and the git branch that it found itself. The status line's fast path imports this file: nothing from npm.
 */
import { type Cost, type Facts, type PlanLimit, TEXT_CAPS } from "../domain/session.ts";
import { type Fields, fieldsIn, maybe, number, text } from "./fields.ts";
import { prose } from "./readable.ts";

/** The event's name in `hook_event_name`, as the hooks' events have theirs. */
export const STATUS_LINE = "StatusLine";

/** Facts beside those that every event has. The model is the name that people read; hooks tell its id. */
export function statusFacts(event: Fields): Facts {
  const model = fieldsIn(event, "model");
  const limits = fieldsIn(event, "rate_limits");
  const name = text(event, "session_name");
  return {
    ...maybe("model", model && (text(model, "display_name") ?? text(model, "id"))),
    ...maybe("title", name && prose(name, TEXT_CAPS.title)),
    ...maybe("gitBranch", text(event, "git_branch")),
    cost: costOf(event),
    ...maybe(
      "planLimits",
      limits && {
        ...maybe("fiveHour", limitOf(fieldsIn(limits, "five_hour"))),
        ...maybe("sevenDay", limitOf(fieldsIn(limits, "seven_day"))),
      },
    ),
  };
}

/** The two totals of tokens are of the last request, not of the session: in the recordings they stay as cost grows. */
function costOf(event: Fields): Cost {
  const cost = fieldsIn(event, "cost");
  const context = fieldsIn(event, "context_window");
  const input = context && number(context, "total_input_tokens");
  return {
    ...maybe("usd", cost && number(cost, "total_cost_usd")),
    ...maybe("contextPercent", context && number(context, "used_percentage")),
    ...maybe("tokens", input === undefined ? undefined : input + (number(context!, "total_output_tokens") ?? 0)),
  };
}

function limitOf(window: Fields | undefined): PlanLimit | undefined {
  const usedPercent = window && number(window, "used_percentage");
  if (usedPercent === undefined) return undefined;
  return { usedPercent, ...maybe("resetsAt", timeOf(window!)) };
}

/** Seconds since the epoch, or a time as text. */
function timeOf(window: Fields): string | undefined {
  const seconds = number(window, "resets_at");
  const words = text(window, "resets_at");
  const ms = seconds === undefined ? Date.parse(words ?? "") : seconds * 1000;
  return ms > 0 && ms < 253_402_300_800_000 ? new Date(ms).toISOString() : undefined; // up to the year 9999
}
