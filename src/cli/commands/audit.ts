/** `audit tail` and `audit head`: the last records, and what a later verification can be held against. */
import { type CommandContext, read } from "../context.ts";
import { recordLine } from "../record_line.ts";
import { wholeNumber } from "../whole_number.ts";

/** The most records that `audit.tail` gives at once. */
const MAX_TAIL = 1000;

export async function showTail(
  run: CommandContext,
  options: { readonly lines?: string; readonly json?: boolean },
): Promise<void> {
  const limit = wholeNumber(options.lines ?? "20", "--lines", MAX_TAIL);
  const { records } = await read(run, "audit.tail", { limit });
  if (options.json) return run.out.json({ records });
  for (const record of records) run.out.line(recordLine(record, run.out.screen));
}

export async function showHead(run: CommandContext, options: { readonly json?: boolean }): Promise<void> {
  const now = await read(run, "audit.head", {});
  if (options.json) return run.out.json(now);
  run.out.line(`${now.size} records, head ${now.hash}`);
}
