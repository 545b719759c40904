// deno-lint-ignore-file no-sync-fn-in-async-fn -- changes files between two steps: nothing else waits
/** The journal of a test home whose daemon is stopped, opened in the test itself: to write it as an attacker or an old version does. */
import { type Checkpoints, openCheckpoints } from "../../src/journal/checkpoints.ts";
import { type Journal, openJournal } from "../../src/journal/journal.ts";
import { createSigningKey, readSigningKey, type SigningKey } from "../../src/journal/signing_key.ts";
import { verifierKeyText } from "../../src/merkle/note.ts";
import { daemonTimers, daemonTurns } from "../../src/platform/clock.ts";
import { denoFiles } from "../../src/platform/deno_files.ts";
import { ed25519Verify } from "../../src/platform/ed25519.ts";
import { runningSha256, sha256Hex } from "../../src/platform/hash.ts";
import { digest, NO_PACE } from "./checkpoints.ts";
import type { TestHome } from "./harness.ts";

export function openHomeJournal(home: TestHome, segmentBytes = 1 << 20): Journal {
  const { journal } = openJournal({
    dir: home.path("journal"),
    files: denoFiles,
    sha256: sha256Hex,
    runningSha256,
    clock: { now: () => Date.now(), steady: () => performance.now() },
    timers: daemonTimers,
    turns: daemonTurns,
    fsync: "never",
    segmentBytes,
    actor: "daemon",
  }, { restore: () => true, record: () => {} });
  return journal;
}

/** Appends `count` records of about 400 bytes. */
export function fillHome(journal: Journal, count: number): void {
  const data = { applied: ["x".repeat(100)], needsRestart: [] };
  for (let i = 0; i < count; i++) journal.append({ type: "daemon.config_reloaded", actor: "daemon", data });
}

/** The home's key, which is made where there is none. */
async function homeKey(home: TestHome): Promise<SigningKey> {
  const place = { files: denoFiles, keys: home.path("keys"), uid: Deno.uid(), digest };
  return await readSigningKey(place) ?? await createSigningKey(place);
}

/** The line that `audit key` prints. */
export async function homeKeyText(home: TestHome): Promise<string> {
  return verifierKeyText(await homeKey(home), digest);
}

/** Signs it with the home's key. */
export async function signHome(home: TestHome, journal: Journal): Promise<Checkpoints> {
  const key = await homeKey(home);
  const dir = home.path("journal");
  const checkpoints = await openCheckpoints({
    ...{ dir, files: denoFiles, key, verify: ed25519Verify, digest, sha256: sha256Hex },
  });
  await journal.checkpoint(checkpoints, NO_PACE);
  return checkpoints;
}

/** As a daemon would, without one: more records, signed, and the head file. */
export async function signMore(home: TestHome): Promise<void> {
  Deno.mkdirSync(home.dir, { recursive: true, mode: 0o700 });
  const journal = openHomeJournal(home);
  fillHome(journal, 30);
  await signHome(home, journal);
  await journal.keepHead();
  await journal.close();
}
