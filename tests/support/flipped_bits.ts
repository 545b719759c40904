/** A small signed journal in memory, and its bits, one of which a disk or somebody turns over. */
import { assert } from "@std/assert";
import { checkpointPath } from "../../src/journal/checkpoint_file.ts";
import { headPath } from "../../src/journal/head_file.ts";
import { sign } from "./checkpoints.ts";
import { random, seedOfRun } from "./fuzz.ts";
import { isLong } from "./long_step.ts";
import { MemoryFiles } from "./memory_files.ts";
import { DIR, fill, open, segments, SMALL } from "./memory_journal.ts";

/** Bits that the short run looks at. */
const SAMPLE = 500;

/** A closed journal in three segments: records stand behind its first checkpoint, and behind its head file. */
export async function signedHome(): Promise<MemoryFiles> {
  const { journal, files } = open(new MemoryFiles(), SMALL);
  fill(journal, 5);
  await sign(files, journal);
  fill(journal, 8);
  await journal.keepHead();
  fill(journal, 3);
  await sign(files, journal);
  await journal.close();
  assert(segments(files).length === 3);
  return files.restart();
}

export interface FlippedBit {
  readonly path: string;
  readonly files: MemoryFiles;
  readonly at: number;
  /** Which, for a failure. */
  readonly what: string;
}

/** The disk with one bit of the journal, its head file or its checkpoints turned over: each in the long run, else a sample. */
export function* flippedBits(whole: MemoryFiles): Generator<FlippedBit, void> {
  const seed = seedOfRun();
  const next = random(seed);
  const paths = [...segments(whole), headPath(DIR), checkpointPath(DIR)];
  const bits = paths.reduce((sum, path) => sum + whole.read(path).length * 8, 0);
  for (const path of paths) {
    const bytes = whole.read(path);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      if (!isLong && next() > SAMPLE / bits) continue;
      const at = bit >> 3;
      const files = whole.restart();
      files.put(path, bytes.with(at, bytes[at]! ^ 1 << (bit & 7)));
      yield { path, files, at, what: `bit ${bit & 7} of byte ${at} of ${path} (AC_SEED=${seed})` };
    }
  }
}
