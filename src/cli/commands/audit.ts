/** `audit …`: the journal as a record that can be checked. */
import { dim } from "@std/fmt/colors";
import { chainError } from "../../journal/chain.ts";
import { type Verification, verifyJournal } from "../../journal/verify.ts";
import { type Head, parseHead } from "../../journal/head.ts";
import { readSnapshot } from "../../journal/snapshot.ts";
import { HEAD_FILE, readHeadFile } from "../../journal/witness.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { sha256Hex } from "../../platform/hash.ts";
import { type Approval, riskNamed, type Rule } from "../../domain/approval.ts";
import { clip, escapeControls } from "../../domain/sanitize.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { approvalSummary, outcomeText } from "../../view/approval_words.ts";
import { type CommandContext, read } from "../context.ts";
import { localTime } from "../../view/times.ts";
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
  for (const { seq, ts, type, actor, data } of records) {
    const width = run.out.screen.isTerminal ? Math.max(20, run.out.screen.columns - 67) : 400;
    const what = escapeControls(clip(summary(data), width));
    run.out.line(
      `${String(seq).padStart(7)}  ${dim(escapeControls(localTime(ts)))}  ${escapeControls(type).padEnd(16)} ${
        dim(escapeControls(actor))
      }  ${what}`,
    );
  }
}

/** What records are about. */
interface Subjects {
  readonly session: { readonly id: string; readonly status: string; readonly agent: string };
  readonly approval: Approval;
  readonly rule: Rule;
}

function summary(data: unknown): string {
  const { session, approval, rule } = (data ?? {}) as Partial<Subjects>;
  if (approval !== undefined) {
    const how = approval.status === "pending" ? riskNamed(approval.risk) : outcomeText(approval);
    return `${approval.agent} ${approval.id} ${how}: ${approvalSummary(approval)}`;
  }
  if (rule !== undefined) return `${rule.id} ${rule.decision} ${rule.scope}: ${rule.tool}: ${rule.pattern}`;
  return session === undefined ? JSON.stringify(data) : `${session.agent} ${session.id} ${session.status}`;
}

export async function showHead(run: CommandContext, options: { readonly json?: boolean }): Promise<void> {
  const now = await read(run, "audit.head", {});
  if (options.json) return run.out.json(now);
  run.out.line(`${now.size} records, head ${now.hash}`);
}

/** A daemon that is ready has written the record of its start. */
const NOTHING_LEFT: Verification = {
  ok: false,
  problem: {
    segment: "0000000000000001.jsonl",
    seq: 1,
    offset: 0,
    what: "is missing: daemon.ready says that a daemon has begun a journal",
  },
};

/** Reads the files itself and needs no daemon: a daemon should not verify its own journal. */
export async function verify(
  run: CommandContext,
  options: { readonly against?: string; readonly json?: boolean },
): Promise<void> {
  const against = options.against === undefined ? undefined : readHead(options.against);
  const { journal: dir, ready } = run.context.paths;
  // Before the records: a daemon that writes meanwhile adds to both, and no witness may know more than is read.
  const head = readHeadFile(denoFiles, dir);
  const snapshot = readSnapshot(denoFiles, dir, sha256Hex);
  if (head === undefined && denoFiles.stat(dir) === undefined) {
    throw new ConsoleError("not_found", `there is no journal at ${dir}`, { hint: "agent-console daemon start" });
  }
  const found = await verifyJournal({
    dir,
    files: denoFiles,
    sha256: sha256Hex,
    ...(head === undefined ? {} : { witnesses: [{ name: HEAD_FILE, ...head }] }),
    ...(typeof snapshot === "object" ? { snapshot } : {}),
    ...(against === undefined ? {} : { against }),
  });
  const result = found.ok && found.size === 0 && denoFiles.stat(ready) !== undefined ? NOTHING_LEFT : found;
  if (options.json) run.out.json(result);
  if (!result.ok) throw chainError(result.problem);
  if (options.json) return;
  const { begins = 1, size, segments } = result;
  run.out.line(`ok: ${size - begins + 1} records in ${segments} segment${segments === 1 ? "" : "s"}`);
  if (begins > 1) {
    run.out.line(`begins at record ${begins}, pruned by keep_days`);
    if (await keepsAll(run)) {
      run.out.note("journal.keep_days is 0 now: unless you had set it before, somebody else has removed those records");
    }
  }
  run.out.line(
    result.completeness === "proven"
      ? begins > 1
        ? `complete from record ${begins} to record ${result.provenUpTo}; of those before nothing is proven`
        : `complete up to record ${result.provenUpTo}`
      : against === undefined
      ? "completeness is not proven: give a head that was kept elsewhere (--against)"
      : `completeness is not proven: record ${against.size} of the kept head was pruned; give a newer one`,
  );
  if (result.missingUpTo !== undefined) {
    run.out.note(`the end was cut off, or a crash lost it: there were ${result.missingUpTo} records`);
  }
  if (result.lost !== undefined) {
    const { seq, missingUpTo } = result.lost;
    run.out.note(`record ${seq} says that a start found records lost: there were ${missingUpTo}`);
  }
  const unused = typeof snapshot === "string"
    ? snapshot
    : result.snapshot === "not vouched for"
    ? "no record of the journal vouches for snapshot.json"
    : undefined;
  if (unused !== undefined) run.out.note(`${unused}: a start does not use it, and reads every record`);
  if (result.unfinished !== undefined) run.out.note(`${result.unfinished} bytes of an unfinished record at the end`);
}

/** Whether the present configuration prunes nothing; one that cannot be read says nothing. */
async function keepsAll(run: CommandContext): Promise<boolean> {
  const { loadConfigFromProcess } = await import("../../config/from_process.ts");
  const { BASE_SCHEMA } = await import("../../config/base_sections.ts");
  const loaded = await loadConfigFromProcess(run.context.paths, BASE_SCHEMA).catch(() => undefined);
  return loaded?.config.journal.keep_days === 0;
}

/** A head that is made now is made of the records that it would have to judge. */
const EARLIER =
  'give a head that "agent-console audit head --json" printed at an earlier time and that was kept elsewhere; one made ' +
  "now proves nothing";

function readHead(file: string): Head {
  const shown = escapeControls(clip(file, 200));
  const hint = EARLIER;
  let value: unknown;
  try {
    if (denoFiles.stat(file) === undefined) throw new ConsoleError("not_found", `there is no file ${shown}`, { hint });
    value = JSON.parse(new TextDecoder().decode(denoFiles.read(file)));
  } catch (error) {
    if (error instanceof ConsoleError) throw error;
    const why = error instanceof SyntaxError ? `is not what "audit head --json" prints` : "cannot be read";
    throw new ConsoleError("usage", `${shown} ${why}: ${(error as Error).message}`, { hint });
  }
  return parseHead(value);
}
