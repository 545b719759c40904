/** The journal: whether its chain holds, and how it grows. */
import { HEAD_FILE, readHeadFile } from "../../journal/witness.ts";
import { verifyJournal } from "../../journal/verify.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { sha256Hex } from "../../platform/hash.ts";
import { bytes } from "../format.ts";
import type { CommandContext } from "../context.ts";
import { type Check, type Finding, note, ok, problem } from "./finding.ts";

export const journalChecks: readonly Check[] = [{ id: "journal", run: journal }];

async function journal({ context: { paths: { journal: dir } } }: CommandContext): Promise<Finding[]> {
  if (denoFiles.stat(dir) === undefined) return [note("journal", "there is none yet")];
  const head = readHeadFile(denoFiles, dir); // before the records, as `audit verify` does
  const found = await verifyJournal({
    dir,
    files: denoFiles,
    sha256: sha256Hex,
    ...(head === undefined ? {} : { witnesses: [{ name: HEAD_FILE, ...head }] }),
  });
  if (!found.ok) {
    const { segment, seq, what } = found.problem;
    return [problem("journal", `its chain does not hold: ${segment}, record ${seq} ${what}`, {
      hint: "agent-console audit verify",
    })];
  }
  const { size, segments, begins = 1 } = found;
  const lost = found.missingUpTo === undefined ? [] : [
    problem("journal.end", `its end was cut off, or a crash lost it: there were ${found.missingUpTo} records`),
  ];
  return [
    ok(
      "journal",
      `${size - begins + 1} records in ${segments} file${segments === 1 ? "" : "s"} (${bytes(found.bytes)}) verify`,
    ),
    ...lost,
  ];
}
