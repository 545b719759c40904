/**
 * `audit export`: all records that pass filters, for whoever has no access to this machine. JSON lines are the journal's
 * own, byte for byte, so that their hashes and proofs hold; a table is for spreadsheets. A manifest says what was left
 * out and ties the export to the journal: it is the last line of JSON lines, and stands beside a table, whose format
 * has neither comments nor a place behind its rows.
 */
import { escapeControls, visibleJson } from "../../domain/sanitize.ts";
import type { CheckpointEntry } from "../../journal/checkpoint_file.ts";
import { exportRecords } from "../../journal/export_records.ts";
import { newestCheckpoint } from "../../journal/newest_checkpoint.ts";
import { CommandPace } from "../../journal/pace.ts";
import type { QueryReport } from "../../journal/query_report.ts";
import { type RecordFilter, sessionsOf } from "../../journal/record_filter.ts";
import { csvLine } from "../../lib/csv.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { ed25519Verify } from "../../platform/ed25519.ts";
import { sha256Hex } from "../../platform/hash.ts";
import { resolveFrom } from "../../platform/home_paths.ts";
import { currentFolder } from "../../platform/process.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { StoredRecord } from "../../protocol/record.ts";
import { VERSION } from "../../protocol/version.ts";
import { recordText } from "../../view/record_words.ts";
import { type FilterOptions, recordFilter, reportLines } from "../audit_filter.ts";
import type { CommandContext } from "../context.ts";
import { ExportTarget } from "../export_target.ts";
import { digest, ownKey } from "./audit_files.ts";

/** Of the manifest. It grows when a member changes its meaning. */
const MANIFEST_FORMAT = 1;
const COLUMNS = ["seq", "time", "type", "actor", "session", "summary", "data", "prev", "hash"];
const encoder = new TextEncoder();

interface ExportCommand extends FilterOptions {
  readonly format?: "jsonl" | "csv";
  readonly output?: string;
  readonly manifest?: string;
}

export async function exportJournal(run: CommandContext, options: ExportCommand): Promise<void> {
  const { format = "jsonl", output } = options;
  const filter = recordFilter(options, Date.now());
  const at = (path: string) => resolveFrom(path, currentFolder());
  const beside = options.manifest ?? (format === "csv" && output !== undefined ? `${output}.manifest.json` : undefined);
  const manifestPath = beside === undefined ? undefined : at(beside);
  if (output !== undefined && at(output) === manifestPath) {
    throw new ConsoleError("usage", "--output and --manifest name the same file");
  }
  // Before the records: a daemon that writes meanwhile adds to both, and no checkpoint may cover more than is read.
  const { paths } = run.context;
  const journal = { dir: paths.journal, files: denoFiles };
  const key = await ownKey(paths);
  const { entry: checkpoint } = await newestCheckpoint({ ...journal, key, verify: ed25519Verify, digest });
  const made: ExportTarget[] = [];
  const make = (path: string | undefined) => made[made.push(new ExportTarget(path, run.signal)) - 1]!;
  let report: QueryReport;
  try {
    const besideTarget = manifestPath === undefined ? undefined : make(manifestPath);
    const target = make(output === undefined ? undefined : at(output));
    const isShown = output === undefined && run.out.screen.isTerminal;
    const rows = format === "csv" ? csvRow : isShown ? shownLine : undefined;
    if (format === "csv") target.put(encoder.encode(csvLine(COLUMNS)));
    const span: { first?: number; last?: number } = {};
    const place = { ...journal, sha256: sha256Hex, pace: new CommandPace() };
    report = await exportRecords({ ...place, filter }, (record, line) => {
      span.first ??= record.seq;
      span.last = record.seq;
      target.put(rows === undefined ? line : encoder.encode(rows(record)));
    }, () => target.flush());
    const manifest = { format, ...manifestOf({ report, filter, checkpoint, target }), ...span };
    const line = encoder.encode(`${visibleJson({ export: manifest })}\n`);
    if (format === "jsonl") target.put(line, false);
    besideTarget?.put(line);
    await target.finish();
    await besideTarget?.finish();
  } catch (error) {
    for (const target of made) target.discard();
    throw error;
  }
  for (const said of reportLines(report, filter, "exported")) run.out.note(said);
  if (format === "csv" && manifestPath === undefined) {
    run.out.note("what ties this table to the journal was not kept: --manifest FILE writes it");
  }
}

function manifestOf({ report, filter, checkpoint, target }: {
  readonly report: QueryReport;
  readonly filter: RecordFilter;
  readonly checkpoint: CheckpointEntry | undefined;
  readonly target: ExportTarget;
}) {
  const { journal, pruned, looked, from, to, matched, clockSetBack } = report;
  const signed = checkpoint && { ...pick(checkpoint.position), checkpoint: checkpoint.note };
  return {
    manifest: MANIFEST_FORMAT,
    version: VERSION,
    madeAt: new Date().toISOString(),
    filter,
    exported: matched,
    looked,
    ...(from === undefined ? {} : { from, to }),
    journal,
    ...(pruned === undefined ? {} : { pruned }),
    ...(clockSetBack ? { clockSetBack } : {}),
    bytes: target.bytes,
    sha256: target.digest(),
    ...(signed === undefined ? {} : { signed }),
  };
}

function pick({ seq, hash }: CheckpointEntry["position"]) {
  return { seq, hash };
}

/** In a terminal: what the line says, without what a terminal obeys. */
function shownLine(record: StoredRecord): string {
  return `${visibleJson(record)}\n`;
}

function csvRow({ seq, ts, type, actor, data, prev, hash }: StoredRecord): string {
  const [who, sessions, summary] = [actor, sessionsOf(data).join(" "), recordText({ type, data })].map(escapeControls);
  return csvLine([seq, ts, type, who!, sessions!, summary!, visibleJson(data), prev, hash]);
}
