/** `audit query`: the last records that pass filters, read from the files. No daemon is needed, and none is kept busy. */
import { CommandPace } from "../../journal/pace.ts";
import { queryRecords } from "../../journal/query.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { sha256Hex } from "../../platform/hash.ts";
import { type FilterOptions, recordFilter, reportLines } from "../audit_filter.ts";
import type { CommandContext } from "../context.ts";
import { recordLine } from "../record_line.ts";
import { wholeNumber } from "../whole_number.ts";

const MOST_RECORDS = 10_000;
/** The most that is held to be shown, bytes. */
const MOST_BYTES = 8 * 1_048_576;

export async function query(
  run: CommandContext,
  options: FilterOptions & { readonly limit?: string; readonly json?: boolean },
): Promise<void> {
  const limit = wholeNumber(options.limit ?? "100", "--limit", MOST_RECORDS);
  const filter = recordFilter(options, Date.now());
  const place = { dir: run.context.paths.journal, files: denoFiles, sha256: sha256Hex, pace: new CommandPace() };
  const { records, report } = await queryRecords({ ...place, filter }, { limit, maxBytes: MOST_BYTES });
  if (options.json) return run.out.json({ records, filter, ...report });
  for (const record of records) run.out.line(recordLine(record, run.out.screen));
  for (const line of reportLines(report, filter, "shown")) run.out.note(line);
}
