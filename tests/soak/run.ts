/** One soak from its start to its verdict. */
import { brokenAt, readJournal } from "../support/harness_journal.ts";
import { within } from "../support/harness_wait.ts";
import { disturbs, samples } from "./disturb.ts";
import { byGateway, bySocket, resumes, visitors } from "./readers.ts";
import { reports } from "./reports.ts";
import { slopesOf, type SoakResult } from "./slope.ts";
import { prepare, settle, work } from "./work.ts";
import { type SoakOptions, World } from "./world.ts";

/** For what goes on when the time is over: turns that run, calls under way, readers behind the others. */
const END_MS = 120_000;

/** @throws {Error} a part of the load failed, or something did not end: no verdict can be given */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  await using world = await World.create(options);
  const { home, ledger } = world;
  await prepare(world);
  const first = await home.connect({ token: true });
  const from = Number((await first.request("audit.head"))["size"]);
  await first.close();
  let end = Infinity;
  const readers = [
    resumes(world, "reader on the socket", from, bySocket(world), () => end),
    resumes(world, "reader over the gateway", from, byGateway(world), () => end),
  ];
  const sampled = samples(world);
  const parts = [...reports(world), ...work(world), visitors(world, "visitor 1"), visitors(world, "visitor 2")];
  const load = Promise.all([...parts, disturbs(world), sampled]);
  const reading = Promise.all(readers);
  for (const one of [load, reading]) one.catch(() => world.end());
  try {
    await within(load, options.seconds * 1000 + END_MS, "the load to end");
    await settle(world);
    end = Number((await home.json(["audit", "head", "--json"]))["size"]);
    await within(reading, END_MS, `the readers to reach ${end}`);
  } catch (error) {
    throw new Error(`seed ${options.seed}: ${error instanceof Error ? error.message : error}`, { cause: error });
  } finally {
    world.end();
  }
  const verified = await home.cli(["audit", "verify"], { timeoutMs: 60_000 });
  if (verified.code !== 0) ledger.faults.push(`audit verify ended with ${verified.code}: ${verified.stderr}`);
  const stopped = await home.stop();
  if (stopped.code !== 0) ledger.faults.push(`daemon stop ended with ${stopped.code}: ${stopped.stderr}`);
  const lines = readJournal(home);
  const broken = brokenAt(lines);
  if (broken !== undefined) ledger.faults.push(broken);
  const verdict = ledger.verdict(lines, end);
  const slopes = slopesOf(await sampled, world.isMeasured);
  return {
    ...verdict,
    sent: ledger.sent,
    acknowledged: ledger.acknowledged,
    records: lines.length,
    kills: ledger.killed.length,
    reloads: ledger.reloads,
    refused: ledger.refused,
    slopes,
    seed: options.seed,
    isGood: verdict.faults.length === 0 && slopes.isGood,
  };
}
