/** What looking into a large journal costs: whole processes of `audit tail` and `audit query`, beside a small one. */
import { TestHome } from "../support/harness.ts";
import { startDaemon } from "./daemon.ts";
import { makeLargeJournal, timeOfRecord } from "./large_journal.ts";
import { alternate, median, processMs } from "./measure.ts";
import { ratio, type Row } from "./result.ts";

const [SMALL, LARGE] = [1000, 1_000_000];
/** As far apart in both, so that a range of times has as many records. */
const DAYS = 100 / LARGE;
const WANTED = 100;
const ROUNDS = 15;
const FACTOR = 1.2;
const COUNTERPART = `the same with ${SMALL.toLocaleString("en")} records`;

export async function audit(): Promise<readonly Row[]> {
  await using small = await homeWith(SMALL);
  await using large = await homeWith(LARGE);
  const query = await alternate({
    small: way(small, ["query", "--since", lastOf(SMALL), "--limit", String(WANTED), "--json"]),
    large: way(large, ["query", "--since", lastOf(LARGE), "--limit", String(WANTED), "--json"]),
  }, { rounds: ROUNDS, warmUp: 2 });
  await using _smallDaemon = await startDaemon(small);
  await using _largeDaemon = await startDaemon(large);
  const tail = await alternate({
    small: way(small, ["tail", "--json"]),
    large: way(large, ["tail", "--json"]),
  }, { rounds: ROUNDS, warmUp: 2 });
  return [
    row(`\`audit query --since\` for the last ${WANTED} records, without a daemon`, query),
    row("`audit tail`", tail),
  ];
}

async function homeWith(records: number): Promise<TestHome> {
  const home = await TestHome.create({ config: '{ "journal": { "fsync": "never" } }' });
  await Deno.mkdir(home.dir, { recursive: true, mode: 0o700 });
  await makeLargeJournal(home.path("journal"), records, DAYS * records);
  return home;
}

function lastOf(records: number): string {
  return timeOfRecord(records - WANTED, records, DAYS * records);
}

function way(home: TestHome, args: readonly string[]): () => Promise<number> {
  const { argv, env } = home.command(["audit", ...args]);
  return () => processMs(argv, { env });
}

function row(
  what: string,
  { small, large }: { readonly small: readonly number[]; readonly large: readonly number[] },
): Row {
  return {
    id: "AUDIT",
    what: `whole process of ${what}, with ${LARGE.toLocaleString("en")} records`,
    counterpart: COUNTERPART,
    goal: `≤ ${FACTOR}×`,
    measured: ratio(median(large), median(small), "ms"),
    ok: median(large) <= FACTOR * median(small),
  };
}
