/** `audit key` and `audit prove`: what others check the journal by, and `audit verify --proof`, which does as they do. */
import { checkProof } from "../../journal/proof_check.ts";
import { proveConsistency, proveInclusion, type ProveOptions } from "../../journal/prove.ts";
import { type NoteKey, verifierKeyText } from "../../merkle/note.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { ed25519Verify } from "../../platform/ed25519.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { CommandContext } from "../context.ts";
import { wholeNumber } from "../whole_number.ts";
import { digest, neededKey, ownKey, readProof } from "./audit_files.ts";
import { endOf } from "./audit_folder.ts";

/** Reads the file itself: no daemon is asked whom to trust. */
export async function showKey(run: CommandContext, options: { readonly json?: boolean }): Promise<void> {
  const key = verifierKeyText(await neededKey(run), digest);
  if (options.json) return run.out.json({ key });
  run.out.line(key);
}

/** Reads the files itself and needs no daemon, as `audit verify` does. */
export async function prove(
  run: CommandContext,
  record: string | undefined,
  options: { readonly from?: string; readonly json?: boolean },
): Promise<void> {
  if ((record === undefined) === (options.from === undefined)) {
    throw new ConsoleError("usage", "give either the number of a record or --from and a size", {
      hint: "agent-console audit prove 17, or agent-console audit prove --from 1000",
    });
  }
  const key = await neededKey(run);
  const place: ProveOptions = { dir: run.context.paths.journal, files: denoFiles, digest, verify: ed25519Verify, key };
  const last = record === undefined
    ? wholeNumber(options.from!, "--from", Number.MAX_SAFE_INTEGER)
    : wholeNumber(record, "the record", Number.MAX_SAFE_INTEGER);
  const made = record === undefined ? proveConsistency(place, last) : proveInclusion(place, last);
  const proof = await made.catch((error) => {
    throw whyUnproven(error, place.dir, last);
  });
  if (options.json) return run.out.json({ ...proof });
  run.out.line(
    proof.kind === "inclusion" ? `record ${proof.seq} is in the tree of` : `the first ${proof.from} are in:`,
  );
  run.out.line(proof.checkpoint.trimEnd());
  run.out.note("--json prints the proof, which others check with audit verify --proof");
}

/** A record that is not there has no proof to wait for; one that is not covered yet is signed by what signs now. */
function whyUnproven(error: unknown, dir: string, last: number): unknown {
  if (!(error instanceof ConsoleError) || error.kind !== "not_found") return error;
  const { seq } = endOf(dir);
  if (last > seq) {
    return new ConsoleError("not_found", `there is no record ${last}: the journal has ${seq}`, {
      hint: `give a number up to ${seq}`,
    });
  }
  if (!error.message.startsWith("no checkpoint covers")) return error;
  return new ConsoleError("not_found", error.message, {
    hint:
      "agent-console daemon restart, which signs at its stop; a daemon that runs does it ten minutes after a change",
  });
}

/** @param given the key of `--key`; the home's own where absent */
export async function verifyProof(
  run: CommandContext,
  file: string,
  given: NoteKey | undefined,
  json: boolean | undefined,
): Promise<void> {
  const key = given ?? await ownKey(run.context.paths);
  if (key === undefined) {
    throw new ConsoleError("not_found", "this home has no key to check the proof by", {
      hint: "give the key that signed it with --key, as agent-console audit key prints it there",
    });
  }
  const { kind, origin, size, seq, from } = await checkProof(readProof(file), { key, verify: ed25519Verify, digest });
  const proven = { ok: true, kind, origin, size, ...(seq === undefined ? { from } : { seq }) };
  if (json) return run.out.json(proven);
  run.out.line(
    kind === "inclusion"
      ? `ok: record ${seq} is in the tree of ${size} records that ${origin} signed`
      : `ok: the tree of ${from} records is the beginning of that of ${size} records that ${origin} signed`,
  );
}
