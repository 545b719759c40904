/** The journal: whether its chain holds, and how it grows. */
import { problemLine } from "../../journal/chain.ts";
import { checkpointCheck } from "../../journal/checkpoint_check.ts";
import { CHECKPOINT_FILE, checkpointPath } from "../../journal/checkpoint_file.ts";
import { openCheckpoints } from "../../journal/checkpoints.ts";
import { SIGNING_GAP_CURE, type SigningGap } from "../../journal/signing_gap.ts";
import { HEAD_FILE, readHeadFile } from "../../journal/head_file.ts";
import { verifyJournal } from "../../journal/verify.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { ed25519Verify } from "../../platform/ed25519.ts";
import { sha256Hex } from "../../platform/hash.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { digest, ownKey } from "../commands/audit_files.ts";
import { bytes } from "../format.ts";
import type { CommandContext } from "../context.ts";
import { type Check, type Finding, note, ok, problem } from "./finding.ts";

export const journalChecks: readonly Check[] = [
  { id: "journal", run: journal },
  { id: "journal.checkpoints", run: checkpoints },
];

async function journal({ context: { paths } }: CommandContext): Promise<Finding[]> {
  const dir = paths.journal;
  if (denoFiles.stat(dir) === undefined) return [note("journal", "there is none yet")];
  const head = readHeadFile(denoFiles, dir); // before the records, as `audit verify` does
  const key = await ownKey(paths).catch(() => undefined); // a finding of its own
  const signed = await checkpointCheck({ dir, files: denoFiles, digest, verify: ed25519Verify, key });
  const found = await verifyJournal({
    dir,
    files: denoFiles,
    sha256: sha256Hex,
    ...(signed === undefined ? {} : { checkpoints: signed }),
    ...(head === undefined ? {} : { known: [{ name: HEAD_FILE, ...head }] }),
  });
  if (!found.ok) {
    return [problem("journal", `its chain does not hold: ${problemLine(found.problem)}`, {
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

/** Whether what is signed can be signed on. */
async function checkpoints({ context: { paths } }: CommandContext): Promise<Finding[]> {
  const dir = paths.journal;
  const id = "journal.checkpoints";
  if (denoFiles.stat(dir) === undefined) return [];
  const key = await ownKey(paths);
  const isSigned = denoFiles.stat(checkpointPath(dir)) !== undefined;
  if (key === undefined) {
    if (!isSigned) return [note(id, "nothing is signed yet: the daemon makes a key within seconds of its start")];
    return [problem(id, `the key that signed ${CHECKPOINT_FILE} is gone: nothing is signed any more`, {
      hint:
        `put keys/journal.key back; if it is lost, move ${CHECKPOINT_FILE} away: then the next start makes a new key`,
    })];
  }
  try {
    const options = { dir, files: denoFiles, key, verify: ed25519Verify, digest, sha256: sha256Hex };
    const { seq } = await openCheckpoints(options);
    if (seq === 0) return [note(id, "no checkpoint is signed yet")];
    return [ok(id, `signed up to record ${seq} by ${key.name}`)];
  } catch (error) {
    const gap = error instanceof ConsoleError ? error.details["gap"] : undefined;
    if (gap === undefined) throw error;
    const { from } = gap as SigningGap;
    const fix = () => Promise.resolve(beginAnew(dir, from));
    return [problem(id, (error as ConsoleError).message, { hint: SIGNING_GAP_CURE, fix })];
  }
}

/** Nothing of it is lost: what it signed can still be shown by it. */
function beginAnew(dir: string, from: number): string {
  const to = `${checkpointPath(dir)}.until-${from - 1}`;
  if (denoFiles.stat(to) !== undefined) throw new ConsoleError("conflict", `${to} is there already`);
  denoFiles.rename(checkpointPath(dir), to);
  return `the old checkpoints are in ${to}; new ones begin at the next start of the daemon`;
}
