/**
 * Checks the journal from its first byte to its last, also while a daemon writes it: an incomplete line at the end of
 * the last segment is no error (promise C8).
 */
import { JOURNAL_FORMAT } from "../protocol/version.ts";
import type { Files, Sha256 } from "../platform/system.ts";
import { Beginning } from "./beginning.ts";
import { Chain, chainError, type Problem, problemOf } from "./chain.ts";
import type { CheckpointCheck, CheckpointReport } from "./checkpoint_check.ts";
import type { Head } from "./head.ts";
import { CommandPace, type Pace } from "./pace.ts";
import { checkFormat, checkPlain, missingNewline, sequenceGap } from "./segment_errors.ts";
import type { StoredRecord } from "../protocol/record.ts";
import { LONGEST_LINE_BYTES, type Loss, lossOf, vouchOf } from "./record.ts";
import { retriedWherePruned } from "./retried.ts";
import type { Position, Snapshot } from "./snapshot.ts";
import { HEAD_FILE, readHeadFile } from "./head_file.ts";
import { contradiction, cutOff, type Doubt, faultOf, type KnownRecord, notThatOf } from "./known_record.ts";
import type { UnterminatedTail } from "./block.ts";
import { firstLine, listSegments, readBlocks, type Segment, segmentOf } from "./segment.ts";

export interface VerifyOptions {
  readonly dir: string;
  readonly files: Files;
  readonly sha256: Sha256;
  /** A head kept elsewhere: record `size` must exist and have that hash. */
  readonly against?: Head;
  /** What else is known of records: read before, because a daemon may be writing. */
  readonly known?: readonly KnownRecord[];
  /** A snapshot, whose record is known too: does a record vouch for it? */
  readonly snapshot?: Snapshot;
  /** Signed checkpoints: do the records lead to their roots? */
  readonly checkpoints?: CheckpointCheck;
}

export type Verification =
  | {
    readonly ok: true;
    /** Records, and hash of the last one. */
    readonly size: number;
    readonly hash: string;
    readonly format: number;
    readonly segments: number;
    readonly bytes: number;
    /** The first record, where the ones before it were pruned, as the journal says. */
    readonly begins?: number;
    /** Bytes after the last record: a write in progress, or a torn one. */
    readonly unfinished?: number;
    /** This record is known of, and the last segment ends before it. */
    readonly missingUpTo?: number;
    /** Its own records say that a start found others missing: the last such. */
    readonly lost?: { readonly seq: number; readonly missingUpTo: number };
    /** Whether the chain is known to have lost nothing up to `provenUpTo`: only a head kept elsewhere shows that. */
    readonly completeness: "proven" | "not proven";
    readonly provenUpTo?: number;
    /** Whether a start would use the snapshot that was given; absent where no record vouches for any. */
    readonly snapshot?: "vouched for" | "not vouched for";
    /** Absent where there is no checkpoint. */
    readonly checkpoints?: CheckpointReport;
  }
  | { readonly ok: false; readonly problem: Problem };

/**
 * Checks every record of every segment.
 *
 * @throws {ConsoleError} `incompatible` for a newer format, or for a head of one
 */
export async function verifyJournal(options: VerifyOptions): Promise<Verification> {
  try {
    return await retriedWherePruned(options, () => new Verifier(options).run());
  } catch (error) {
    const problem = problemOf(error);
    if (problem === undefined) throw error;
    return { ok: false, problem };
  }
}

export interface VerifyUpToOptions extends Pick<VerifyOptions, "dir" | "files" | "sha256"> {
  readonly pace: Pace;
  /** Told how far it has come. */
  readonly checked: (seq: number) => void;
}

/**
 * Checks the records up to the one at `end`, which another check has vouched for: so the chain must lead to its hash.
 *
 * @returns the fault
 * @throws what the pace throws
 */
export async function verifyUpTo(
  { checked, ...options }: VerifyUpToOptions,
  end: Pick<Position, "seq" | "hash">,
): Promise<Problem | undefined> {
  const known = [{ name: "the record that the start went by", ...end }];
  try {
    await new Verifier({ ...options, known }, end.seq, checked).run();
    return undefined;
  } catch (error) {
    const problem = problemOf(error);
    if (problem === undefined) throw error;
    return problem;
  }
}

class Verifier {
  #options: VerifyOptions & { readonly pace?: Pace };
  #chain: Chain;
  #beginning: Beginning | undefined;
  #segments = 0;
  #bytes = 0;
  #pace: Pace;
  #known: readonly KnownRecord[];
  #isVouchedFor = false;
  #hasVouch = false;
  #losses: { readonly seq: number; readonly loss: Loss }[] = [];
  /** Records that are not what is known of them; the journal may say later that it lost what the head file knew. */
  #doubts: Doubt[] = [];

  /** @param upTo the seq after which it need not go on */
  constructor(
    options: VerifyOptions & { readonly pace?: Pace },
    readonly upTo = Infinity,
    readonly checked: (seq: number) => void = () => {},
  ) {
    const { sha256, against, known = [], snapshot, pace = new CommandPace() } = options;
    this.#options = options;
    this.#chain = new Chain(sha256);
    this.#pace = pace;
    this.#known = [
      ...(against === undefined ? [] : [{ name: "the kept head", seq: against.size, hash: against.hash }]),
      ...(snapshot === undefined ? [] : [ofSnapshot(snapshot)]),
      ...known,
    ];
  }

  async run(): Promise<Verification> {
    const { against, snapshot, files, sha256, checkpoints } = this.#options;
    const first = this.#after(undefined);
    const beginning = this.#beginning = new Beginning(files, first);
    this.#chain = new Chain(sha256, beginning.place);
    checkpoints?.begin(beginning.place);
    let end: { readonly segment: Segment; readonly rest: UnterminatedTail } | undefined;
    for (let segment = first; segment !== undefined;) {
      this.#opens(segment, end?.segment, end?.rest.offset);
      let rest = await this.#lines(segment, 0);
      if (this.#chain.seq >= this.upTo) break;
      const following = this.#after(segment);
      // It may have grown between our reading of its end and the rotation; now it cannot grow any more.
      if (following !== undefined) rest = await this.#lines(segment, rest.offset);
      const whole = rest.bytes.length === 0 || following === undefined && !this.#chain.continuesIn(segment.name, rest);
      if (!whole) throw missingNewline(segment, rest, this.#chain);
      this.#segments++;
      this.#bytes += rest.offset;
      end = { segment, rest };
      segment = following;
    }
    if (this.upTo === Infinity) beginning.check(sha256); // else the start has read what says so, behind that record
    const before = beginning.place.seq;
    if (against !== undefined && against.size > 0 && against.size === before) {
      const [kept] = this.#known;
      const problem = contradiction(kept!, { ...beginning.place, segment: first!.name, offset: 0 });
      if (problem !== undefined) throw chainError(problem);
    }
    const place = { segment: end?.segment ?? segmentOf("", 1), offset: end?.rest.offset ?? 0 };
    const missingUpTo = this.#reaches(place.segment, place.offset);
    const signed = checkpoints?.end({ seq: this.#chain.seq, segment: place.segment.name, offset: place.offset });
    // What is known of records that were pruned, the last of them included, proves none of those that are left.
    const upTo = Math.max(against?.size ?? 0, checkpoints?.keptUpTo ?? 0);
    const provenUpTo = upTo > before ? upTo : undefined;
    const lost = this.#losses.findLast(({ loss }) => loss.missingUpTo !== undefined);
    const unfinished = (end?.rest.bytes.length ?? 0) + this.#unborn(end?.segment);
    return {
      ok: true,
      size: this.#chain.seq,
      hash: this.#chain.hash,
      format: JOURNAL_FORMAT,
      segments: this.#segments,
      bytes: this.#bytes,
      ...(before === 0 ? {} : { begins: before + 1 }),
      ...(unfinished === 0 ? {} : { unfinished }),
      ...(missingUpTo === undefined ? {} : { missingUpTo }),
      ...(lost === undefined ? {} : { lost: { seq: lost.seq, missingUpTo: lost.loss.missingUpTo! } }),
      ...(provenUpTo === undefined
        ? { completeness: "not proven" as const }
        : { completeness: "proven" as const, provenUpTo }),
      ...(snapshot === undefined || !this.#hasVouch // of a released version
        ? {}
        : { snapshot: this.#isVouchedFor ? "vouched for" as const : "not vouched for" as const }),
      ...(signed === undefined ? {} : { checkpoints: signed }),
    };
  }

  /** The next segment with a whole line, as the folder is now: one without is being created, or its creation failed. */
  #after(last: Segment | undefined): Segment | undefined {
    const { dir, files } = this.#options;
    const later = listSegments(files, dir).filter((segment) => last === undefined || segment.first > last.first);
    return later.find((segment) => this.#firstLine(segment) !== undefined);
  }

  #firstLine(segment: Segment): Uint8Array | undefined {
    const { files } = this.#options;
    checkPlain(files, segment);
    try {
      return firstLine(files, segment.path);
    } catch (error) {
      if (files.stat(segment.path) === undefined) return undefined; // a failed rotation removed it
      throw error;
    }
  }

  #opens(segment: Segment, before: Segment | undefined, end: number | undefined): void {
    if (segment.first !== this.#chain.seq + 1) throw sequenceGap(segment, this.#chain, before, end);
    const { files, sha256 } = this.#options;
    checkFormat(segment, firstLine(files, segment.path), sha256);
  }

  async #lines(segment: Segment, from: number): Promise<UnterminatedTail> {
    const { files, checkpoints } = this.#options;
    const each = (record: StoredRecord, offset: number, end: number) => {
      for (const known of this.#known) {
        if (record.seq !== known.seq) continue;
        const problem = contradiction(known, { ...record, segment: segment.name, offset, end });
        if (problem !== undefined) this.#doubts.push({ known, problem });
      }
      this.#vouches(record);
      this.#beginning?.record(record);
      checkpoints?.record(record, segment.name, offset);
      const loss = lossOf(record);
      if (loss !== undefined) this.#losses.push({ seq: record.seq, loss });
    };
    const blocks = readBlocks(files, segment.path, from);
    for (;;) {
      const { done, value } = blocks.next();
      if (done === true) return value;
      checkpoints?.lines(segment.name, value);
      this.#chain.block(segment.name, value, each);
      if (checkpoints?.found !== undefined) throw chainError(checkpoints.found);
      this.checked(Math.min(this.#chain.seq, this.upTo));
      if (this.#chain.seq >= this.upTo) return { offset: value.offset, bytes: new Uint8Array(0) };
      await this.#pace.next();
    }
  }

  #vouches(record: StoredRecord): void {
    const vouch = vouchOf(record);
    const { snapshot } = this.#options;
    if (vouch === undefined || snapshot === undefined) return;
    this.#hasVouch = true;
    if (vouch.seq === snapshot.seq && vouch.digest === snapshot.digest) this.#isVouchedFor = true;
  }

  /** @returns the record up to which more were known, where a crash can have lost it */
  #reaches(segment: Segment, offset: number): number | undefined {
    const { dir, files, checkpoints } = this.#options;
    const counts = ({ name, hash }: KnownRecord) =>
      name !== HEAD_FILE || !this.#losses.some(({ loss }) => loss.lostHead === hash);
    const doubt = this.#doubts.find(({ known }) => counts(known));
    if (doubt !== undefined) throw chainError(faultOf(doubt, checkpoints?.signedUpTo));
    // The head file names a record that stays when others are pruned; a daemon that pruned since has written it anew.
    const gone = this.#known.find((one) => one.name === HEAD_FILE && this.#isBefore(one) && counts(one));
    if (gone !== undefined && readHeadFile(files, dir)?.seq === gone.seq) {
      throw chainError(notThatOf(HEAD_FILE, { segment: gone.segment ?? segment.name, seq: gone.seq, offset: 0 }));
    }
    const more = this.#known.filter((one) => one.seq > this.#chain.seq && counts(one))
      .sort((a, b) => b.seq - a.seq);
    const taken = more.find(({ name, segment }) =>
      // the head file names only what was on the disk
      name === HEAD_FILE || segment === undefined || files.stat(`${dir}/${segment}`) === undefined
    );
    if (taken === undefined) return more[0]?.seq;
    throw chainError(cutOff(taken, { seq: this.#chain.seq, segment: segment.name, offset }));
  }

  #isBefore({ seq }: KnownRecord): boolean {
    return seq <= (this.#beginning?.place.seq ?? 0);
  }

  /** Bytes of a segment that is being created after the last one. */
  #unborn(last: Segment | undefined): number {
    const { dir, files } = this.#options;
    const segment = listSegments(files, dir).find(({ first }) => last === undefined || first > last.first);
    if (segment === undefined || this.#firstLine(segment) !== undefined) return 0; // created since: not read
    const rest: UnterminatedTail = {
      offset: 0,
      bytes: files.readRange(segment.path, 0, Math.min(files.stat(segment.path)?.size ?? 0, LONGEST_LINE_BYTES)),
    };
    if (rest.bytes.length === 0 || segment.first !== this.#chain.seq + 1) return rest.bytes.length;
    if (this.#chain.continuesIn(segment.name, rest)) throw missingNewline(segment, rest, this.#chain);
    return rest.bytes.length;
  }
}

/** Its offset shows in whether a start uses it: a snapshot at a wrong place is no fault of the journal. */
function ofSnapshot({ seq, hash, segment }: Snapshot): KnownRecord {
  return { name: "snapshot.json", seq, hash, segment };
}
