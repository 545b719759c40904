/**
 * `audit export`: all records that pass filters, for whoever has no access to this machine. JSON lines are the journal's
 * own, byte for byte, so that their hashes and proofs hold; a table is for spreadsheets. A manifest says what was left
 * out and ties the export to the journal: it is the last line of JSON lines, and stands beside a table, whose format
 * has neither comments nor a place behind its rows.
 */
import { escapeControls, visibleJson } from "../../domain/sanitize.ts";
import type { CheckpointEntry } from "../../journal/checkpoint_file.ts";
import { exportRecords } from "../../journal/export_records.ts";
import { CHECKPOINTS_HINT, newestCheckpoint } from "../../journal/newest_checkpoint.ts";
import { CommandPace } from "../../journal/pace.ts";
import type { QueryReport } from "../../journal/query_report.ts";
import { type RecordFilter, sessionsOf } from "../../journal/record_filter.ts";
import { csvLine } from "../../lib/csv.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { ed25519Verify } from "../../platform/ed25519.ts";
import { sha256Hex } from "../../platform/hash.ts";
import type { StoredRecord } from "../../protocol/record.ts";
import { VERSION } from "../../protocol/version.ts";
import { recordText } from "../../view/record_words.ts";
import { type FilterOptions, recordFilter, reportLines } from "../audit_filter.ts";
import type { CommandContext } from "../context.ts";
import { exportPlaces, ExportTarget } from "../export_target.ts";
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
  const { format = "jsonl", output, manifest: beside } = options;
  const filter = recordFilter(options, Date.now());
  const { paths } = run.context;
  const places = exportPlaces({ format, output, manifest: beside }, paths.root);
  // Before the records: a daemon that writes meanwhile adds to both, and no checkpoint may cover more than is read.
  const journal = { dir: paths.journal, files: denoFiles };
  const key = await ownKey(paths);
  const { entry: checkpoint } = await newestCheckpoint({ ...journal, key, verify: ed25519Verify, digest });
  const made: ExportTarget[] = [];
  const make = (path: string | undefined) => made[made.push(new ExportTarget(path, run.signal)) - 1]!;
  const span: { first?: number; last?: number } = {};
  let report: QueryReport;
  try {
    const besideTarget = places.manifest && make(places.manifest.path);
    const target = make(places.records.path);
    const isShown = places.records.path === undefined && run.out.screen.isTerminal;
    const rows = format === "csv" ? csvRow : isShown ? shownLine : undefined;
    if (format === "csv") target.put(encoder.encode(csvLine(COLUMNS)));
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
  for (const said of coverLines(span.last, checkpoint)) run.out.note(said);
  if (checkpoint !== undefined && key === undefined) {
    run.out.note("the home has no keys/journal.key: who signed the checkpoint was not checked");
  }
  if (format === "csv" && places.manifest === undefined) {
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

/** What of the export no checkpoint covers: nobody else can be shown that it is of the journal. @param last the last record */
function coverLines(last: number | undefined, checkpoint: CheckpointEntry | undefined): string[] {
  const covered = checkpoint?.position.seq ?? 0;
  if (checkpoint !== undefined && (last ?? 0) <= covered) return [];
  const what = checkpoint === undefined
    ? "no checkpoint covers the journal yet: the manifest has no `signed`"
    : `the newest checkpoint covers records up to ${covered}, and not those behind it`;
  return [`${what}\nhint: where a daemon runs, agent-console daemon restart signs what is there; ${CHECKPOINTS_HINT}`];
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
